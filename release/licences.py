"""Writes docs/licences.md from the installed packages: ``python -m release.licences``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from release.closure import Package, core_packages

OUT = Path("docs/licences.md")
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|Public Domain|HPND|Zlib|CC0|0BSD|CNRI",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\bA?GPL|\bLGPL|GNU|EUPL|SSPL", re.IGNORECASE)
HEAD = """# Licences

What `pip install footnote-assistant` brings on Linux, with the licence that each package states. Written by
`python -m release.licences`; a test fails where a licence is not permissive, or a dependency is missing here. MPL-2.0
asks that changes to its own files be published; none are made. Of licences joined by "or" one may choose. Parts of GPU
builds of torch are not in the CPU build that `constraints.txt` names. Extras are not in the list: `[server]` brings
psycopg, which is LGPL-3.0. So it stays an extra: it is imported only where an address names a server.

| package | licence |
|---|---|
"""


def doubtful(packages: Iterable[Package]) -> list[Package]:
    """Those whose licence is not known to be permissive; where there is a choice one of them is enough."""
    return [
        each
        for each in packages
        if not any(_is_permissive(one) for one in re.split(r"\bor\b", each.licence, flags=re.I))
    ]


def _is_permissive(licence: str) -> bool:
    return bool(PERMISSIVE.search(licence)) and not COPYLEFT.search(licence)


def table(packages: Iterable[Package]) -> str:
    """The whole document."""
    return HEAD + "".join(f"| {each.name} | {each.licence.replace('|', '/')} |\n" for each in packages)


def main() -> None:
    """Write the document; exit with 1 if a licence is doubtful."""
    packages = core_packages()
    OUT.write_text(table(packages), encoding="utf-8")
    if found := doubtful(packages):
        sys.exit("\n".join(f"{each.name} {each.version}: {each.licence}" for each in found))


if __name__ == "__main__":
    main()
