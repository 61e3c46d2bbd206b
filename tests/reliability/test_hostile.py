"""A hundred hostile questions and requests; ``benchmarks/reliability/hostile.py`` asks ten thousand of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant import Assistant
from assistant.server import start

hostile = pytest.importorskip(
    "benchmarks.reliability.hostile", reason="the benchmarks lie beside the tests in the repository"
)
made = pytest.importorskip("benchmarks.reliability.hostile_questions")

COUNT = 100


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    index = tmp_path_factory.mktemp("hostile") / "index"
    opened = Assistant.from_documents("corpus/nato-kazakhstan.txt", index, encoder="hashing")
    yield opened
    opened.close()


def test_a_hostile_question_is_answered_or_refused_in_one_line(assistant: Assistant) -> None:
    found = hostile.asked(assistant, made.hostile_questions(COUNT, 1))
    assert (found["faults"], found["questions"]) == ([], COUNT)
    assert {"QuestionError", "not_found"} <= found["outcomes"].keys()


def test_a_hostile_request_is_no_fault_of_the_servers(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.reliability.hostile.TORN", 0.05)
    served = start(assistant, port=0)
    try:
        found = hostile.called(served.page.server_port, made.hostile_requests(COUNT, 1))
    finally:
        served.close()
    assert [each for each in found["faults"] if "afterwards" not in each] == []
    assert {"200", "400", "404"} <= found["statuses"].keys()


def test_the_same_seed_asks_alike() -> None:
    assert [*made.hostile_questions(50, 1)] == [*made.hostile_questions(50, 1)]
    assert [*made.hostile_requests(50, 1)] == [*made.hostile_requests(50, 1)]
    assert [*made.hostile_questions(50, 1)] != [*made.hostile_questions(50, 2)]


class Failing:
    """Answers as nobody may."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def documents(self) -> dict[str, object]:
        return {}

    def ask(self, *_: object, **__: object) -> None:
        raise self._error


def test_what_must_not_come_is_counted() -> None:
    assert hostile.asked(Failing(ValueError("x")), ["a", "b"])["fault_count"] == 2


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        ("500", b'{"error": "x"}', True),
        ("400", b'{"error": "x"}', False),
        ("404", b'{"detail": "x"}', True),
        ("404", b"<html>", True),
        ("200", b"x", False),
        ("closed", b"", True),
    ],
)
def test_a_reply_that_must_not_come_is_told_from_others(status: str, body: bytes, fault: bool) -> None:
    request = made.HostileRequest("POST", "/api/ask", b"", {})
    assert bool(hostile._fault(request, status, b"HTTP/1.1\r\n\r\n" + body, False)) is fault
