"""The parts together, with the hashing encoder: words are known, meaning is not, nothing is slow."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant import Assistant, Turn, ask
from assistant.asked import QUESTION_LIMIT
from assistant.cli.output import place
from assistant.errors import (
    DocumentError,
    IndexMismatchError,
    NoDocumentsError,
    QuestionError,
    UnknownDocumentError,
)
from assistant.indexing import IndexReport
from assistant.passages import SplitLimits

pytestmark = pytest.mark.usefixtures("_always_answered")

FRUIT = {
    "apples.txt": "Apples\n\nApples were first planted in Almaty in 1930. They ripen in September.\n",
    "sub/pears.md": "# Pears\n\nPears came from Tashkent. The harvest is in October.\n\n- Pears keep for a month.\n",
}


@pytest.fixture
def fruit(folder_of, tmp_path):
    folder = folder_of(FRUIT)
    assistant = Assistant.from_documents(folder, tmp_path / "index", encoder="hashing")
    yield assistant
    assistant.close()


def update(folder: Path, index: Path, **options) -> IndexReport:
    reports: list[IndexReport] = []
    Assistant.from_documents(folder, index, encoder="hashing", on_report=reports.append, **options).close()
    return reports[0]


def test_every_citation_is_the_words_at_its_span(fruit):
    answer = fruit.ask("When were apples planted in Almaty?")
    assert answer.citations[0].quote == "Apples were first planted in Almaty in 1930."
    for citation in (*answer.citations, *answer.nearest):
        document = fruit.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote
        assert document.sha256 == citation.sha256
        assert any(citation.passage == passage.id for passage in fruit.passages_of(citation.document))


def test_documents_are_named_by_their_path_below_the_folder(fruit):
    assert sorted(fruit.documents()) == ["apples.txt", "sub/pears.md"]
    assert fruit.documents()["sub/pears.md"].source == "documents/sub/pears.md"


def test_the_same_question_gives_the_same_answer(fruit, tmp_path):
    again = Assistant.open(tmp_path / "index")
    assert fruit.ask("When is the harvest?") == again.ask("When is the harvest?") == fruit.ask("When is the harvest?")
    again.close()


def test_hits_come_best_first_and_name_their_scores(fruit):
    hits = fruit.search("pears harvest October", k=3)
    assert hits[0].passage.document == "sub/pears.md"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert set(hits[0].signals) == {"dense", "lexical", "fused", "late"}
    assert len(fruit.search("pears", k=1)) == 1


def test_search_can_be_scoped_to_documents(fruit):
    assert {hit.passage.document for hit in fruit.search("pears", where=["apples.txt"])} == {"apples.txt"}


def test_a_question_can_be_asked_of_some_documents_only(fruit):
    answer = fruit.ask("When is the harvest of pears and when were apples planted?", where=["apples.txt"])
    assert {c.document for c in (*answer.citations, *answer.nearest)} == {"apples.txt"}


def test_a_follow_up_finds_what_the_conversation_is_about_and_says_what_was_searched_for(fruit):
    answer = fruit.ask("When do they ripen?", history=["Where were apples first planted?"])
    assert answer.searched_for == ("When do they ripen?", "Where were apples first planted?")
    assert fruit.ask("When do they ripen?", [Turn("Where were apples first planted?")]) == answer


def test_several_questions_at_once_are_answered_one_by_one(fruit):
    answer = fruit.ask("Where were apples planted and when is the harvest of pears?")
    assert [part.question for part in answer.parts] == ["Where were apples planted?", "When is the harvest of pears?"]
    first, second = answer.citations[0], answer.citations[answer.parts[0].citations]
    assert "Almaty" in first.quote
    assert "October" in second.quote
    assert fruit.ask("Where were apples planted?").parts == ()


def test_a_later_part_leans_on_the_one_before(fruit):
    answer = fruit.ask("Where were apples planted? When do they ripen?")
    assert "September" in answer.citations[answer.parts[0].citations].quote
    assert "Where were apples planted?" in answer.searched_for


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_passage_cannot_be_asked_for(fruit, k):
    with pytest.raises(QuestionError, match="at least 1"):
        fruit.ask("When?", k=k)
    with pytest.raises(QuestionError, match="at least 1"):
        fruit.search("When?", k=k)


@pytest.mark.parametrize("question", ["", "   \n", "x" * (QUESTION_LIMIT + 1)], ids=["empty", "blank", "too long"])
def test_questions_that_cannot_be_asked(fruit, question):
    with pytest.raises(QuestionError):
        fruit.ask(question)


def test_history_is_not_one_string(fruit):
    with pytest.raises(TypeError, match="sequence"):
        fruit.ask("When?", history="What is it?")


@pytest.mark.parametrize(
    "question", ["???", "\x00", "😀", "\udcff", "a" * QUESTION_LIMIT, "'; DROP TABLE documents; --"]
)
def test_any_question_gets_an_answer_that_holds_the_promise(fruit, question):
    answer = fruit.ask(question)
    assert answer.outcome in {"answered", "weak", "not_found"}
    assert 0 <= answer.confidence <= 1
    assert (answer.outcome == "not_found") == (not answer.citations)


def test_an_unknown_document_is_our_error(fruit):
    with pytest.raises(UnknownDocumentError, match="nobody"):
        fruit.document("nobody")


def test_updates_follow_the_files(folder_of, tmp_path):
    folder, index = folder_of(FRUIT), tmp_path / "index"
    first = update(folder, index)
    assert first.added == ("apples.txt", "sub/pears.md")
    again = update(folder, index)
    assert (again.added, again.changed, again.removed, again.unchanged) == ((), (), (), 2)
    (folder / "apples.txt").write_text("Apples are gone.")
    (folder / "sub/pears.md").unlink()
    (folder / "plums.txt").write_text("Plums have come.")
    third = update(folder, index)
    assert (third.added, third.changed, third.removed) == (("plums.txt",), ("apples.txt",), ("sub/pears.md",))


def test_indexing_one_file_or_another_folder_adds_to_the_index(folder_of, tmp_path):
    folder, index = folder_of(FRUIT), tmp_path / "index"
    update(folder, index)
    extra = tmp_path / "extra"
    extra.mkdir()
    (extra / "apples.txt").write_text("Apples of another folder.")
    report = update(extra, index)
    assert report.added == ("extra/apples.txt",)
    assert report.removed == ()
    assert update(folder / "apples.txt", index).unchanged == 1
    assert update(folder, index, prune=True).removed == ("extra/apples.txt",)


def test_a_bad_file_is_reported_and_the_rest_indexed(folder_of, tmp_path):
    folder = folder_of(
        {**FRUIT, "bad.pdf": b"%PDF-1.4 nothing more", "empty.txt": "", "photo.txt": b"\x89PNG\r\n\x1a\n\x00"}
    )
    report = update(folder, tmp_path / "index")
    assert report.added == ("apples.txt", "sub/pears.md")
    assert sorted(Path(error.source).name for error in report.failed) == ["bad.pdf", "empty.txt", "photo.txt"]


def test_a_document_that_becomes_unreadable_stays_in_its_last_good_version(folder_of, tmp_path):
    folder, index = folder_of(FRUIT), tmp_path / "index"
    update(folder, index)
    (folder / "apples.txt").write_bytes(b"")
    report = update(folder, index)
    assert len(report.failed) == 1
    assert report.removed == ()
    kept = Assistant.open(index)
    assert "Almaty" in kept.document("apples.txt").text
    kept.close()


def test_an_emptied_folder_takes_nothing_from_the_index(folder_of, tmp_path):
    folder, index = folder_of(FRUIT), tmp_path / "index"
    update(folder, index)
    (folder / "apples.txt").unlink()
    (folder / "sub/pears.md").unlink()
    with pytest.raises(NoDocumentsError, match="no documents in"):
        update(folder, index)
    kept = Assistant.open(index)
    assert kept.info().documents == 2
    kept.close()


def test_when_nothing_can_be_read_no_index_is_left_behind(folder_of, tmp_path):
    with pytest.raises(DocumentError, match="empty"):
        update(folder_of({"a.txt": ""}), tmp_path / "index")
    assert not (tmp_path / "index" / "footnote.sqlite").exists()


def test_an_index_from_another_encoder_is_refused_with_the_command_that_rebuilds_it(fruit, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.encoders.hashing.HashingEncoder.fingerprint", "hashing-2")
    with pytest.raises(IndexMismatchError, match=r"hashing.*run: footnote index .*--rebuild --encoder hashing"):
        Assistant.open(tmp_path / "index")


def test_an_index_split_otherwise_is_not_mixed(fruit, folder_of, tmp_path):
    with pytest.raises(IndexMismatchError, match="split"):
        update(folder_of(FRUIT), tmp_path / "index", limits=SplitLimits(tokens=20))


def test_feedback_names_the_quotation_and_outlives_a_rebuild(fruit, folder_of, tmp_path):
    citation = fruit.ask("When were apples planted?").citations[0]
    said = fruit.give_feedback(" When were apples planted? ", "right", citation, ["What grows in Almaty?"])
    assert (said.question, said.history, said.verdict) == (
        "When were apples planted?",
        ("What grows in Almaty?",),
        "right",
    )
    assert fruit.document(said.document).text[said.start : said.end] == said.quote == citation.quote
    assert datetime.fromisoformat(said.at).utcoffset() == timedelta(0)
    fruit.give_feedback("Who planted them?", "not_in_documents")
    before = fruit.feedback()
    fruit.close()
    update(folder_of(FRUIT), tmp_path / "index", rebuild=True)
    again = Assistant.open(tmp_path / "index")
    assert again.feedback() == before
    assert len(before) == 2
    again.close()


def test_the_stages_of_the_latest_question_are_timed(fruit):
    assert fruit.stage_seconds == {}
    fruit.ask("Where were apples planted?")
    once = fruit.stage_seconds
    assert list(once) == ["conversation", "encode", "dense", "lexical", "rank", "answer"]
    assert all(seconds >= 0 for seconds in once.values())
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: fruit.stage_seconds).result() == {}


def test_right_needs_a_quotation(fruit):
    with pytest.raises(QuestionError, match="no quotation was named"):
        fruit.give_feedback("When?", "right")


def test_a_rebuild_may_change_everything(fruit, folder_of, tmp_path):
    report = update(folder_of(FRUIT), tmp_path / "index", limits=SplitLimits(tokens=20), rebuild=True)
    assert len(report.added) == 2


def test_progress_counts_to_the_number_of_files(folder_of, tmp_path):
    calls: list[tuple[int, int, str]] = []
    folder = folder_of(FRUIT)
    Assistant.from_documents(folder, tmp_path / "i", encoder="hashing", progress=lambda *a: calls.append(a)).close()
    assert calls == [(1, 2, "apples.txt"), (2, 2, "sub/pears.md")]


def test_ask_builds_the_index_on_first_use_only(folder_of, tmp_path, monkeypatch):
    monkeypatch.setattr("assistant.encoder_choice.DEFAULT", "hashing")
    folder, index = folder_of(FRUIT), tmp_path / "index"
    answer = ask("Where were apples planted?", corpus=folder, index=index)
    assert "Almaty" in answer.citations[0].quote
    (folder / "apples.txt").unlink()
    assert ask("Where were apples planted?", corpus=folder, index=index) == answer


def test_answers_are_plain_values(fruit):
    from assistant.plain import answer_json

    value = json.loads(json.dumps(answer_json(fruit.ask("When were apples planted?"))))
    assert {"outcome", "confidence", "text", "searched_for", "citations"} <= value.keys()
    assert {
        "quote",
        "document",
        "source",
        "title",
        "heading",
        "page",
        "start",
        "end",
        "score",
        "passage",
        "sha256",
    } <= value["citations"][0].keys()


def test_a_citation_without_a_page_names_its_line(folder_of, tmp_path):
    folder = folder_of({"a.txt": "Fruit\n\nPears fall.\nThe harvest festival begins in October."})
    assistant = Assistant.from_documents(folder, tmp_path / "index", encoder="hashing")
    cited = assistant.ask("When does the harvest festival begin?").citations[0]
    text = assistant.document("a.txt").text
    assert cited.line == 1 + text[: cited.start].count("\n")
    assert cited.page is None
    assert place(cited).split(", ")[1] == f"line {cited.line}"
    assert place(replace(cited, page=3, page_kind="slide", line=None)).split(", ")[1] == "slide 3"
    assistant.close()


def test_the_same_words_in_two_documents_are_one_citation_that_names_both(folder_of, tmp_path):
    words = "The harvest festival begins in October."
    folder = folder_of({"a.txt": f"First\n\n{words}", "b.txt": f"Second\n\n{words} It ends soon."})
    assistant = Assistant.from_documents(folder, tmp_path / "index", encoder="hashing")
    answer = assistant.ask("When does the harvest festival begin?")
    cited = answer.citations[0]
    (other,) = cited.also
    assert {cited.document, other.document} == {"a.txt", "b.txt"}
    assert assistant.document(other.document).text[other.start : other.end] == cited.quote
    assert [citation.quote for citation in answer.citations].count(cited.quote) == 1
    assistant.close()
