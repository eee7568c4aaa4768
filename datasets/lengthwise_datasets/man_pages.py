"""Man pages, rendered by groff. A page's NAME line is the query, the rest of the page the document that answers it, and the
manual's section its label. Same pages, same bytes."""
import concurrent.futures
import functools
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from . import task_folder
from .catalogue import BuildError
from .fetch import unpack_debian

# One line a paragraph, no hyphenation, no overstrikes or colours, one page without inner headers.
GROFF = ["groff", "-k", "-Kutf8", "-t", "-man", "-Tutf8", "-rHY=0", "-rLL=4000n", "-rLT=4000n", "-rcR=1", "-P-cbou"]
# The output's hyphens and minus signs depend on a local groff file; options such as --all need the plain one. Tables
# lose their rules, which would be thousands of characters long.
PLAIN = str.maketrans({"\u2010": "-", "\u2212": "-"} | {chr(code): " " for code in range(0x2500, 0x2580)})

NOTE = ("Rendered by groff without hyphenation, one line a paragraph. Pages that only include another, and other names of a "
        "page, are left out. The sections are 1 commands, 2 system calls, 3 library functions, 4 devices, 5 file formats, 7 "
        "overviews and conventions, 8 administration.")


def _source_of(path):
    """The page's groff source, or None where it only points to another page."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    first_lines = [line for line in data.split(b"\n") if line.strip() and not line.startswith((b".\\\"", b"'\\\""))]
    if not first_lines or first_lines[0].startswith(b".so "):
        return None
    return data


def _render(source):
    result = subprocess.run(GROFF, input=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return result.stdout.decode("utf-8").translate(PLAIN)


def _split_page(rendered):
    """(NAME line, everything else) of a rendered page; the first and last lines are its header and footer."""
    lines = [line for line in rendered.splitlines() if line.strip()][1:-1]
    name, rest, in_name = [], [], False
    for line in lines:
        heading = not line.startswith(" ")
        if heading:
            in_name = line.strip() == "NAME"
        words = " ".join(line.split())
        if not words:
            continue
        if not in_name:
            rest.append(words)
        elif not heading:
            name.append(words)
    return " ".join(name), "\n".join(rest)


def _read_page(path):
    source = _source_of(path)
    if source is None:
        return None
    name, text = _split_page(_render(source))
    return (name, text) if name and text else None


def _pages_in(folder):
    """{id: path}, by id: `open.2` for man2/open.2.gz. Links are other names of a page already there."""
    pages = {}
    for section in sorted(folder.glob("man[1-9]*")):
        for path in sorted(section.iterdir()):
            if path.is_file() and not path.is_symlink():
                pages.setdefault(re.sub(r"\.gz$", "", path.name), path)
    return dict(sorted(pages.items()))


@functools.cache
def _read(archives):
    """{id: (NAME line, text)} of the pages in Debian packages; kept, since two sets are made of them."""
    if not shutil.which("groff"):
        raise BuildError("groff is missing, which renders man pages; install groff-base")
    with tempfile.TemporaryDirectory(prefix="lengthwise-man-pages-") as tree:
        for archive in archives:
            unpack_debian(archive, tree)
        pages = _pages_in(pathlib.Path(tree) / "usr/share/man")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            read = dict(zip(pages, pool.map(_read_page, pages.values())))
    kept = {page: content for page, content in read.items() if content}
    if not kept:
        raise BuildError(f"no man page in {', '.join(map(str, archives))}")
    return kept


def _section(page):
    return page.rsplit(".", 1)[1][0]


def retrieval(packages):
    pages = _read(tuple(packages.values()))
    documents = [{"_id": page, "text": text, "section": _section(page)} for page, (_, text) in pages.items()]
    queries = [{"_id": f"name:{page}", "text": name} for page, (name, _) in pages.items()]
    return task_folder.retrieval(documents, queries, [(f"name:{page}", page) for page in pages], [NOTE])


def sections(packages):
    pages = _read(tuple(packages.values()))
    texts = [{"_id": page, "text": text, "label": _section(page)} for page, (_, text) in pages.items()]
    return task_folder.labelled(texts, [NOTE, "The NAME section is left out, as in the set man-pages."])
