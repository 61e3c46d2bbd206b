"""Two reports side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.errors import QuestionSetError
from assistant.evaluation import compare, load_report_json


def report(**rows: dict[str, float]) -> dict[str, object]:
    return {
        "set": "s",
        "metrics": {"ndcg@10": {}, "rr@10": {}},
        "per_question": [{"id": identity, "metrics": metrics} for identity, metrics in rows.items()],
    }


def test_equal_runs_differ_by_nothing():
    same = report(a={"ndcg@10": 0.5}, b={"ndcg@10": 1.0})
    (difference,) = compare(same, same)
    assert (difference.difference, difference.low, difference.high, difference.p_value) == (0, 0, 0, 1)


def test_questions_are_paired_by_id_whatever_their_order():
    now = report(a={"ndcg@10": 1.0}, b={"ndcg@10": 0.5}, new={"ndcg@10": 0.0})
    before = report(b={"ndcg@10": 0.5}, a={"ndcg@10": 0.25}, gone={"ndcg@10": 1.0})
    (difference,) = compare(now, before)
    assert difference.n == 2
    assert (difference.now, difference.baseline) == ((1.0 + 0.5) / 2, (0.25 + 0.5) / 2)
    assert difference.difference == (0.75 + 0.0) / 2
    assert difference.low <= difference.difference <= difference.high


def test_a_regression_over_many_questions_is_significant():
    now = report(**{f"q{n}": {"ndcg@10": 0.4} for n in range(40)})
    before = report(**{f"q{n}": {"ndcg@10": 0.6 if n % 4 else 0.3} for n in range(40)})
    (difference,) = compare(now, before)
    assert difference.high < 0
    assert difference.p_value < 0.01


def test_metrics_come_in_the_order_of_the_report_and_only_shared_ones():
    now = report(a={"own": 1.0, "rr@10": 1.0, "ndcg@10": 1.0})
    before = report(a={"ndcg@10": 0.0, "rr@10": 0.0, "other": 1.0})
    assert [difference.metric for difference in compare(now, before)] == ["ndcg@10", "rr@10"]


def test_reports_that_share_no_question_are_refused():
    with pytest.raises(QuestionSetError, match=r"set 's' against 's'"):
        compare(report(a={"ndcg@10": 1.0}), report(b={"ndcg@10": 1.0}))


def test_a_saved_report_is_read_back(tmp_path: Path):
    saved = report(a={"ndcg@10": 1.0})
    (tmp_path / "r.json").write_text(json.dumps(saved))
    assert load_report_json(tmp_path / "r.json") == saved


@pytest.mark.parametrize(
    "content",
    ["", "[]", "3", "{}", '{"per_question": 3}', '{"per_question": [{"id": "a"}]}',
     '{"per_question": [{"id": "a", "metrics": {"x": "high"}}]}', "[" * 100_000],
    ids=["empty", "list", "number", "no rows", "rows a number", "no metrics", "no number", "nested"],
)  # fmt: skip
def test_what_is_no_report_is_refused(tmp_path: Path, content):
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(QuestionSetError, match=r"r\.json: found .* footnote evaluate SET --json > FILE\.$"):
        load_report_json(tmp_path / "r.json")


def test_a_missing_report_is_refused(tmp_path: Path):
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_report_json(tmp_path / "none.json")
