"""Medians, ratios and tables of the comparison with peers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.peers import tables
from benchmarks.peers.measuring import LESS_IS_BETTER, compare, evenly, medians, percentile, ratios
from benchmarks.peers.protocol import Asked

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"


def measured(**values: float) -> dict[str, float]:
    return dict.fromkeys(LESS_IS_BETTER, 1.0) | values


ROUNDS = [
    {"footnote": measured(cold_seconds=1.0, documents_per_second=30), "plain": measured(cold_seconds=4.0)},
    {"footnote": measured(cold_seconds=2.0, documents_per_second=10), "plain": measured(cold_seconds=4.0)},
    {"footnote": measured(cold_seconds=0.5, documents_per_second=20), "plain": measured(cold_seconds=4.0)},
]


def test_the_median_is_taken_over_the_rounds():
    assert medians(ROUNDS)["footnote"]["cold_seconds"] == 1.0
    assert medians(ROUNDS)["footnote"]["documents_per_second"] == 20


def test_a_ratio_above_one_says_that_footnote_is_ahead():
    against = ratios(ROUNDS)["plain"]
    assert against["cold_seconds"] == {"ratio": 4 / 1.0, "least": 4 / 2.0, "most": 4 / 0.5}
    assert against["documents_per_second"] == {"ratio": 20 / 1, "least": 10 / 1, "most": 30 / 1}
    assert "footnote" not in ratios(ROUNDS)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (0.25, 1.0)])
def test_a_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile([4.0, 1.0, 3.0, 2.0], share) == expected


def test_questions_are_drawn_evenly_and_never_more_than_asked_for():
    questions = [Asked(str(number), "") for number in range(10)]
    assert [each.id for each in evenly(questions, 4)] == ["0", "3", "6", "9"]
    assert evenly(questions, 10) == questions


def test_quality_is_a_mean_with_the_paired_difference_of_ours():
    entry = compare({"1": 0.0, "2": 1.0}, {"1": 1.0, "2": 1.0})
    assert entry["ndcg@10"] == (0 + 1) / 2
    assert entry["ours_minus_this"] == (1 + 0) / 2
    assert "p_value" not in compare({"1": 0.5}, None)


@pytest.mark.parametrize(
    ("least", "ratio", "most", "told"),
    [(1.5, 2.0, 2.5, "2.00"), (0.5, 0.75, 0.9, "**0.75**"), (0.9, 1.04, 1.2, "≈ 1.04")],
    ids=["ahead", "behind", "within noise"],
)
def test_a_ratio_says_whether_the_rounds_agree(least, ratio, most, told):
    entry = {measure: {"least": least, "ratio": ratio, "most": most} for measure in LESS_IS_BETTER}
    row = tables.ratios_table({"timing": {"ratios": {"plain": entry}}}).splitlines()[-1]
    assert row.split(" | ")[1] == told


def test_a_peer_is_ahead_where_it_is_in_every_round_and_int8_is_no_peer():
    level = {measure: {"least": 1.0, "ratio": 1.0, "most": 1.0} for measure in LESS_IS_BETTER}
    worse = level | {"index_mb": {"least": 0.1, "ratio": 0.2, "most": 0.3}}
    found = {"timing": {"ratios": {"plain": worse, "txtai": level, "footnote int8": worse}}}
    assert tables.behind(found) == [("plain", "index_mb")]


def test_every_measure_that_is_compared_is_told():
    assert set(tables.HEADINGS) == set(LESS_IS_BETTER)


def test_a_set_that_was_not_measured_of_a_system_has_a_dash():
    of = {"ndcg@10": 0.5, "low": 0.4, "high": 0.6}
    found = {
        "quality": {"scifact": {"questions": 3, "systems": {"plain": of | {"ours_minus_this": 0.1, "p_value": 0.02}}}}
    }
    assert tables.quality_table(found).splitlines()[-1] == (
        "| sentence-transformers + FAISS | 0.500 (0.400–0.600) | +0.100 (p=0.02) |"
    )
    found["quality"]["squad2"] = {"questions": 3, "systems": {"footnote": of}}
    assert tables.quality_table(found).splitlines()[2] == "| Footnote | – | – | 0.500 (0.400–0.600) | – |"


def test_the_page_explains_every_measure_in_which_a_peer_is_ahead():
    explained = PAGE.read_text(encoding="utf-8").split("## Where a peer is ahead", 1)[1]
    named = set(re.findall(r"^- \*\*(.+?)\.\*\*", explained, re.MULTILINE))
    assert {tables.HEADINGS[measure] for _, measure in tables.behind()} <= named
