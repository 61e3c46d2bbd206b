"""Documents are added, removed and read again while questions are answered; the hashing encoder, real files."""

from __future__ import annotations

import io
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.encoders import Encoded, HashingEncoder
from assistant.index import EmbeddedStore, one_writer
from assistant.library import REMOVED, Entry, Job, Library, LibraryError
from assistant.library.updates import FAULT, WAITS
from assistant.passages import SplitLimits

pytestmark = pytest.mark.usefixtures("_always_answered")

APPLES = "Apples were first planted in Almaty in 1930."
PEARS = "Pears came from Tashkent in 1950."


class Stopped(HashingEncoder):
    """Encodes documents only while it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.may.set()
        self.reached = threading.Event()
        self.explodes = False

    def encode(self, texts):  # type: ignore[no-untyped-def]
        if threading.current_thread().name.startswith("footnote-updates"):
            self.reached.set()
            assert self.may.wait(20)
            if self.explodes:
                self.explodes = False
                raise ZeroDivisionError("a fault of ours")
        encoded: list[Encoded] = super().encode(texts)
        return encoded


@pytest.fixture
def encoder() -> Stopped:
    return Stopped()


@pytest.fixture
def corpus(folder_of: Callable[[dict[str, str | bytes]], Path]) -> Path:
    return folder_of({"apples.txt": APPLES, "sub/pears.md": PEARS})


@pytest.fixture
def assistant(corpus: Path, tmp_path: Path, encoder: Stopped) -> Iterator[Assistant]:
    opened = Assistant.from_documents(corpus, tmp_path / "index", encoder=encoder)
    yield opened
    opened.close()


@pytest.fixture
def library(assistant: Assistant, corpus: Path, encoder: Stopped) -> Iterator[Library]:
    opened = Library.of(assistant, corpus)
    yield opened
    encoder.may.set()
    opened.close()


@pytest.fixture
def give(library: Library) -> Callable[[str, str | bytes], Job]:
    def given(name: str, content: str | bytes) -> Job:
        return library.add(io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)

    return given


def states(library: Library) -> list[tuple[str, str, str]]:
    assert library.wait(30)
    return [(job.name, job.state, job.note) for job in library.jobs()]


def until_told(library: Library) -> list[tuple[str, str, str]]:
    """States of the jobs once one of them says something."""
    while not any(job.note for job in library.jobs()):
        assert not library.wait(0.01)
    return [(job.name, job.state, job.note) for job in library.jobs()]


def named(library: Library, name: str) -> Entry:
    return next(entry for entry in library.entries() if entry.name == name)


def test_what_the_library_lists(library: Library) -> None:
    shown = [(each.name, each.status, each.characters, each.file) for each in library.entries()]
    assert shown == [
        ("apples.txt", "indexed", len(APPLES), "apples.txt"),
        ("sub/pears.md", "indexed", len(PEARS), "sub/pears.md"),
    ]


def test_a_file_that_is_added_can_be_asked_about_without_a_restart(
    library: Library, assistant: Assistant, corpus: Path, give: Callable[..., Job]
) -> None:
    assert give("plums.txt", "Plums came from Bukhara in 1970.").state == "waiting"
    assert states(library) == [("plums.txt", "done", "")]
    (citation, *_) = assistant.ask("When did plums come from Bukhara?").citations
    assert citation.document == "plums.txt"
    assert assistant.document("plums.txt").text[citation.start : citation.end] == citation.quote
    assert (corpus / "plums.txt").is_file()
    assert named(library, "plums.txt").status == "indexed"


def test_questions_are_answered_from_the_old_state_while_a_file_is_added(
    library: Library, assistant: Assistant, encoder: Stopped, give: Callable[..., Job]
) -> None:
    before = assistant.ask("When were apples planted?")
    encoder.may.clear()
    give("apples 2.txt", "Apples were planted again in 1999.")
    assert encoder.reached.wait(20)
    assert named(library, "apples 2.txt").status == "reading"
    assert assistant.ask("When were apples planted?") == before
    assert assistant.info().documents == 2
    encoder.may.set()
    assert library.wait(20)
    assert assistant.info().documents == 3
    assert assistant.ask("When were apples planted again?").citations[0].document == "apples 2.txt"


def test_a_change_waits_for_another_process_and_questions_do_not(
    library: Library, assistant: Assistant, give: Callable[..., Job]
) -> None:
    with one_writer(assistant.store.folder):
        give("plums.txt", "Plums came from Bukhara in 1970.")
        assert until_told(library) == [("plums.txt", "working", WAITS)]
        assert assistant.ask("When were apples planted?").citations[0].document == "apples.txt"
        assert assistant.info().documents == 2
    assert library.wait(20)
    assert assistant.info().documents == 3


def test_every_answer_during_many_changes_is_of_one_state(
    library: Library, assistant: Assistant, give: Callable[..., Job]
) -> None:
    wrong: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            found = assistant.ask("When were apples planted in Almaty?").citations
            wrong.extend(c.quote for c in found if c.document == "apples.txt" and c.quote != APPLES)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for number in range(12):
        give(f"apples {number}.txt", f"Apples were planted in orchard {number}.")
        if number % 4 == 3:
            library.wait(20)
            library.remove(named(library, f"apples {number}.txt").number)
    assert library.wait(30)
    over.set()
    for asker in askers:
        asker.join()
    assert wrong == []
    assert assistant.info().documents == 2 + 12 - 3


def test_feedback_given_during_a_change_is_kept_and_seen(
    library: Library, assistant: Assistant, encoder: Stopped, give: Callable[..., Job]
) -> None:
    encoder.may.clear()
    give("plums.txt", "Plums.")
    assert encoder.reached.wait(20)
    assistant.give_feedback("When was it?", "not_in_documents")
    assert [said.question for said in assistant.feedback()] == ["When was it?"]
    encoder.may.set()
    assert library.wait(20)
    assert [said.question for said in assistant.feedback()] == ["When was it?"]


def test_a_bad_file_among_good_ones_costs_itself_only(
    library: Library, encoder: Stopped, give: Callable[..., Job]
) -> None:
    encoder.may.clear()
    give("first.txt", "First.")
    assert encoder.reached.wait(20)  # the others now wait together and are read as one batch
    give("good.txt", "Good words.")
    give("bad.pdf", b"%PDF-1.7 this is none")
    give("empty.txt", "")
    give("fine.md", "Fine words.")
    encoder.may.set()
    told = {name: (state, note) for name, state, note in states(library)}
    assert told["good.txt"] == told["fine.md"] == ("done", "")
    assert told["bad.pdf"][0] == told["empty.txt"][0] == "failed"
    assert "PDF" in told["bad.pdf"][1]
    bad = named(library, "bad.pdf")
    assert (bad.status, bad.reason, bad.document) == ("failed", told["bad.pdf"][1], None)
    library.remove(bad.number)
    assert library.wait(20)
    assert "bad.pdf" not in {each.name for each in library.entries()}


def test_a_file_that_crashes_its_reader_is_named_and_the_next_is_read(
    library: Library, give: Callable[..., Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone_bad = Path(__file__).parent.parent / "corpus" / "bad_parsers.py"
    (tmp_path / "bad").mkdir()
    shutil.copy(gone_bad, tmp_path / "bad" / "sitecustomize.py")
    monkeypatch.syspath_prepend(tmp_path / "bad")
    monkeypatch.setenv("FOOTNOTE_TEST_WORKER", "1")
    give("crash.txt", "CRASH")
    give("next.txt", "More words.")
    told = {name: (state, note) for name, state, note in states(library)}
    assert told["crash.txt"][0] == "failed"
    assert "crashed its reader" in told["crash.txt"][1]
    assert told["next.txt"] == ("done", "")


def test_the_same_file_twice_is_here_already(library: Library, give: Callable[..., Job]) -> None:
    assert give("apples.txt", APPLES).state == "done"
    assert states(library) == [("apples.txt", "done", "is here already")]


def test_another_file_of_a_name_that_is_taken_is_numbered_and_both_stay(
    library: Library, assistant: Assistant, give: Callable[..., Job]
) -> None:
    give("apples.txt", "Apples of quite another kind.")
    assert states(library) == [("apples (2).txt", "done", "")]
    assert assistant.document("apples.txt").text == APPLES
    assert assistant.document("apples (2).txt").text == "Apples of quite another kind."


@pytest.mark.parametrize("name", ["virus.exe", "../../x", "", "questions.jsonl"])
def test_what_is_no_document_is_refused_with_the_reason(library: Library, give: Callable[..., Job], name: str) -> None:
    job = give(name, "Words.")
    assert job.state == "failed"
    assert job.note
    assert len(library.entries()) == 2


def test_a_removed_document_is_moved_away_and_no_longer_found(
    library: Library, assistant: Assistant, corpus: Path
) -> None:
    library.remove(named(library, "sub/pears.md").number)
    assert states(library) == [("sub/pears.md", "done", f"moved to {REMOVED}")]
    assert [each.name for each in library.entries()] == ["apples.txt"]
    assert (corpus / REMOVED / "pears.md").read_text() == PEARS
    assert list(assistant.documents()) == ["apples.txt"]


def test_the_last_document_can_be_removed_and_one_added_again(
    library: Library, assistant: Assistant, give: Callable[..., Job]
) -> None:
    for entry in library.entries():
        library.remove(entry.number)
    assert library.wait(20)
    assert assistant.ask("When were apples planted?").citations == ()
    give("apples.txt", APPLES)
    assert library.wait(20)
    assert assistant.ask("When were apples planted?").citations[0].quote == APPLES


def test_an_archive_is_added_and_removed_as_a_whole(
    library: Library, tmp_path: Path, give: Callable[..., Job], corpus: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        archive.writestr("one.txt", "One word.")
        archive.writestr("two.txt", "Two words.")
        archive.writestr("bad.pdf", "none")
    give("made.zip", (tmp_path / "made.zip").read_bytes())
    ((_, state, note),) = states(library)
    assert state == "done"
    assert note.startswith("1 of its files cannot be read: bad.pdf ")
    assert named(library, "made.zip!/one.txt").file == "made.zip"
    library.remove(named(library, "made.zip!/two.txt").number)
    assert library.wait(20)
    assert [each.name for each in library.entries()] == ["apples.txt", "sub/pears.md"]
    assert not (corpus / "made.zip").exists()


def test_the_folder_is_looked_at_again(library: Library, assistant: Assistant, corpus: Path) -> None:
    (corpus / "apples.txt").unlink()
    (corpus / "sub/pears.md").write_text("Pears are green.")
    (corpus / "new.txt").write_text("New words.")
    (corpus / "bad.pdf").write_bytes(b"none")
    library.refresh()
    assert states(library) == [("documents", "done", "1 added, 1 changed, 1 removed, 1 not readable")]
    assert {each.name: each.status for each in library.entries()} == {
        "bad.pdf": "failed",
        "new.txt": "indexed",
        "sub/pears.md": "indexed",
    }
    assert assistant.document("sub/pears.md").text == "Pears are green."


def test_a_file_that_has_become_unreadable_keeps_its_last_good_version(library: Library, corpus: Path) -> None:
    (corpus / "apples.txt").write_bytes(b"")
    library.refresh()
    assert library.wait(20)
    apples = named(library, "apples.txt")
    assert (apples.status, apples.characters) == ("failed", len(APPLES))
    assert apples.reason


def test_numbers_stay_with_their_files(library: Library, give: Callable[..., Job]) -> None:
    before = {each.name: each.number for each in library.entries()}
    give("aaa.txt", "Words.")
    assert library.wait(20)
    after = {each.name: each.number for each in library.entries()}
    assert before.items() <= after.items()
    assert len(set(after.values())) == 3


def test_a_fault_of_ours_is_told_and_the_next_change_is_made(
    library: Library, encoder: Stopped, give: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda said: seen.append(said.exc_type))
    encoder.explodes = True
    give("a.txt", "Words.")
    assert library.wait(20)
    give("b.txt", "More words.")
    assert states(library)[1] == ("b.txt", "done", "")
    assert states(library)[0] == ("a.txt", "failed", FAULT)
    assert seen == [ZeroDivisionError]


@pytest.mark.parametrize("number", [0, -1, 99])
def test_an_unknown_number_removes_nothing(library: Library, number: int) -> None:
    assert library.remove(number) is None
    assert len(library.entries()) == 2


def test_without_a_folder_the_library_is_only_read(assistant: Assistant, tmp_path: Path) -> None:
    for library in (Library(assistant), Library.of(assistant, tmp_path / "nowhere")):
        assert library.closed.startswith("Documents cannot be added here: ")
        assert [each.file for each in library.entries()] == ["", ""]
        with pytest.raises(LibraryError):
            library.refresh()


def test_a_document_that_lies_elsewhere_is_not_removed(assistant: Assistant, corpus: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    library = Library.of(assistant, other)
    assert [each.file for each in library.entries()] == ["", ""]
    assert library.remove(library.entries()[0].number) is None


def test_an_index_of_another_passage_size_is_only_read(corpus: Path, tmp_path: Path) -> None:
    assistant = Assistant.from_documents(
        corpus, tmp_path / "other", encoder=HashingEncoder(), limits=SplitLimits(tokens=32)
    )
    assert "passage size" in Library.of(assistant, corpus).closed
    assistant.close()


def test_a_held_state_is_read_until_it_is_let_go(assistant: Assistant, corpus: Path, tmp_path: Path) -> None:
    store = assistant.store
    assert isinstance(store, EmbeddedStore)
    store.hold()
    (corpus / "plums.txt").write_text("Plums.")
    Assistant.from_documents(corpus, tmp_path / "index", encoder=HashingEncoder()).close()
    assert [each.id for each in store.summaries()] == ["apples.txt", "sub/pears.md"]
    store.hold()
    assert len(store.summaries()) == 3
    (corpus / "plums.txt").unlink()
    Assistant.from_documents(corpus, tmp_path / "index", encoder=HashingEncoder()).close()
    store.let_go()
    assert len(store.summaries()) == 2
