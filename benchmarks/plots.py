"""Draws what ``answers.json`` and ``scale.json`` in ``benchmarks/results`` say: ``python -m benchmarks.plots``.

Needs matplotlib: ``pip install -e ".[benchmarks]"``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
INK, SOFT, ACCENT = "#22211e", "#625f58", "#1f5582"


def _axes(title: str, horizontal: str, vertical: str) -> tuple[Any, Any]:
    figure, axes = plt.subplots(figsize=(5.2, 3.6))
    axes.set_title(title, loc="left", fontsize=11, color=INK)
    axes.set_xlabel(horizontal, color=SOFT)
    axes.set_ylabel(vertical, color=SOFT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(0, 1)
    return figure, axes


def reliability(result: dict[str, Any]) -> None:
    """Confidence against the share of right first quotations, held-out halves."""
    figure, axes = _axes("Reliability, held-out halves", "confidence", "share that is right")
    bins = result["reliability"]
    largest = max(row["n"] for row in bins)
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle="--")
    axes.plot([row["confidence"] for row in bins], [row["right"] for row in bins], color=ACCENT, linewidth=1.5)
    sizes = [20 + 180 * row["n"] / largest for row in bins]
    axes.scatter([row["confidence"] for row in bins], [row["right"] for row in bins], s=sizes, color=ACCENT)
    axes.set_ylim(0, 1)
    _save(figure, "reliability")


def risk_and_coverage(result: dict[str, Any], thresholds: dict[str, float]) -> None:
    """Share of wrong first quotations among the most confident share of the questions, held-out halves."""
    figure, axes = _axes("Risk and coverage, held-out halves", "share of questions shown", "share of those not right")
    points = result["risk and coverage"]
    axes.plot([row["coverage"] for row in points], [row["risk"] for row in points], color=ACCENT, linewidth=1.5)
    for name, threshold in thresholds.items():
        inside = [row for row in points if row["confidence"] >= threshold]
        if inside:
            at = inside[-1]
            axes.scatter([at["coverage"]], [at["risk"]], color=ACCENT, zorder=3)
            axes.annotate(
                f"{name} ≥ {threshold:.2f}", (at["coverage"], at["risk"]), (6, -12), textcoords="offset points"
            )
    axes.set_ylim(0, max(row["risk"] for row in points) * 1.1)
    _save(figure, "risk-coverage")


def growth(result: dict[str, Any]) -> None:
    """Times of one fused search, and of an update, against the number of passages."""
    figure, axes = plt.subplots(figsize=(5.2, 3.6))
    axes.set_title("Growth with the index", loc="left", fontsize=11, color=INK)
    axes.set_xlabel("passages", color=SOFT)
    axes.set_ylabel("milliseconds", color=SOFT)
    axes.spines[["top", "right"]].set_visible(False)
    sizes = result["sizes"]
    lines = (
        ("fused_p50_ms", 1, "fused search, median", "-", ACCENT),
        ("exact_p50_ms", 1, "every vector compared, median", "--", ACCENT),
        ("update_s", 1000, "a document updated and found", "-", INK),
        ("open_s", 1000, "opening", ":", SOFT),
    )
    for name, scale, label, style, colour in lines:
        values = [row[name] * scale for row in sizes]
        axes.loglog([row["passages"] for row in sizes], values, style, color=colour, label=label, marker=".")
    axes.legend(frameon=False, fontsize=8)
    _save(figure, "scale")


def _save(figure: Any, name: str) -> None:
    figure.tight_layout()
    figure.savefig(IMAGES / f"{name}.svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main() -> None:
    """Draw all."""
    mpl.rcParams.update({"svg.hashsalt": "footnote", "font.size": 9, "svg.fonttype": "none"})
    result = json.loads((ROOT / "benchmarks" / "results" / "answers.json").read_text(encoding="utf-8"))
    reliability(result["held_out"])
    risk_and_coverage(result["held_out"], result["thresholds"])
    growth(json.loads((ROOT / "benchmarks" / "results" / "scale.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
