"""The audit tells what it could not look up, and finds what is old; all of the core is under permissive licences."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

audit = pytest.importorskip("release.audit", reason="release/ lies beside the tests in the repository")
closure = pytest.importorskip("release.closure")
licences = pytest.importorskip("release.licences")


def test_no_package_of_the_core_is_older_than_the_first_good_version() -> None:
    assert audit.too_old(closure.core_packages(), audit.first_good()) == []


def test_an_old_package_is_found() -> None:
    old = closure.Package("h11", "0.14.0", "MIT")
    (found,) = audit.too_old([old], audit.first_good())
    assert "CVE-2025-43859" in found
    assert found.endswith("use 0.16.0 or later")


def test_packages_that_were_not_looked_up_are_not_counted() -> None:
    report = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": []},
            {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "c", "skip_reason": "Dependency not found"},
        ]
    }
    assert audit.looked_up(report) == (2, ["b 1: PYSEC-1"])
    assert audit.looked_up({"dependencies": [report["dependencies"][2]]}) == (0, [])


def test_every_licence_of_the_core_is_permissive() -> None:
    assert licences.doubtful(closure.core_packages()) == []


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GNU General Public License v3", "not stated", "Proprietary"])
def test_a_licence_that_is_not_is_seen(licence: str) -> None:
    assert licences.doubtful([closure.Package("x", "1", licence)])


def test_the_list_of_licences_names_every_dependency() -> None:
    stated = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    listed = set(re.findall(r"^\| ([\w.-]+) \|", licences.OUT.read_text(encoding="utf-8"), re.M))
    assert {canonicalize_name(Requirement(each).name) for each in stated} <= listed


def test_the_list_of_components_is_valid_and_names_the_core(tmp_path: Path) -> None:
    sbom = pytest.importorskip("release.sbom", reason="needs the extra [release]")
    out = tmp_path / "footnote.cdx.json"
    sbom.write(out)
    made = json.loads(out.read_text(encoding="utf-8"))
    names = {canonicalize_name(each["name"]) for each in made["components"]}
    assert (made["bomFormat"], made["metadata"]["component"]["name"]) == ("CycloneDX", "footnote-assistant")
    assert names == {each.name for each in closure.core_packages()}
