import hashlib
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.analysis import Analyser
from assistant.corpus import FoundFiles, Readers, Reading, ReadLimits, Task
from assistant.corpus.workers import AHEAD
from assistant.datatypes import Block, Document
from assistant.encoders import HashingEncoder
from assistant.encoding import encoder_input, part_texts
from assistant.errors import DocumentError, NoDocumentsError
from assistant.index import EmbeddedStore, Makers
from assistant.indexing import IndexReport, find_documents, store_documents
from assistant.indexing.run import UpdateRun
from assistant.passages import SplitLimits, split_document
from assistant.sources import source_name, source_path

ENCODER = HashingEncoder()
LIMITS = SplitLimits(tokens=6)
"""Room for one sentence of two words and a full stop in a part."""


def document(name: str, text: str = "Red apples. Red pears. Red plums.", title: str = "") -> Document:
    return Document(name, name, title, text, "0" * 64, blocks=(Block("paragraph", 0, len(text)),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    makers = Makers(
        ENCODER.name,
        ENCODER.fingerprint,
        ENCODER.dimension,
        LIMITS.fingerprint,
        "english",
        Analyser().fingerprint,
    )
    with closing(EmbeddedStore.create(tmp_path / "index", makers)) as opened:
        yield opened


def stored(store: EmbeddedStore, documents: Iterable[Document]) -> Iterator[str]:
    return store_documents(store, ((each, f"hash of {each.id}") for each in documents), ENCODER, LIMITS)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
PLACES = st.lists(NAMES.filter(lambda name: name not in {".", ".."}), min_size=1, max_size=4)


@given(PLACES)
def test_a_source_below_the_project_is_relative_and_leads_back(parts):
    path = Path("/home/me/project").joinpath(*parts)
    source = source_name(path, Path("/home/me/project/index"))
    assert source == PurePosixPath(*parts).as_posix()
    assert source_path(source, Path("/home/me/project/index")) == path


@given(PLACES)
def test_a_source_elsewhere_is_whole_and_leads_back_from_any_index(parts):
    path = Path("/data").joinpath(*parts)
    source = source_name(path, Path("/home/me/project/index"))
    assert source == path.as_posix()
    assert source_path(source, Path("/anywhere/index")) == path


@given(PLACES)
def test_a_relative_source_leads_to_the_same_place_in_a_project_that_was_moved(parts):
    source = source_name(Path("/old/project").joinpath(*parts), Path("/old/project/index"))
    assert source_path(source, Path("/new/place/index")) == Path("/new/place").joinpath(*parts)


def test_paths_may_be_relative_to_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert source_name(Path("corpus/a.txt"), Path("index")) == "corpus/a.txt"
    assert source_path("corpus/a.txt", Path("index")) == tmp_path / "corpus/a.txt"


def test_steps_upwards_are_taken_out_of_a_name():
    assert source_name(Path("/project/corpus/sub/../a.txt"), Path("/project/x/../index")) == "corpus/a.txt"


def test_a_link_is_named_by_its_own_place(tmp_path):
    (tmp_path / "outside.txt").write_text("Words.")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/link.txt").symlink_to(tmp_path / "outside.txt")
    assert source_name(tmp_path / "project/link.txt", tmp_path / "project/index") == "link.txt"


def test_a_folder_with_a_name_that_begins_alike_is_elsewhere():
    assert source_name(Path("/home/project2/a.txt"), Path("/home/project/index")) == "/home/project2/a.txt"


def test_documents_are_found_in_files_and_folders(folder_of):
    folder = folder_of({"a.txt": "Words.", "sub/b.md": "Words."})
    assert [file.document_id for file in find_documents([folder]).files] == ["a.txt", "sub/b.md"]


def test_an_empty_folder_is_an_error_that_names_it_and_the_command(folder_of):
    folder = folder_of({})
    with pytest.raises(NoDocumentsError, match=rf"no documents in {folder};.*run: footnote index {folder}"):
        find_documents([folder])


def test_a_folder_of_other_files_is_an_error_that_counts_them(folder_of):
    with pytest.raises(NoDocumentsError, match="2 files of types that are not read"):
        find_documents([folder_of({"a.mp3": b"1", "b.mp4": b"2"})])


def test_a_path_that_does_not_exist_is_an_error_that_says_so(tmp_path):
    with pytest.raises(DocumentError, match=r"gone\.txt: does not exist"):
        find_documents([tmp_path / "gone.txt"])


def test_a_bad_path_beside_a_good_one_is_kept_for_the_report(folder_of, tmp_path):
    found = find_documents([tmp_path / "gone.txt", folder_of({"a.txt": "Words."})])
    assert len(found.files) == len(found.errors) == 1


def test_the_parts_of_a_passage_are_keyed_by_where_they_start():
    *_, second = split_document(document("d"), LIMITS, ENCODER.count_tokens)
    assert part_texts(second) == {12: "Red pears.", 23: "Red plums."}


SENTENCES = st.lists(st.sampled_from(["Red apples.", "All pears grow.", "é😀 plums fall.", "So."]), max_size=6)


@given(SENTENCES)
def test_the_text_of_a_part_is_the_documents_words_at_its_place(sentences):
    made = document("d", " ".join(sentences))
    for passage in split_document(made, LIMITS, ENCODER.count_tokens):
        for start, text in part_texts(passage).items():
            assert made.text[start : start + len(text)] == text


def test_the_encoder_reads_the_context_on_lines_of_its_own():
    assert encoder_input("Fruit\nTrees", "Red apples.") == ("Fruit\nTrees\nRed apples.", 12)


def test_without_context_the_encoder_reads_the_text_alone():
    assert encoder_input("", "Red apples.") == ("Red apples.", 0)


@given(st.text(), st.text())
def test_the_text_begins_where_the_encoder_input_says(context, text):
    whole, begins = encoder_input(context, text)
    assert whole[begins:] == text


def test_every_document_is_committed_before_it_is_named(store):
    with closing(EmbeddedStore.open(store.folder)) as reader:
        seen = [(name, sorted(reader.document_hashes())) for name in stored(store, map(document, "abc"))]
    assert seen == [("a", ["a"]), ("b", ["a", "b"]), ("c", ["a", "b", "c"])]


def test_a_run_that_is_stopped_keeps_the_documents_it_named(store):
    run = stored(store, map(document, "abc"))
    next(run)
    run.close()
    assert store.document_hashes() == {"a": "hash of a"}


def test_a_run_that_fails_keeps_what_was_encoded_before(store, monkeypatch):
    monkeypatch.setattr("assistant.indexing.storing.ENCODE_AT_ONCE", 1)

    def failing() -> Iterator[Document]:
        yield document("a")
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        list(stored(store, failing()))
    assert store.document_hashes() == {"a": "hash of a"}


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_how_many_are_encoded_at_once_changes_nothing(store, monkeypatch, at_once):
    monkeypatch.setattr("assistant.indexing.storing.ENCODE_AT_ONCE", at_once)
    assert list(stored(store, map(document, "abc"))) == ["a", "b", "c"]
    assert [len(store.passages_of(name)) for name in "abc"] == [2, 2, 2]


def test_nothing_to_store_is_no_error(store):
    assert list(stored(store, [])) == []


def test_a_document_without_passages_is_kept(store):
    empty = Document("e", "e", "", "", "0" * 64)
    assert list(stored(store, [empty])) == ["e"]
    assert store.passages_of("e") == []


def test_the_passages_are_those_of_the_splitter(store):
    made = document("d", title="Fruit")
    list(stored(store, [made]))
    assert store.passages_of("d") == split_document(made, LIMITS, ENCODER.count_tokens)


def test_the_vector_of_a_passage_is_the_unit_sum_of_its_parts_vectors(store):
    list(stored(store, [document("d", "Red apples. Red pears.")]))
    (part,) = ENCODER.encode(["Red apples."])
    (found,) = store.dense(part.vector, 1)
    alike = 2 / 3  # cosine of the parts: "red" and the full stop of three tokens each
    assert found.score == pytest.approx((1 + alike) / math.sqrt(2 + 2 * alike))


def test_a_part_that_two_passages_share_is_encoded_once(store, monkeypatch):
    read: list[str] = []
    encode = HashingEncoder.encode
    monkeypatch.setattr(HashingEncoder, "encode", lambda self, texts: read.extend(texts) or encode(self, texts))
    list(stored(store, [document("d", title="Fruit")]))
    assert read == ["Fruit\nRed apples.", "Fruit\nRed pears.", "Fruit\nRed plums."]


def test_token_spans_are_kept_from_the_start_of_their_part_and_the_context_has_none(store):
    list(stored(store, [document("d", title="Fruit")]))
    kept = store.token_codes([("d", 12)])["d", 12]
    assert kept.spans.tolist() == [[-1, -1], [0, 3], [4, 9], [9, 10]]


def test_a_document_outside_the_folders_that_were_given_stays(tmp_path):
    project, other = tmp_path / "project", tmp_path / "other"
    for folder, name in ((project, "a.txt"), (other, "b.txt")):
        folder.mkdir()
        (folder / name).write_text(f"Words of {name}.")
    index = project / "index"
    Assistant.from_documents(other, index, encoder="hashing").close()
    opened = Assistant.from_documents(project, index, encoder="hashing")
    assert sorted(opened.documents()) == ["a.txt", "b.txt"]
    opened.close()


def test_a_file_that_is_gone_is_removed_also_where_the_folder_lies_above_the_index(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.txt").write_text("Words of a.")
    (tmp_path / "b.txt").write_text("Words of b.")
    Assistant.from_documents(tmp_path, project / "index", encoder="hashing").close()
    (project / "a.txt").unlink()
    opened = Assistant.from_documents(tmp_path, project / "index", encoder="hashing")
    assert list(opened.documents()) == ["b.txt"]
    opened.close()


def test_no_id_is_given_twice(tmp_path):
    for folder in ("other/extra", "documents", "extra"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "apples.txt").write_text(f"Words of {folder}.")
    index = tmp_path / "index"
    for folder in ("other", "documents", "extra"):
        opened = Assistant.from_documents(tmp_path / folder, index, encoder="hashing")
        opened.close()
    reopened = Assistant.open(index)
    assert len({origin.source for origin in reopened.documents().values()}) == 3
    reopened.close()


def report_of(folder: Path, index: Path, **options: object) -> IndexReport:
    reports: list[IndexReport] = []
    Assistant.from_documents(folder, index, encoder="hashing", on_report=reports.append, **options).close()
    return reports[0]


def archive(path: Path, members: dict[str, str]) -> None:
    with zipfile.ZipFile(path, "w") as package:
        for name, text in members.items():
            package.writestr(name, text)


def test_a_changed_archive_costs_what_changed_in_it(folder_of, tmp_path):
    folder, index = folder_of({"a.txt": "Words of a."}), tmp_path / "index"
    archive(folder / "z.zip", {"b.txt": "Words of b.", "c.txt": "Words of c.", "d.txt": "Words of d."})
    first = report_of(folder, index)
    archive(folder / "z.zip", {"new.txt": "New words.", "c.txt": "Words of c.", "d.txt": "Other words of d."})
    second = report_of(folder, index)
    assert first.added == ("a.txt", "z.zip!/b.txt", "z.zip!/c.txt", "z.zip!/d.txt")
    assert (second.added, second.changed, second.removed) == (("z.zip!/new.txt",), ("z.zip!/d.txt",), ("z.zip!/b.txt",))
    assert second.unchanged == 2


def test_a_damaged_archive_keeps_its_documents_in_their_last_good_version(folder_of, tmp_path):
    folder, index = folder_of({}), tmp_path / "index"
    archive(folder / "z.zip", {"b.txt": "Words of b."})
    report_of(folder, index)
    (folder / "z.zip").write_bytes(b"PK\x03\x04 and no more")
    second = report_of(folder, index)
    assert [error.source for error in second.failed] == ["documents/z.zip"]
    assert second.removed == ()
    (folder / "z.zip").unlink()
    (folder / "a.txt").write_text("Words of a.")
    assert report_of(folder, index).removed == ("z.zip!/b.txt",)


def test_archives_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        archive(tmp_path / name / "z.zip", {"a.txt": f"Words of {name}."})
        report_of(tmp_path / name, tmp_path / "index")
    opened = Assistant.open(tmp_path / "index")
    assert sorted(opened.documents()) == ["two/z.zip!/a.txt", "z.zip!/a.txt"]
    opened.close()
    for name in ("one", "two"):
        assert report_of(tmp_path / name, tmp_path / "index").unchanged == 1


def test_a_file_that_changes_between_listing_and_reading_is_known_by_what_was_read(folder_of, tmp_path, monkeypatch):
    folder, index = folder_of({"a.txt": "Words of old."}), tmp_path / "index"
    monkeypatch.setattr(
        "assistant.indexing.building.find_documents", changing(lambda: (folder / "a.txt").write_text("New words."))
    )
    assert report_of(folder, index).added == ("a.txt",)
    monkeypatch.undo()
    assert report_of(folder, index).unchanged == 1
    with closing(Assistant.open(index)) as opened:
        assert opened.document("a.txt").text == "New words."
        assert opened.document("a.txt").sha256 == hashlib.sha256(b"New words.").hexdigest()


def test_a_file_that_vanishes_between_listing_and_reading_is_reported_and_removed_by_the_next_run(
    folder_of, tmp_path, monkeypatch
):
    folder, index = folder_of({"a.txt": "Words of a.", "b.txt": "Words of b."}), tmp_path / "index"
    report_of(folder, index)
    monkeypatch.setattr("assistant.indexing.building.find_documents", changing((folder / "a.txt").unlink))
    first = report_of(folder, index)
    assert ([error.reason for error in first.failed], first.removed) == (["does not exist: check the path"], ())
    monkeypatch.undo()
    assert report_of(folder, index).removed == ("a.txt",)


def changing(change: Callable[[], object]) -> Callable[[Sequence[Path]], FoundFiles]:
    """A search after which something happens."""

    def search(paths: Sequence[Path]) -> FoundFiles:
        found = find_documents(paths)
        change()
        return found

    return search


def test_files_are_read_no_further_ahead_than_their_room(folder_of, tmp_path, store):
    folder = folder_of({f"{n:03}.txt": "Words. " for n in range(200)})
    found = find_documents([folder])
    asked: list[str] = []

    class Watched(Readers):
        def read(self, tasks: Iterable[Task]) -> Iterator[Reading]:
            return super().read(asked.append(task.source) or task for task in tasks)

    with Watched(ReadLimits(workers=1)) as readers:
        update = UpdateRun(store, store.folder, found)
        next(update.documents(readers))
        assert 1 <= len(asked) <= AHEAD + 1


def test_limits_are_passed_on_to_the_readers(folder_of, tmp_path):
    folder = folder_of({"a.txt": "Words of a.", "b.txt": "Words of b. " * 100})
    report = report_of(folder, tmp_path / "index", read_limits=ReadLimits(file_bytes=100))
    assert report.added == ("a.txt",)
    assert "raise --max-size" in report.failed[0].reason
