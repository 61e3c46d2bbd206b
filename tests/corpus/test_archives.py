"""Zip archives: which members become documents, under which names, and what a hostile one can do."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made_files import assert_laws, docx_file, pdf_file, zip_file

from assistant.corpus import ReadLimits, SkippedFile, read_document
from assistant.corpus.archives import Budget, in_archive, members, opened
from assistant.corpus.building import UnreadableError
from assistant.corpus.options import DEFAULT_OPTIONS
from assistant.corpus.pieces import Piece, pieces
from assistant.corpus.reading import Outcome, read_piece
from assistant.datatypes import Document
from assistant.errors import DocumentError

LIMITS = ReadLimits()


def read_archive(path: Path, limits: ReadLimits = LIMITS) -> list[Outcome]:
    """What became of each member, in this process."""
    return [
        read_piece(each, {}, limits, DEFAULT_OPTIONS) if isinstance(each, Piece) else each
        for each in pieces(path, path.name, path.name, limits)
    ]


def archive(folder: Path, content: dict[str, str | bytes] | bytes, name: str = "a.zip") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else zip_file(content))
    return path


def ids(outcomes: list[Outcome]) -> list[str]:
    return [each.id for each in outcomes if isinstance(each, Document)]


def reasons(outcomes: list[Outcome]) -> dict[str, str]:
    return {each.source: each.reason for each in outcomes if isinstance(each, DocumentError)}


def test_each_member_is_a_document_named_by_archive_and_path(tmp_path: Path) -> None:
    pdf, word = pdf_file([("p", "Words.")]), docx_file([("p", "Words.")])
    path = archive(tmp_path, {"b/x.pdf": pdf, "a.txt": "Words.", "b/a.docx": word})
    assert ids(read_archive(path)) == ["a.zip!/a.txt", "a.zip!/b/a.docx", "a.zip!/b/x.pdf"]


def test_the_digest_is_that_of_the_member_so_that_citations_outlive_a_new_archive(tmp_path: Path) -> None:
    (document,) = read_archive(archive(tmp_path, {"a.txt": "Some words."}))
    assert isinstance(document, Document)
    assert document.sha256 == hashlib.sha256(b"Some words.").hexdigest()
    assert document.title == "a"


def test_what_was_read_opens_again_by_its_source(tmp_path: Path) -> None:
    inner = zip_file({"deep/b.txt": "Inner words."})
    path = archive(tmp_path, {"a.txt": "Outer words.", "in.zip": inner})
    for document in read_archive(path):
        assert isinstance(document, Document)
        again = read_document(tmp_path / document.source)
        assert replace(again, source=document.source) == document
        assert_laws(again, b"Inner words." if "in.zip" in again.id else b"Outer words.")


def test_an_archive_itself_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"is an archive: name a document in it, a\.zip!/"):
        read_document(archive(tmp_path, {"a.txt": "Words."}))


def test_a_member_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    archive(tmp_path, {"a.txt": "Words."})
    with pytest.raises(DocumentError, match="is no longer in its archive"):
        read_document(tmp_path / "a.zip!" / "b.txt")


def test_a_folder_named_like_an_archive_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.zip!").mkdir()
    (tmp_path / "a.zip!" / "a.txt").write_text("Words of the folder.")
    assert read_document(tmp_path / "a.zip!" / "a.txt").text == "Words of the folder."


def test_an_archive_in_a_folder_whose_name_ends_alike_is_found(tmp_path: Path) -> None:
    (tmp_path / "wow!").mkdir()
    path = archive(tmp_path / "wow!", {"a.txt": "Words."})
    assert in_archive(path.with_name("a.zip!") / "a.txt") == (path, "a.txt")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/a.txt", "etc/a.txt"),
        ("/etc/a.txt", "etc/a.txt"),
        ("C:\\Users\\a.txt", "Users/a.txt"),
        ("a/./b//c.txt", "a/b/c.txt"),
        ("new\nline.txt", "new_line.txt"),
        ("b.zip!/a.txt", "b.zip%21/a.txt"),
        ("\u202etxt.exe.txt", "_txt.exe.txt"),
    ],
)
def test_names_cannot_climb_or_mislead(tmp_path: Path, name: str, kept: str) -> None:
    path = archive(tmp_path, {name: "Words."})
    assert ids(read_archive(path)) == [f"a.zip!/{kept}"]
    assert read_document(tmp_path / f"a.zip!/{kept}").text == "Words."


def test_names_that_become_one_are_told_apart(tmp_path: Path) -> None:
    path = archive(tmp_path, {"../a.txt": "First.", "a.txt": "Second.", "./a.txt": "Third."})
    read = {each.id: each.text for each in read_archive(path) if isinstance(each, Document)}
    assert read == {"a.zip!/a.txt": "First.", "a.zip!/a~.txt": "Third.", "a.zip!/a~~.txt": "Second."}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_with_one_name_the_later_counts(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", "Old words.")
        package.writestr("a.txt", "New words.")
    (document,) = read_archive(archive(tmp_path, buffer.getvalue()))
    assert isinstance(document, Document)
    assert document.text == "New words."


def test_what_programs_leave_behind_is_passed_over(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO(zip_file({"__MACOSX/a.txt": "x", ".hid/a.txt": "x", "~$a.docx": "x", "questions.jsonl": "x"}))
    with zipfile.ZipFile(buffer, "a") as package:
        package.writestr(link, "/etc/passwd")
        package.mkdir("folder.txt")
    outcomes = read_archive(archive(tmp_path, buffer.getvalue()))
    assert outcomes == [SkippedFile(Path("a.zip"), "is an archive that holds no documents")]


def test_members_of_other_types_are_skipped_with_a_reason(tmp_path: Path) -> None:
    skipped, document = read_archive(archive(tmp_path, {"a.png": b"x", "b.txt": "Words."}))
    assert skipped == SkippedFile(Path("a.zip!/a.png"), "is of a type that is not supported (.png)")
    assert isinstance(document, Document)


def nested(depth: int) -> bytes:
    data = zip_file({"a.txt": "Words."})
    for _ in range(depth - 1):
        data = zip_file({"in.zip": data})
    return data


def test_archives_are_opened_as_deep_as_the_limit_says(tmp_path: Path) -> None:
    assert len(ids(read_archive(archive(tmp_path, nested(LIMITS.nesting))))) == 1
    deeper = read_archive(archive(tmp_path, nested(LIMITS.nesting + 1)))
    assert list(reasons(deeper).values()) == ["lies in 3 archives, at most 2 are opened: unpack the outer one"]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (replace(LIMITS, expanded_bytes=2048), "unpacks to more than 2 KiB"),
        (replace(LIMITS, members=2), "holds more than 2 files"),
    ],
    ids=["bytes", "members"],
)
def test_an_archive_over_its_limits_is_left_with_a_reason(tmp_path: Path, limits: ReadLimits, reason: str) -> None:
    path = archive(tmp_path, {f"{n}.txt": "Words. " * 100 for n in range(5)})
    outcomes = read_archive(path, limits)
    assert reason in reasons(outcomes)["a.zip"]
    assert len(ids(outcomes)) < 5


def test_the_limit_counts_over_all_archives_inside(tmp_path: Path) -> None:
    inner = zip_file({"a.txt": "Words. " * 200})
    path = archive(tmp_path, {f"{n}.zip": inner for n in range(5)})
    outcomes = read_archive(path, replace(LIMITS, expanded_bytes=4_000))
    assert 1 <= len(ids(outcomes)) < 5
    assert any("unpacks to more than" in reason for reason in reasons(outcomes).values())


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a.txt": "Words.", "zeros.txt": b"0" * (32 << 20)})
    assert path.stat().st_size < 100_000
    outcomes = read_archive(path, replace(LIMITS, file_bytes=16 << 20))
    assert reasons(outcomes) == {
        "a.zip!/zeros.txt": "has 32 MiB, at most 16 MiB are read: split it, or raise --max-size"
    }


def test_a_member_gives_no_more_than_it_declares(tmp_path: Path) -> None:
    data = bytearray(zip_file({"a.txt": b"0" * 100_000}))
    size = (100_000).to_bytes(4, "little")
    at = data.rindex(size)  # the directory's word for it, which is the one that counts
    data[at : at + 4] = (50).to_bytes(4, "little")
    (failed,) = read_archive(archive(tmp_path, bytes(data)))
    assert isinstance(failed, DocumentError)
    assert "damaged" in failed.reason


def test_a_packed_format_is_held_to_the_limits_too(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx_file([("p", "Words.")]))
    with pytest.raises(DocumentError, match="unpacks to more than 1 KiB"):
        read_document(tmp_path / "a.docx", limits=replace(LIMITS, expanded_bytes=1024))


def test_an_encrypted_member_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    data = bytearray(zip_file({"a.txt": "Words.", "b.txt": "Words."}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    outcomes = read_archive(archive(tmp_path, bytes(data)))
    assert ids(outcomes) == ["a.zip!/b.txt"]
    assert "is encrypted in its archive" in reasons(outcomes)["a.zip!/a.txt"]


def test_a_damaged_archive_is_one_error(tmp_path: Path) -> None:
    whole = zip_file({"a.txt": "Words."})
    (failed,) = read_archive(archive(tmp_path, whole[: len(whole) // 2]))
    assert isinstance(failed, DocumentError)
    assert failed.reason == "is a damaged zip archive, or none: copy or download it again"


@given(place=st.integers(0, 400), noise=st.binary(min_size=1, max_size=6))
@settings(max_examples=150, derandomize=True)
def test_any_damage_gives_documents_or_errors(
    tmp_path_factory: pytest.TempPathFactory, place: int, noise: bytes
) -> None:
    whole = zip_file({"a.txt": "Some words.", "in.zip": zip_file({"b.md": "# Words"}), "c.html": "<p>Words"})
    place = place * len(whole) // 400
    folder = tmp_path_factory.mktemp("damaged")
    path = archive(folder, whole[:place] + noise + whole[place + len(noise) :])
    for outcome in read_archive(path):
        if isinstance(outcome, Document):
            assert outcome.source.startswith("a.zip!/")
            for block in outcome.blocks:
                assert 0 <= block.start < block.end <= len(outcome.text)
        else:
            assert "\n" not in outcome.reason


@given(st.lists(st.text(max_size=12), max_size=6))
@example(["\0"])  # which zipfile reads as no name at all
@example(["", "x"])
def test_every_name_is_harmless_and_unlike_the_others(names: list[str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        cleaned = (zipfile.ZipInfo(name.encode(errors="ignore").decode() or "x").filename for name in names)
        for made in dict.fromkeys(cleaned):
            package.writestr(zipfile.ZipInfo(made), "Words.")
    with opened(buffer.getvalue()) as package:
        found = members(package)
    assert all("!/" not in name and ".." not in name.split("/") and not name.startswith("/") for name in found)
    assert list(found) == sorted(found, key=lambda name: name.split("/"))


def test_a_budget_is_spent_once() -> None:
    budget = Budget(replace(LIMITS, expanded_bytes=10))
    budget.unpack(10)
    with pytest.raises(UnreadableError):
        budget.unpack(1)
