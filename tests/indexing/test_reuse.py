"""What did not change is not encoded again, and is what a new index would hold all the same."""

import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import Assistant
from assistant.datatypes import Block, Document
from assistant.encoders import Encoded, HashingEncoder
from assistant.encoding import encoder_input, part_texts
from assistant.index import open_store
from assistant.indexing import IndexReport
from assistant.indexing.moves import moves
from assistant.passages import SplitLimits


class Counting(HashingEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.read.extend(texts)
        return super().encode(texts)


def updated(folder: Path, index: Path, **options: object) -> tuple[IndexReport, list[str]]:
    """What a run over a folder reported, and what it encoded."""
    reports: list[IndexReport] = []
    encoder = Counting()
    Assistant.from_documents(folder, index, encoder=encoder, on_report=reports.append, **options).close()
    return reports[0], encoder.read


def inputs(index: Path, document_id: str) -> list[set[str]]:
    """What the encoder reads of each passage of a document."""
    with closing(open_store(index)) as store:
        passages = store.passages_of(document_id)
    return [{encoder_input(each.context, text)[0] for text in part_texts(each).values()} for each in passages]


def contents(index: Path) -> dict[str, object]:
    """Everything a search reads of an index, but for the keys of its passages."""
    held: dict[str, object] = {}
    with closing(open_store(index)) as store:
        for document_id in store.document_hashes():
            passages = store.passages_of(document_id)
            starts = sorted({(document_id, start) for each in passages for start, _ in each.parts})
            codes = store.token_codes(starts)
            tokens = [(k, c.codes.tobytes(), c.scales.tobytes(), c.spans.tobytes()) for k, c in sorted(codes.items())]
            held[document_id] = store.document(document_id), passages, store.vectors_of(document_id).tobytes(), tokens
            assert codes.keys() == set(starts)
    return held


def paragraphs(count: int, heading_every: int = 10) -> list[str]:
    """Paragraphs of two sentences each, under headings."""
    texts = ["# The orchard"]
    for number in range(count):
        if number % heading_every == 0:
            texts.append(f"## Row {number // heading_every}")
        texts.append(
            f"In orchard number {number} the trees of kind k{number} were planted by the gardeners of the village. "
            f"They gave {number} baskets of fruit in the autumn of their third year."
        )
    return texts


def test_one_changed_paragraph_of_200_costs_the_passages_that_it_changed(folder_of, tmp_path):
    texts = paragraphs(200)
    folder, index = folder_of({"a.md": "\n\n".join(texts)}), tmp_path / "index"
    whole = len(updated(folder, index)[1])
    before = inputs(index, "a.md")
    place = next(place for place, text in enumerate(texts) if "number 105 " in text)
    texts[place] = texts[place].replace("gardeners", "children")
    (folder / "a.md").write_text("\n\n".join(texts))
    report, read = updated(folder, index)
    assert report.changed == ("a.md",)
    changed = [each for each in inputs(index, "a.md") if each not in before]
    assert set(read) == set().union(*changed)
    assert len(changed) <= 2
    assert (whole, len(read)) == (80, 3)
    assert contents(index) == fresh(folder, tmp_path)


def fresh(folder: Path, tmp_path: Path) -> dict[str, object]:
    """What a new index of the folder holds."""
    index = tmp_path / "fresh"
    updated(folder, index, rebuild=True)
    return contents(index)


def test_a_file_that_moved_is_not_encoded_and_is_reported_as_moved(folder_of, tmp_path):
    folder, index = folder_of({"a.md": "\n\n".join(paragraphs(20)), "b.txt": "Pears."}), tmp_path / "index"
    updated(folder, index)
    (folder / "old").mkdir()
    (folder / "a.md").rename(folder / "old" / "orchard.md")
    report, read = updated(folder, index)
    assert read == []
    assert (report.added, report.removed, report.moved) == (
        ("old/orchard.md",),
        ("a.md",),
        (("a.md", "old/orchard.md"),),
    )
    assert contents(index) == fresh(folder, tmp_path)


def test_a_file_that_moved_and_changed_is_encoded_where_it_changed(folder_of, tmp_path):
    texts = paragraphs(40)
    folder, index = folder_of({"a.md": "\n\n".join(texts)}), tmp_path / "index"
    updated(folder, index)
    (folder / "a.md").unlink()
    (folder / "b.md").write_text("\n\n".join([*texts, "## More", "A last word."]))
    report, read = updated(folder, index)
    assert (report.added, report.removed, report.moved) == (("b.md",), ("a.md",), ())
    assert len(read) == 1
    assert contents(index) == fresh(folder, tmp_path)


def test_a_new_name_that_the_encoder_reads_is_encoded(folder_of, tmp_path):
    folder, index = folder_of({"apples.txt": "They grow in Almaty."}), tmp_path / "index"
    updated(folder, index)
    (folder / "apples.txt").rename(folder / "pears.txt")
    report, read = updated(folder, index)
    assert report.moved == (("apples.txt", "pears.txt"),)
    assert read == ["pears\nThey grow in Almaty."]
    assert contents(index) == fresh(folder, tmp_path)


def test_a_copy_is_added_and_not_encoded(folder_of, tmp_path):
    text = "\n\n".join(paragraphs(20))
    folder, index = folder_of({"a.md": text}), tmp_path / "index"
    updated(folder, index)
    (folder / "b.md").write_text(text)
    report, read = updated(folder, index)
    assert (report.added, report.moved, read) == (("b.md",), (), [])
    assert contents(index) == fresh(folder, tmp_path)


def test_two_copies_in_one_run_are_encoded_once(folder_of, tmp_path):
    text = "\n\n".join(paragraphs(20))
    _, read = updated(folder_of({"a.md": text, "b.md": text}), tmp_path / "index")
    assert len(read) == len(set(read))


def test_readers_that_read_the_same_cost_no_encoding(folder_of, tmp_path, monkeypatch):
    folder, index = folder_of({"a.md": "\n\n".join(paragraphs(20))}), tmp_path / "index"
    updated(folder, index)
    monkeypatch.setattr("assistant.indexing.contents.READERS_VERSION", 999)
    report, read = updated(folder, index)
    assert (report.changed, read) == (("a.md",), [])


def test_an_archive_that_moved_is_not_encoded(folder_of, tmp_path):
    folder, index = folder_of({}), tmp_path / "index"
    with zipfile.ZipFile(folder / "a.zip", "w") as package:
        package.writestr("in/a.md", "\n\n".join(paragraphs(20)))
        package.writestr("b.md", "# Pears\n\nPears grow here.")
    updated(folder, index)
    (folder / "a.zip").rename(folder / "b.zip")
    report, read = updated(folder, index)
    assert report.moved == (("a.zip!/b.md", "b.zip!/b.md"), ("a.zip!/in/a.md", "b.zip!/in/a.md"))
    assert read == []


def test_what_the_store_had_no_room_for_is_encoded_again(folder_of, tmp_path, monkeypatch):
    folder, index = folder_of({"a.md": "\n\n".join(paragraphs(20))}), tmp_path / "index"
    monkeypatch.setattr("assistant.index.embedded.EmbeddedStore._has_room_for", lambda *_: False)
    first = updated(folder, index)[1]
    monkeypatch.undo()
    (folder / "a.md").rename(folder / "b.md")
    assert updated(folder, index)[1] == first
    assert contents(index) == fresh(folder, tmp_path)


def test_documents_at_hand_under_another_name_are_not_encoded(tmp_path):
    def document(name: str) -> Document:
        return Document(name, name, "", "Apples grow.", "0" * 64, blocks=(Block("paragraph", 0, 12),))

    encoder = Counting()
    for name in ("a", "b"):
        Assistant.from_memory([document(name)], tmp_path / "index", encoder=encoder).close()
    assert encoder.read == ["Apples grow."]


SENTENCES = st.lists(st.sampled_from([f"Tree {n} gave fruit." for n in range(6)]), max_size=12)
VERSIONS = st.lists(
    st.dictionaries(st.sampled_from("abc"), SENTENCES, max_size=3).map(
        lambda files: {f"{name}.md": "# Fruit\n\n" + "\n\n".join(each) for name, each in files.items()}
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25)
@given(VERSIONS)
def test_an_updated_index_is_what_a_new_one_would_be(tmp_path_factory, versions):
    place = tmp_path_factory.mktemp("versions")
    for files in versions:
        documents = [
            Document(name, name, "Fruit", text, "0" * 64, blocks=(Block("paragraph", 0, len(text)),))
            for name, text in files.items()
        ]
        limits = SplitLimits(tokens=12)
        Assistant.from_memory(documents, place / "kept", encoder="hashing", limits=limits).close()
    Assistant.from_memory(documents, place / "fresh", encoder="hashing", limits=limits).close()
    assert contents(place / "kept") == contents(place / "fresh")


IDS = st.sets(st.sampled_from("abcdefgh"))
HASHES = st.fixed_dictionaries({name: st.sampled_from(["1:2", "2:2", "3:2"]) for name in "abcdefgh"})


@given(IDS, IDS, HASHES, HASHES)
def test_nothing_moves_twice_and_only_to_where_it_is_the_same(removed, added, before, after):
    pairs = moves(removed, added - removed, before, after)
    assert all(before[old] == after[new] for old, new in pairs)
    assert len({old for old, _ in pairs}) == len({new for _, new in pairs}) == len(pairs)
    assert {old for old, _ in pairs} <= removed
    assert {new for _, new in pairs} <= added - removed


@pytest.mark.model
def test_the_real_encoder_gives_again_what_is_carried_over(folder_of, tmp_path):
    folder, index = folder_of({"a.md": "\n\n".join(paragraphs(4, 2))}), tmp_path / "index"
    opened = Assistant.from_documents(folder, index)
    encoder, before = opened.encoder, opened.store.vectors_of("a.md")
    opened.close()
    (folder / "a.md").rename(folder / "b.md")
    Assistant.from_documents(folder, index, encoder=encoder).close()
    anew = Assistant.from_documents(folder, tmp_path / "fresh", encoder=encoder)
    with closing(open_store(index)) as store:
        assert np.array_equal(store.vectors_of("b.md"), before)
    np.testing.assert_allclose(anew.store.vectors_of("b.md"), before, atol=1e-6)
    anew.close()
