"""Task folders made of packages that Debian, PyPI and npm carry."""
