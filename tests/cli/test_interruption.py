"""Ctrl-C while ``footnote evaluate`` runs: a real signal to a real process on a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import ir_measures
import pytest
from ir_measures import nDCG

from assistant.cli import main

ROOT = Path(__file__).parent.parent.parent
QUOTE = "Moreover, two United Nations courses were certified in 2018."
PLANNED = 5_000
SEEN = 5
"""Ctrl-C is sent when the bar says so many; asking all of them would take minutes."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the index of the sample document and a long set of questions about it."""
    place = tmp_path_factory.mktemp("place")
    with pytest.raises(SystemExit) as ended:
        main(["index", str(ROOT / "corpus"), "--index", str(place / "index"), "--encoder", "hashing"])
    assert not ended.value.code
    gold = [{"document": "nato-kazakhstan.txt", "quote": QUOTE}]
    rows = [{"id": f"q{n}", "question": f"{n} courses?", "answers": gold} for n in range(PLANNED)]
    (place / "set.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return place


def evaluate(place: Path, *, stop_at: int) -> tuple[int, str, str]:
    """Exit code, standard output and what the terminal showed, after Ctrl-C at that number on the bar."""
    outputs = ["--run", "a.run", "--qrels", "a.qrels", "--report", "a.html"]
    terminal, standard_error = pty.openpty()
    with (place / "out.json").open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "evaluate", "set.jsonl", "--json", *outputs],
            cwd=place, stdout=stdout, stderr=standard_error,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "TERM": "xterm"},
        )  # fmt: skip
    os.close(standard_error)
    shown, sent = "", False
    while True:
        try:
            shown += os.read(terminal, 4096).decode(errors="replace")
        except OSError:  # the command has ended, and nobody holds the other end
            break
        if not sent and any(int(done) >= stop_at for done in re.findall(rf"(\d+)/{PLANNED}\b", shown)):
            process.send_signal(signal.SIGINT)
            sent = True
    os.close(terminal)
    return process.wait(), (place / "out.json").read_text(encoding="utf-8"), shown


def test_every_output_is_whole_and_about_the_questions_done(place: Path) -> None:
    code, printed, shown = evaluate(place, stop_at=SEEN)
    report = json.loads(printed)
    done = report["questions"]
    assert code == 130
    assert (report["partial"], report["counts"]["planned"]) == (True, PLANNED)
    assert SEEN <= done < PLANNED
    assert [row["id"] for row in report["per_question"]] == [f"q{n}" for n in range(done)]
    qrels = list(ir_measures.read_trec_qrels(str(place / "a.qrels")))
    run = list(ir_measures.read_trec_run(str(place / "a.run")))
    assert len({each.query_id for each in qrels}) == done
    theirs = ir_measures.calc_aggregate([nDCG @ 10], qrels, run)
    assert report["metrics"]["ndcg@10"]["value"] == pytest.approx(theirs[nDCG @ 10], abs=1e-9)
    page = (place / "a.html").read_text(encoding="utf-8")
    assert page.endswith("</html>\n")
    assert f"partial: {done:,} of {PLANNED:,} questions" in page
    assert "Asking" in shown
    assert shown.rstrip().endswith("footnote: stopped; the questions done by then are reported")
    assert "Traceback" not in shown


def test_what_was_measured_to_the_end_survives_one_that_comes_late(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While intervals are drawn there is nothing left to stop."""
    from assistant.evaluation import statistics

    few = (place / "set.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "few.jsonl").write_text("\n".join(few), encoding="utf-8")
    mean_interval = statistics.mean_interval

    def interrupted(values: list[float]) -> tuple[float, float]:
        if not sent:
            sent.append(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return mean_interval(values)

    sent: list[int] = []
    monkeypatch.setattr(statistics, "mean_interval", interrupted)
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(tmp_path / "few.jsonl"), "--index", str(place / "index"), "--json"])
    assert sent
    assert ended.value.code == 130
    report = json.loads(capsys.readouterr().out)
    assert (report["questions"], "partial" in report) == (3, False)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_stops_the_writing_too(place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from assistant.evaluation import statistics

    few = (place / "set.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "few.jsonl").write_text("\n".join(few), encoding="utf-8")

    def interrupted(values: list[float]) -> tuple[float, float]:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError(f"still drawing intervals of {len(values)} values")

    monkeypatch.setattr(statistics, "mean_interval", interrupted)
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(tmp_path / "few.jsonl"), "--index", str(place / "index"), "--run", str(tmp_path / "a")])
    assert ended.value.code == 130
    assert not (tmp_path / "a").exists()
