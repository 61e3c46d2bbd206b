"""What is in a release, as CycloneDX JSON: ``python -m release.sbom``; needs the extra ``[release]``."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from release.closure import PROJECT, Package, core_packages

OUT = Path("dist/footnote.cdx.json")


def write(out: Path) -> None:
    """Write the list of the packages that are installed here, after checking it against its schema.

    Raises:
        ValueError: if it does not follow the schema.
    """
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    bom = Bom()
    itself = Package(project["name"], project["version"], project["license"])
    bom.metadata.component = root = _component(itself, ComponentType.APPLICATION)
    parts = [_component(each, ComponentType.LIBRARY) for each in core_packages()]
    bom.components.update(parts)
    bom.register_dependency(root, parts)
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the list does not follow its schema: {wrong}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + "\n", encoding="utf-8")


def _component(package: Package, kind: ComponentType) -> Component:
    url = PackageURL("pypi", name=package.name, version=package.version)
    return Component(
        type=kind,
        name=package.name,
        version=package.version,
        bom_ref=str(url),
        purl=url,
        licenses=[DisjunctiveLicense(name=package.licence)],
    )


def main() -> None:
    """Write it to ``dist/``, or where the first argument says."""
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    write(out)
    print(out)


if __name__ == "__main__":
    main()
