"""Files into the folder of documents and out of it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DocumentError
from assistant.library.shelf import (
    LONGEST_NAME,
    REMOVED,
    FolderError,
    LibraryError,
    TooLargeError,
    clear_abandoned,
    put_away,
    safe_name,
    take_in,
)

LARGEST = 1_000


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("תיק העבודה.txt", "תיק העבודה.txt"),
        ("年度報告 2024.docx", "年度報告 2024.docx"),
        ("Cafe\u0301.md", "Café.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.ini", "win.ini"),
        ("/etc/cron.d/x.txt", "x.txt"),
        (".bashrc.txt", "bashrc.txt"),
        ("~$lock.docx", "lock.docx"),
        ("CON.txt", "_CON.txt"),
        ("a:b<c>|d?.txt", "a_b_c__d_.txt"),
        ("line\nbreak\x00.txt", "linebreak.txt"),
        ("invoice\N{RIGHT-TO-LEFT OVERRIDE}txt.pdf", "invoicetxt.pdf"),
        ("family\N{ZERO WIDTH JOINER}name.txt", "family\N{ZERO WIDTH JOINER}name.txt"),
        ("half\ud83d.txt", "half.txt"),
        ("archive.zip!", "archive.zip_"),
        ("trailing.txt. . ", "trailing.txt"),
    ],
)
def test_a_file_keeps_its_name_as_far_as_that_is_safe(given_name: str, kept: str) -> None:
    if kept.endswith("_"):
        with pytest.raises(DocumentError):  # the mark between an archive and its members is in no name
            safe_name(given_name)
    else:
        assert safe_name(given_name) == kept


@pytest.mark.parametrize("name", ["", "/", "...", ".txt", "photo.heic", "noext", "questions.jsonl", "\x00.pdf", "..\\"])
def test_a_name_that_no_document_has_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(DocumentError) as refused:
        safe_name(name)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=300), st.sampled_from([".txt", ".pdf", ".zip", ""]))
def test_no_name_leads_out_of_the_folder_is_hidden_or_too_long(stem: str, suffix: str) -> None:
    try:
        kept = safe_name(stem + suffix)
    except DocumentError:
        return
    assert Path(kept).name == kept
    assert not kept.startswith(".")
    assert len(kept.encode()) <= LONGEST_NAME
    assert safe_name(kept) == kept
    assert (Path("/corpus") / kept).resolve().parent == Path("/corpus")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path / "corpus"


def test_a_file_is_copied_in_from_its_beginning_and_nothing_else_is_left(folder: Path) -> None:
    content = io.BytesIO(b"words")
    content.read(3)
    assert take_in(content, folder, "a.txt", LARGEST) == (folder / "a.txt", False)
    assert (folder / "a.txt").read_bytes() == b"words"
    assert [each.name for each in folder.iterdir()] == ["a.txt"]


def test_another_file_of_the_same_name_stays_and_the_new_one_is_numbered(folder: Path) -> None:
    for number, content in enumerate((b"one", b"two", b"three")):
        take_in(io.BytesIO(content), folder, "a.txt", LARGEST)
        assert len(list(folder.iterdir())) == number + 1
    assert (folder / "a.txt").read_bytes() == b"one"
    assert (folder / "a (2).txt").read_bytes() == b"two"
    assert (folder / "a (3).txt").read_bytes() == b"three"


def test_the_same_bytes_under_the_same_name_are_kept_once(folder: Path) -> None:
    take_in(io.BytesIO(b"one"), folder, "a.txt", LARGEST)
    assert take_in(io.BytesIO(b"one"), folder, "a.txt", LARGEST) == (folder / "a.txt", True)


def test_a_file_over_the_limit_is_refused_and_not_kept(folder: Path) -> None:
    with pytest.raises(TooLargeError, match="has 1001 bytes, at most 1000 bytes are taken: split it"):
        take_in(io.BytesIO(b"x" * (LARGEST + 1)), folder, "a.txt", LARGEST)
    assert list(folder.iterdir()) == []


def test_a_copy_that_breaks_off_leaves_nothing(folder: Path) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(28, "No space left on device")
            return super().read(2)

    with pytest.raises(FolderError, match=r"corpus cannot be written \(No space left on device\); free space"):
        take_in(Torn(b"words"), folder, "a.txt", LARGEST)
    assert list(folder.iterdir()) == []


def test_what_a_killed_server_was_copying_is_deleted_once_it_is_old(folder: Path) -> None:
    for name in (".coming-0123456789abcdef", ".coming-fedcba9876543210", ".mine", "a.txt"):
        (folder / name).write_text("half a file")
        os.utime(folder / name, (1, 1))
    (folder / ".coming-fedcba9876543210").write_text("of another server, right now")
    clear_abandoned(folder)
    assert sorted(each.name for each in folder.iterdir()) == [".coming-fedcba9876543210", ".mine", "a.txt"]


def test_a_link_in_the_folder_is_not_written_through(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "outside.txt").write_text("mine")
    (folder / "a.txt").symlink_to(tmp_path / "outside.txt")
    assert take_in(io.BytesIO(b"new"), folder, "a.txt", LARGEST)[0] == folder / "a (2).txt"
    assert (tmp_path / "outside.txt").read_text() == "mine"


def test_what_is_removed_lies_in_the_hidden_folder_also_twice(folder: Path) -> None:
    for content in ("one", "two"):
        (folder / "a.txt").write_text(content)
        put_away(folder / "a.txt", folder)
    assert (folder / REMOVED / "a.txt").read_text() == "one"
    assert (folder / REMOVED / "a (2).txt").read_text() == "two"


@pytest.mark.parametrize("name", ["outside.txt", "corpus/../outside.txt", "corpus/linked/outside.txt"])
def test_what_lies_elsewhere_is_never_moved(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "outside.txt").write_text("mine")
    (folder / "linked").symlink_to(tmp_path)
    with pytest.raises(LibraryError, match="does not lie in corpus"):
        put_away(tmp_path / name, folder)
    assert (tmp_path / "outside.txt").exists()
