"""An index looked at from outside."""

from pathlib import Path

import pytest

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.found_sets import is_question_set
from assistant.overview import map_of


@pytest.fixture
def assistant(folder_of, tmp_path):
    folder = folder_of(
        {
            "law/acts/a.txt": "Apples are red. Pears are green.",
            "b.txt": "Plums are blue.",
            "law/questions.jsonl": "{}",
            "law/tax.questions.xlsx": b"no workbook",
            "other/questions.jsonl": "{}",
            "questions.txt": "no set",
        }
    )
    opened = Assistant.from_documents(folder, tmp_path / "index", encoder=HashingEncoder())
    yield opened
    opened.close()


def test_question_sets_beside_and_above_the_documents_are_found(assistant, tmp_path):
    found = [path.relative_to(tmp_path / "documents").as_posix() for path in assistant.question_sets()]
    assert found == ["law/questions.jsonl", "law/tax.questions.xlsx"]


def test_a_changed_file_is_stale_and_the_files_of_the_index_have_sizes(assistant, tmp_path):
    assert assistant.stale_sources() == {}
    (tmp_path / "documents" / "b.txt").write_text("Plums are red.")
    assert assistant.stale_sources() == {"documents/b.txt": "has changed"}
    assert assistant.file_sizes()["footnote.sqlite"] > 0


def test_the_map_holds_every_passage_or_some_of_them(assistant):
    whole = assistant.passage_map()
    assert {each.document for each in whole.points} == set(assistant.documents())
    assert len(whole.points) == whole.passages == assistant.info().passages
    assert set(assistant.passages([each.key for each in whole.points])) == {each.key for each in whole.points}
    some = map_of(assistant.index, most=1)
    assert [each.document for each in some.points] == [whole.points[0].document]
    assert some.generation == assistant.info().generation


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("questions.jsonl", True),
        ("Tax.Questions.CSV", True),
        ("questions.pdf", False),
        ("my-questions.csv", False),
        ("questions", False),
    ],
)
def test_a_question_set_is_told_by_its_name(name, expected):
    assert is_question_set(str(Path(name))) is expected
