"""What passes between the comparison and each system it starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.peers.configurations import CONFIGURATIONS
from benchmarks.peers.environments import COMMON, REQUIREMENTS
from benchmarks.peers.processes import run, size_of
from benchmarks.peers.protocol import (
    MARK,
    Asked,
    Passage,
    System,
    answer,
    distinct,
    read_passages,
    read_questions,
    result_of,
    write_lines,
)

PASSAGES = [Passage("a", "Rain", "It rains\nin spring."), Passage("b", "", "Snow – “deep”.")]
QUESTIONS = [Asked(str(number), f"question {number}") for number in range(5)]


class Alphabet(System):
    """Keeps ids in a file and finds them in order; writes down what it was asked."""

    def prepare(self, model: Path) -> None:
        self.model = model

    def index(self, passages, folder: Path) -> int:
        folder.mkdir()
        (folder / "ids").write_text(" ".join(passage.id for passage in passages))
        return len(passages)

    def open(self, model: Path, folder: Path) -> None:
        self.asked: list[str] = []
        self.ids = (folder / "ids").read_text().split()

    def search(self, question: str) -> list[str]:
        self.asked.append(question)
        return self.ids

    def besides(self, questions) -> dict[str, float]:
        return {"asked_besides": len(questions)}


@pytest.fixture
def places(tmp_path):
    write_lines(tmp_path / "passages", PASSAGES)
    write_lines(tmp_path / "questions", QUESTIONS)
    return ["--model", "model", "--index", str(tmp_path / "index")], tmp_path


def test_passages_and_questions_are_read_as_they_were_written(places):
    _, folder = places
    assert read_passages(folder / "passages") == PASSAGES
    assert read_questions(folder / "questions") == QUESTIONS


def test_a_title_comes_before_the_text_and_none_adds_nothing():
    assert [passage.whole for passage in PASSAGES] == ["Rain\nIt rains\nin spring.", "Snow – “deep”."]


def test_each_command_tells_what_the_protocol_says(places):
    options, folder = places
    built = answer(Alphabet(), ["index", *options, "--passages", str(folder / "passages")])
    assert built["units"] == 2
    assert built["seconds"] >= 0
    assert answer(Alphabet(), ["cold", *options, "--question", "which?"]) == {"ids": ["a", "b"]}
    ran = answer(Alphabet(), ["run", *options, "--questions", str(folder / "questions")])
    assert ran == {"ranking": {str(number): ["a", "b"] for number in range(5)}}


def test_warm_questions_are_each_asked_once_and_the_first_are_not_timed(places):
    options, folder = places
    answer(Alphabet(), ["index", *options, "--passages", str(folder / "passages")])
    system = Alphabet()
    told = answer(system, ["warm", *options, "--questions", str(folder / "questions"), "--warm-up", "1"])
    assert system.asked == ["question 0", "question 1", "question 2"]
    assert len(told["milliseconds"]) == 2
    assert told["asked_besides"] == 2


def test_only_the_marked_line_is_a_result():
    assert result_of(f'{MARK}{{"a": 1}}\n') == {"a": 1}
    assert result_of("Loading weights: 100%\n") is None
    assert result_of(f" {MARK}{{}}\n") is None


def test_a_document_is_counted_at_its_best_passage():
    assert distinct(["b", "a", "b", "c"], 2) == ["b", "a"]


def test_a_process_tells_its_result_its_time_and_its_memory():
    code = f"import time; x = bytearray(50_000_000); print('talk'); time.sleep(.05); print({MARK!r} + '{{\"n\": 1}}')"
    done = run([sys.executable, "-c", code])
    assert done.result == {"n": 1}
    assert done.seconds >= 0.05
    assert done.peak_mb > 50


@pytest.mark.parametrize("code", [f"print({MARK!r} + '{{}}'); raise SystemExit(3)", "print('no result')"])
def test_a_process_that_fails_or_tells_nothing_ends_the_run(code):
    with pytest.raises(SystemExit, match=r"told no result|ended with 3"):
        run([sys.executable, "-c", code])


def test_the_size_of_a_folder_is_that_of_all_its_files(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x").write_bytes(b"12345")
    (tmp_path / "y").write_bytes(b"1")
    assert size_of(tmp_path) == 5 + 1


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda each: each.name)
def test_each_system_has_its_module_and_pins_its_package(configuration):
    systems = REQUIREMENTS.parent / "systems"
    assert (systems / f"{configuration.module}.py").is_file()
    if configuration.requirements:
        text = COMMON.read_text() + (REQUIREMENTS / f"{configuration.requirements}.txt").read_text()
        lines = text.splitlines()
        assert all(line.count("==") == 1 and " " not in line for line in lines)
        assert configuration.package in {line.split("==")[0] for line in lines}


def test_the_peers_have_the_torch_that_footnote_pins():
    pinned = (REQUIREMENTS.parents[2] / "constraints.txt").read_text().splitlines()
    assert next(line for line in pinned if line.startswith("torch==")) in COMMON.read_text().splitlines()


def test_the_protocol_needs_only_the_standard_library():
    code = (
        "import sys, json; before = set(sys.modules); import benchmarks.peers.protocol;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print('RESULT ' + json.dumps({'new': sorted(new - set(sys.stdlib_module_names))}))"
    )
    assert run([sys.executable, "-c", code]).result == {"new": ["benchmarks"]}
