"""The tables of docs/reliability.md, each from its result file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "results"


def _results(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((RESULTS / f"reliability_{name}.json").read_text(encoding="utf-8"))
    return result


def flips_table() -> str:
    """What came of files damaged at random."""
    result = _results("flips")
    rows = [
        "| damaged file | trials | the same answers | refused with our error | wrong answers | crashes |",
        "|---|---|---|---|---|---|",
    ]
    named = {
        **result["files"],
        "**all**": result["all"],
        "of these, read whole when opened": result["read whole when opened"],
        "of these, read as needed": result["read as needed"],
    }
    rows += [
        f"| {name} | {each['trials']:,} | {each['same']:,} | {each['refused']:,} | {each['wrong']} | {each['crash']} |"
        for name, each in named.items()
    ]
    return (
        "\n".join(rows) + f"\n\nSeed {result['seed']}, {result['seconds']:.0f} s on {result['provenance']['machine']}."
    )
