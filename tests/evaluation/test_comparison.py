"""Two reports side by side."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import QuestionSetError
from assistant.evaluation import compare, load_report_json, pairing, setbacks, whole_set_changes
from assistant.evaluation.statistics import detectable_effect, holm


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


def test_p_values_are_corrected_for_all_metrics_at_once():
    now = report(**{f"q{n}": {"ndcg@10": 0.4, "rr@10": 0.5, "ap": 0.3 + n % 2} for n in range(40)})
    before = report(**{f"q{n}": {"ndcg@10": 0.6, "rr@10": 0.5, "ap": 0.3 + n % 3 / 2} for n in range(40)})
    differences = compare(now, before)
    assert [d.p_holm for d in differences] == holm([d.p_value for d in differences])
    ndcg, rr, ap = differences
    assert (ndcg.p_value, ndcg.p_holm, ndcg.significant) == (1 / 10_001, 3 / 10_001, True)
    assert (rr.p_value, rr.p_holm, rr.significant) == (1, 1, False)
    assert ap.p_holm == min(1, 2 * ap.p_value)


def test_a_difference_that_is_significant_alone_may_not_be_among_many():
    rng = np.random.default_rng(1)
    drop = rng.normal(0.1, 0.25, 30)
    names = [f"m{number}" for number in range(20)]
    now = report(**{f"q{n}": {"ap": 0.5 - drop[n], **dict.fromkeys(names, 0.5)} for n in range(30)})
    before = report(**{f"q{n}": {"ap": 0.5, **dict.fromkeys(names, 0.5)} for n in range(30)})
    (ap,) = [d for d in compare(now, before) if d.metric == "ap"]
    assert ap.p_value < 0.05 < ap.p_holm
    assert not ap.significant


def test_the_detectable_difference_is_that_of_the_paired_values():
    now, before = report(a={"ap": 0.5}, b={"ap": 1.0}), report(a={"ap": 0.5}, b={"ap": 0.25})
    (difference,) = compare(now, before)
    assert difference.detectable == detectable_effect([0.0, 0.75])
    assert compare(now, now)[0].detectable is None


def test_questions_that_only_the_baseline_could_measure_are_counted():
    now = report(a={"ap": 0.5}, b={}, c={}, new={})
    before = report(a={"ap": 0.5}, b={"ap": 1.0}, c={"ap": 1.0}, gone={"ap": 1.0})
    before["per_question"][2]["question"] = "another wording"
    (difference,) = compare(now, before)
    assert (difference.n, difference.lost) == (1, 1)


def test_how_far_two_reports_are_about_the_same_questions():
    now, before = report(a={}, b={}, c={}, new={}), report(c={}, b={}, a={}, gone={}, lost={})
    for rows in (now["per_question"], before["per_question"]):
        for row in rows:
            row |= {"question": row["id"], "history": [], "answerable": True, "gold": []}
    found = pairing(now, before)
    assert (found.shared, found.only_now, found.only_baseline, found.altered) == (3, 1, 2, 0)
    before["per_question"][1]["gold"] = [{"document": "d", "start": 0, "end": 1}]
    now["per_question"][0]["question"] = "other"
    assert pairing(now, before).altered == 2
    assert pairing(now, report(a={})).altered == 0


def test_setbacks_come_worst_first_with_both_rankings():
    now = report(
        a={"ndcg@10": 0.5, "quote_hit@1": 1.0}, b={"ndcg@10": 0.0, "quote_hit@1": 0.0}, better={"ndcg@10": 1.0},
        same={"ndcg@10": 0.3}, false={"false_answer_rate": 1.0}, also={"ndcg@10": 0.0},
    )  # fmt: skip
    before = report(
        a={"ndcg@10": 0.75, "quote_hit@1": 1.0}, b={"ndcg@10": 0.5, "quote_hit@1": 1.0}, better={"ndcg@10": 0.0},
        same={"ndcg@10": 0.3}, false={"false_answer_rate": 0.0}, also={"ndcg@10": 1.0}, gone={"ndcg@10": 1.0},
    )  # fmt: skip
    now["per_question"][1] |= {"question": "B?", "ranking": ["x", "y"], "relevant": {"y": 1, "z": 0}}
    before["per_question"][1] |= {"ranking": ["y", "x"], "relevant": {"y": 1, "w": 1}}
    found = setbacks(now, before)
    assert [(each.id, each.loss) for each in found] == [("b", 1.5), ("also", 1), ("false", 1), ("a", 0.25)]
    worst = found[0]
    assert (worst.question, worst.ranking, worst.baseline_ranking) == ("B?", ("x", "y"), ("y", "x"))
    assert worst.gold == {"y", "w"}
    assert (worst.now["quote_hit@1"], worst.baseline["quote_hit@1"]) == (0, 1)


def test_what_belongs_to_a_whole_set_is_set_side_by_side_where_both_have_it():
    now, before = report(a={}), report(a={})
    now["metrics"] = {"ece": {"value": 0.25}, "aurc": {"value": 0.5}, "ap": {"value": 1.0}}
    before["metrics"] = {"ece": {"value": 0.125}, "answerable_auroc": {"value": 0.5}, "ap": {"value": 1.0}}
    assert whole_set_changes(now, before) == [("ece", 0.125, 0.25)]
    assert whole_set_changes(now, {"per_question": []}) == []


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
     '{"per_question": [{"id": "a", "metrics": {"x": "high"}}]}', "[" * 100_000,
     '{"per_question": [{"id": "a", "metrics": {"x": NaN}}]}',
     '{"per_question": [{"id": "a", "metrics": {"x": 1}, "ranking": null}]}',
     '{"per_question": [{"id": "a", "metrics": {"x": 1}, "relevant": ["b"]}]}',
     '{"per_question": [], "metrics": {"x": {"value": null}}}', '{"per_question": [], "metrics": ["x"]}'],
    ids=["empty", "list", "number", "no rows", "rows a number", "no metrics", "no number", "nested",
         "not a number", "no ranking", "relevant a list", "no value", "metrics a list"],
)  # fmt: skip
def test_what_is_no_report_is_refused(tmp_path: Path, content):
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(QuestionSetError, match=r"r\.json: found .* footnote evaluate SET --json > FILE\.$"):
        load_report_json(tmp_path / "r.json")


def test_a_missing_report_is_refused(tmp_path: Path):
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_report_json(tmp_path / "none.json")
