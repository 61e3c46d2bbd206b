"""``footnote evaluate`` as the gate of a release: the sample set, a baseline of it, and a ranking made worse."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.retrieval import RankingSettings

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "corpus" / "questions.jsonl"
LATENCY = ("p50_ms", "p95_ms", "p99_ms", "stages_ms")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def footnote(*arguments: object) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    return Done(int(exit_.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample document by the hashing encoder."""
    folder = tmp_path_factory.mktemp("gates") / "index"
    assert footnote("index", ROOT / "corpus", "--index", folder, "--encoder", "hashing").code == 0
    return folder


@pytest.fixture(scope="module")
def baseline(index: Path) -> Path:
    """What ``evaluate --json`` prints for the sample set."""
    done = footnote("evaluate", SAMPLE, "--index", index, "--json")
    assert done.code == 0, done.err
    file = index.parent / "baseline.json"
    file.write_text(done.out, encoding="utf-8")
    return file


@pytest.fixture
def _dense_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Cosine similarity alone, as if lexical search and late interaction had been lost."""
    worse = partial(RankingSettings, dense_weight=1.0, rerank=0, support=0.0, works=0)
    monkeypatch.setattr("assistant.engine.RankingSettings", worse)
    return


def without_latency(printed: str) -> dict[str, object]:
    report = json.loads(printed)
    for name in LATENCY:
        del report[name]
    return report


def test_an_equal_run_passes_and_is_equal_to_the_byte(index, baseline):
    """In a process of its own, where sets and dicts of strings hash otherwise."""
    gates = ["--fail-if", "ndcg@10 < 0", "--fail-if", "ece > 0", "--fail-under", "recall@10=0.5"]
    command = [sys.executable, "-m", "assistant", "evaluate", SAMPLE, "--index", index, "--json"]
    done = subprocess.run(
        [*command, "--baseline", baseline, *gates],
        cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "1"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    now = without_latency(done.stdout)
    differences, verdicts = now.pop("baseline"), now.pop("gates")
    assert json.dumps(now) == json.dumps(without_latency(baseline.read_text(encoding="utf-8")))
    assert {d["metric"] for d in differences} >= {"ndcg@10", "ap", "precision@5", "span_iou@5", "quote_hit@1"}
    for d in differences:
        assert (d["difference"], d["low"], d["high"], d["p_value"], d["p_holm"]) == (0, 0, 0, 1, 1), d["metric"]
        assert not d["significant"]
    assert [(v["metric"], v["passed"]) for v in verdicts] == [("ndcg@10", True), ("ece", True), ("recall@10", True)]


def test_the_order_of_the_questions_changes_nothing(index, baseline, tmp_path):
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    shuffled = tmp_path / SAMPLE.name
    shuffled.write_text("\n".join(random.Random(1).sample(lines, len(lines))), encoding="utf-8")
    done = footnote("evaluate", shuffled, "--index", index, "--json", "--baseline", baseline)
    now, before = json.loads(done.out), json.loads(baseline.read_text(encoding="utf-8"))
    assert done.err == ""
    assert now["sha256"] != before["sha256"]
    assert json.dumps(now["metrics"]) == json.dumps(before["metrics"])
    assert sorted(now["per_question"], key=lambda row: row["id"]) == sorted(
        before["per_question"], key=lambda row: row["id"]
    )
    assert {(d["difference"], d["p_value"]) for d in now["baseline"]} == {(0, 1)}


@pytest.mark.usefixtures("_dense_only")
def test_a_worse_ranking_is_caught_and_shown(index, baseline):
    gates = ["--fail-if", "ndcg@10 < -0.01", "--fail-if", "recall@5 < -0.02", "--fail-under", "success@5=0.99"]
    done = footnote("evaluate", SAMPLE, "--index", index, "--baseline", baseline, *gates, "--fail-if", "ap > 0.5")
    assert done.code == 1
    failed = done.err.strip().splitlines()
    assert [line.split()[3] for line in failed] == ["ndcg@10", "recall@5", "success@5"]
    assert all(line.startswith("footnote: gate failed: ") for line in failed)
    assert "the limit is -0.01 (p=0.0001, Holm p=0.00" in failed[0]
    assert "the limit is 0.99" in failed[2]
    table = done.out[done.out.index("against the baseline") :].splitlines()
    heading = " ".join(table[1].split())
    assert heading == "metric baseline now difference 95 % interval p Holm p significant detectable n"
    ndcg = table[2].split()
    assert ndcg[0] == "ndcg@10"
    assert float(ndcg[3]) < -0.01
    assert "yes" in ndcg
    assert any(line.startswith("  aurc ") and line.endswith("no paired test") for line in table)
    assert "came out worse, the 10 worst (baseline left, now right, * gold):" in done.out
    worst = done.out[done.out.index("came out worse") :].split("\n\n")[1].splitlines()
    assert worst[1].startswith("  ndcg@10 1.0000 -> 0.0000")
    assert worst[2].split()[:2] == ["1", "*"]
    assert [line.split()[0] for line in worst[2:]] == ["1", "2", "3", "4", "5"]


@pytest.fixture
def small(index: Path, tmp_path: Path) -> Path:
    """The first three questions of the sample set."""
    file = tmp_path / "small.jsonl"
    file.write_text("\n".join(SAMPLE.read_text(encoding="utf-8").splitlines()[:3]), encoding="utf-8")
    return file


def test_an_older_baseline_is_read(index, small, tmp_path):
    """Written before there were so many metrics, and without rankings."""
    now = json.loads(footnote("evaluate", small, "--index", index, "--json").out)
    older = {
        "set": "small",
        "metrics": {"ndcg@10": {"value": 1.0, "low": 1.0, "high": 1.0, "n": 3}},
        "per_question": [{"id": row["id"], "metrics": {"ndcg@10": 1.0}} for row in now["per_question"]],
    }
    (tmp_path / "older.json").write_text(json.dumps(older), encoding="utf-8")
    options = ("--index", index, "--baseline", tmp_path / "older.json", "--fail-if", "ndcg@10 < -1")
    done = footnote("evaluate", small, *options)
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines() if " no " in line or " yes " in line] == ["ndcg@10"]
    refused = footnote("evaluate", small, *options, "--fail-if", "ap < -0.1")
    assert refused.code == 2
    assert refused.err.startswith("footnote: --fail-if: found no 'ap' in the baseline, expected one of ndcg@10.")


def test_questions_that_changed_since_the_baseline_are_told(index, small, baseline):
    done = footnote("evaluate", small, "--index", index, "--baseline", baseline, "--json")
    assert done.code == 0
    assert done.err.startswith(f"footnote: {baseline}: the set has changed since: 3 questions compared, 0 of them")
    assert "0 only now, 72 only in the baseline" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--fail-if", "ndcg@10 < -0.01"], ["--fail-if 'ndcg@10 < -0.01' without --baseline", "--json > FILE"]),
        (["--fail-under", "recall@5"], ["found 'recall@5'", "expected METRIC=NUMBER"]),
        (["--fail-under", "recall=0.9"], ["no metric 'recall'", "expected one of ndcg@10"]),
        (["--baseline", "none.json", "--fail-if", "ndcg@10 ~ 1"], ["found 'ndcg@10 ~ 1'", "expected METRIC < NUMBER"]),
    ],
    ids=["no baseline", "no number", "no metric", "no comparison"],
)
def test_a_wrong_gate_is_refused_in_one_line_before_anything_is_read(options, words):
    done = footnote("evaluate", "no-such-set.jsonl", *options)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.strip().splitlines()
    assert all(word in line for word in words), line


def test_a_floor_needs_no_baseline_and_fails_alone(index, small):
    options = ("--index", index, "--json", "--fail-under", "precision@5=0.3", "--fail-under", "recall@10=0")
    done = footnote("evaluate", small, *options)
    report = json.loads(done.out)
    assert done.code == 1
    assert (
        done.err == "footnote: gate failed: precision@5 is 0.2000, the limit is 0.3 (--fail-under 'precision@5=0.3')\n"
    )
    assert [verdict["passed"] for verdict in report["gates"]] == [False, True]
    assert "baseline" not in report


def test_help_teaches_the_gates():
    text = " ".join(footnote("evaluate", "--help").out.split())
    assert all(word in text for word in ("--fail-if", "'ndcg@10 < -0.01'", "--fail-under", "recall@5=0.9", "exit code"))
