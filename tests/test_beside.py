"""Work beside the thread that asks: done once, ended when the block is left, and done without where that is busy."""

import threading

import pytest

from assistant.beside import Beside, usable_cores
from benchmarks.reliability.flips import _in_a_process


def test_work_is_done_in_another_thread():
    with Beside(cores=2).doing(threading.get_ident) as result:
        assert result() != threading.get_ident()


def test_with_one_core_it_is_done_when_it_is_asked_for():
    with Beside(cores=1).doing(threading.get_ident) as result:
        assert result() == threading.get_ident()


def test_who_finds_the_thread_busy_does_the_work_itself():
    beside, go_on = Beside(cores=2), threading.Event()
    with beside.doing(go_on.wait), beside.doing(threading.get_ident) as result:
        assert result() == threading.get_ident()
        go_on.set()
    with beside.doing(threading.get_ident) as result:
        assert result() != threading.get_ident()


def test_an_exception_comes_where_the_result_is_asked_for():
    def fails() -> None:
        raise LookupError("lost")

    with Beside(cores=2).doing(fails) as result, pytest.raises(LookupError, match="lost"):
        result()


def test_the_work_has_ended_when_the_block_is_left_by_an_exception():
    begun, done = threading.Event(), []

    def work() -> None:
        begun.set()
        done.append(1)

    with pytest.raises(KeyError), Beside(cores=2).doing(work):
        raise KeyError
    assert begun.is_set()
    assert done == [1]


def test_a_forked_process_does_without_the_thread():
    beside = Beside(cores=2)
    with beside.doing(lambda: 1) as result:
        assert result() == 1
    found = _in_a_process(lambda: _done(beside))
    assert found == {"done": 2}


def _done(beside: Beside) -> dict[str, int]:
    with beside.doing(lambda: 2) as result:
        return {"done": result()}


def test_there_is_a_core():
    assert usable_cores() >= 1
