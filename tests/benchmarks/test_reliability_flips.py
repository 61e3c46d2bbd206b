"""Files of an index damaged at random: no wrong answer, no crash, and the benchmark would see either."""

import os
import signal

import pytest

from assistant.errors import IndexDamagedError
from benchmarks.reliability import flips
from benchmarks.reliability.flips import Trial, documents_here, run, summary


def test_no_damage_gives_a_wrong_answer_or_ends_the_process():
    trials = run(10, 3, documents_here()[-3:])
    counts = summary(trials)
    assert (counts["all"]["trials"], counts["bad"]) == (10, [])
    assert counts["all"]["refused"] > 0 < counts["all"]["same"]
    assert counts["read as needed"]["trials"] == 5


def refused():
    raise IndexDamagedError("damaged; run: footnote index")


@pytest.mark.parametrize(
    ("action", "outcome"),
    [
        (refused, "refused"),
        (lambda: 1 / 0, "crash"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "crash"),
        (lambda: os._exit(3), "crash"),
        (lambda: {"answers": []}, "answers"),
    ],
    ids=["our error", "another exception", "a signal", "an exit", "an answer"],
)
def test_the_end_of_a_process_is_seen_for_what_it_is(action, outcome):
    assert list(flips._in_a_process(action)) == [outcome]


def test_a_wrong_answer_is_counted_and_named():
    trials = [Trial("a", "flip", 1, True, "wrong"), Trial("b", "cut", 2, False, "same")]
    counts = summary(trials)
    assert counts["all"] == {"trials": 2, "same": 1, "refused": 0, "wrong": 1, "crash": 0}
    assert [bad["file"] for bad in counts["bad"]] == ["a"]
