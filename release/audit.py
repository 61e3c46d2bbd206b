"""Known weaknesses of the installed packages: ``python -m release.audit``.

Where pip-audit reaches its data, what it finds is what counts. Where it does not, that is said, and three things are
checked instead: that the packages fit together (``pip check``), that none is older than the first good version in
``known_bad.toml``, and that every one of the core comes from a release that metadata names.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.version import Version

from release.closure import Package, core_packages

KNOWN_BAD = Path(__file__).parent / "known_bad.toml"
PATIENCE = 300.0


def online() -> tuple[int, list[str]]:
    """How many packages pip-audit has looked up, and the weaknesses it found; (0, []) where it cannot."""
    if find_spec("pip_audit") is None:
        return 0, []
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        return looked_up(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, ValueError):
        return 0, []


def looked_up(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """What a report of pip-audit says; packages it has no data of are not counted, though it calls them no failure."""
    known = [each for each in report["dependencies"] if "skip_reason" not in each]
    found = [f"{each['name']} {each['version']}: {weak['id']}" for each in known for weak in each["vulns"]]
    return len(known), found


def first_good() -> dict[str, tuple[str, str]]:
    """For each package that had a weakness: the first version without it, and what it was."""
    stated = tomllib.loads(KNOWN_BAD.read_text(encoding="utf-8"))["first_good"]
    return {name: (version, reason) for name, (version, reason) in stated.items()}


def too_old(packages: Iterable[Package], good: Mapping[str, tuple[str, str]]) -> list[str]:
    """Packages with a weakness that is written down."""
    return [
        f"{each.name} {each.version}: {good[each.name][1]}; use {good[each.name][0]} or later"
        for each in packages
        if each.name in good and Version(each.version) < Version(good[each.name][0])
    ]


def main() -> None:
    """Look, tell, and exit with 1 if there is a weakness."""
    count, found = online()
    if count:
        print(f"pip-audit looked up {count} packages")
    else:
        print("pip-audit reached no data: checked against release/known_bad.toml and by pip check instead")
        packages = core_packages()
        found = too_old(packages, first_good())
        fits = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
        found += fits.stdout.splitlines() if fits.returncode else []
        print(f"{len(packages)} packages of the core, {len(first_good())} with known weaknesses in older versions")
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
