"""Gates: what is written, what is refused, and what fails."""

from __future__ import annotations

import pytest

from assistant.errors import InputError
from assistant.evaluation import check_baseline, check_gates, compare, parse_gate


def report(ndcg: list[float], ece: float | None = None) -> dict[str, object]:
    metrics = {"ndcg@10": {"value": sum(ndcg) / len(ndcg)}} | ({} if ece is None else {"ece": {"value": ece}})
    rows = [{"id": str(number), "metrics": {"ndcg@10": value}} for number, value in enumerate(ndcg)]
    return {"set": "s", "metrics": metrics, "per_question": rows}


def verdict_of(option, text, now, baseline):
    gates = [parse_gate(option, text)]
    (verdict,) = check_gates(gates, now, baseline, compare(now, baseline))
    return verdict


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ndcg@10 < -0.01", ("ndcg@10", "<", -0.01)),
        ("recall@5<-.02", ("recall@5", "<", -0.02)),
        ("  false_answer_rate >= 0.05 ", ("false_answer_rate", ">=", 0.05)),
        ("rr@10 < -1e-3", ("rr@10", "<", -0.001)),
        ("ap <= 0", ("ap", "<=", 0.0)),
        ("ece > +1", ("ece", ">", 1.0)),
    ],
)
def test_a_difference_is_read(text, expected):
    gate = parse_gate("--fail-if", text)
    assert (gate.metric, gate.comparison, gate.limit) == expected
    assert gate.text == text


def test_a_floor_is_read():
    gate = parse_gate("--fail-under", "recall@5 = 0.9")
    assert (gate.metric, gate.comparison, gate.limit) == ("recall@5", "<", 0.9)


@pytest.mark.parametrize(
    ("option", "text", "found", "expected"),
    [
        ("--fail-if", "", "found ''", "expected METRIC < NUMBER"),
        ("--fail-if", "ndcg@10", "found 'ndcg@10'", "expected METRIC < NUMBER"),
        ("--fail-if", "ndcg@10 = 0.1", "found 'ndcg@10 = 0.1'", "expected METRIC < NUMBER"),
        ("--fail-if", "ndcg@10 < nan", "found 'ndcg@10 < nan'", "expected METRIC < NUMBER"),
        ("--fail-if", "ndcg@10 < -1 %", "found 'ndcg@10 < -1 %'", "expected METRIC < NUMBER"),
        ("--fail-if", "ndcg < -0.1", "no metric 'ndcg'", "expected one of ndcg@10, recall@1"),
        ("--fail-if", "p95_ms > 0.1", "no metric 'p95_ms'", "expected one of ndcg@10, recall@1"),
        ("--fail-if", "ndcg@10 < -1.5", "the limit -1.5", "expected -1 to 1"),
        ("--fail-under", "recall@5", "found 'recall@5'", "expected METRIC=NUMBER"),
        ("--fail-under", "recall@5 < 0.9", "found 'recall@5 < 0.9'", "expected METRIC=NUMBER"),
        ("--fail-under", "recall@5=90", "the limit 90", "expected 0 to 1"),
        ("--fail-under", "recall@5=-0.1", "the limit -0.1", "expected 0 to 1"),
        ("--fail-under", "ece=0.1", "found 'ece', of which less is better", "--fail-if"),
    ],
)
def test_what_is_no_gate_is_refused(option, text, found, expected):
    with pytest.raises(InputError) as refused:
        parse_gate(option, text)
    message = str(refused.value)
    assert message.startswith(f"{option}: found")
    assert found in message
    assert expected in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("ndcg@10 < -0.25", True),
        ("ndcg@10 <= -0.25", False),
        ("ndcg@10 < -0.2", False),
        ("ndcg@10 > -0.25", True),
        ("ndcg@10 >= -0.25", False),
    ],
)
def test_a_difference_is_held_against_the_limit(text, passed):
    verdict = verdict_of("--fail-if", text, report([0.5, 0.25]), report([0.75, 0.5]))
    assert verdict.value == -0.25
    assert verdict.passed is passed


def test_a_failed_difference_names_metric_value_limit_and_p_values():
    verdict = verdict_of("--fail-if", "ndcg@10 < -0.01", report([0.5] * 20), report([0.75] * 20))
    assert verdict.line() == (
        "ndcg@10 differs from the baseline by -0.2500, the limit is -0.01 "
        "(p=0.0001, Holm p=0.0001, n=20; --fail-if 'ndcg@10 < -0.01')"
    )
    assert verdict.to_json()["p_value"] == verdict.difference.p_value == 1 / 10_001
    assert verdict.to_json()["passed"] is False


def test_what_is_measured_on_a_whole_set_is_held_against_its_limit_without_a_test():
    verdict = verdict_of("--fail-if", "ece > 0.02", report([1.0], ece=0.25), report([1.0], ece=0.125))
    assert (verdict.value, verdict.passed, verdict.to_json()["p_value"]) == (0.125, False, None)
    assert "ece differs from the baseline by +0.1250, the limit is +0.02 (p not known" in verdict.line()


@pytest.mark.parametrize(("limit", "passed"), [("0.4", True), ("0.5", True), ("0.6", False)])
def test_a_floor_looks_at_the_value_itself(limit, passed):
    verdict = verdict_of("--fail-under", f"ndcg@10={limit}", report([0.5]), report([0.0]))
    assert (verdict.value, verdict.passed) == (0.5, passed)


def test_a_value_just_under_the_limit_is_told_from_it():
    (verdict,) = check_gates([parse_gate("--fail-under", "ndcg@10=0.9")], report([0.899999]), None, [])
    assert verdict.line() == "ndcg@10 is 0.89999900, the limit is 0.9 (--fail-under 'ndcg@10=0.9')"


def test_questions_that_can_no_longer_be_measured_fail_a_gate():
    now, baseline = report([0.5, 0.5, 0.5]), report([0.5, 0.5, 0.5])
    now["per_question"][1]["metrics"] = {}
    verdict = verdict_of("--fail-if", "ndcg@10 < -0.01", now, baseline)
    assert (verdict.value, verdict.passed) == (0, False)
    assert "1 measured in the baseline without a place for their gold now" in verdict.line()


def test_a_metric_that_was_not_measured_is_refused():
    now, baseline = report([0.5], ece=0.1), report([0.5])
    with pytest.raises(InputError, match="found no 'ece' in the baseline, expected one of ndcg@10"):
        verdict_of("--fail-if", "ece > 0.1", now, baseline)
    with pytest.raises(InputError, match="found no 'ap' in this evaluation, expected one of ndcg@10, ece"):
        check_gates([parse_gate("--fail-under", "ap=0.1")], now, None, [])


def test_a_baseline_without_the_metric_is_refused_before_asking():
    gates = [parse_gate("--fail-under", "ap=0.1"), parse_gate("--fail-if", "ece > 0.1")]
    check_baseline(gates, report([0.5], ece=0.1))
    with pytest.raises(InputError, match="found no 'ece' in the baseline"):
        check_baseline(gates, report([0.5]))
