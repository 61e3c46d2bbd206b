"""Which files are found, under which ids, in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.corpus import find_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ["b.txt", "a/z.md", "a/B.TXT", "c/d/e.pdf", "c/f.html"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("words")
    return tmp_path


def ids(*paths: Path) -> list[str]:
    return [file.document_id for file in find_files(paths).files]


def test_a_folder_is_searched_recursively_in_sorted_order(folder: Path) -> None:
    assert ids(folder) == ["a/B.TXT", "a/z.md", "b.txt", "c/d/e.pdf", "c/f.html"]


def test_one_path_needs_no_list(folder: Path) -> None:
    assert find_files(str(folder)) == find_files([folder])


def test_a_named_file_has_its_bare_name_as_id(folder: Path) -> None:
    assert ids(folder / "c" / "d" / "e.pdf") == ["e.pdf"]


def test_files_keep_the_path_they_can_be_opened_by(folder: Path) -> None:
    assert find_files(folder / "a").files[0].path == folder / "a" / "B.TXT"


def test_hidden_files_lock_files_and_question_sets_are_passed_over(folder: Path) -> None:
    for name in [".git/x.txt", ".hidden.txt", "~$b.docx", "questions.jsonl", "more.questions.jsonl"]:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("words")
    found = find_files(folder)
    assert len(found.files) == 5
    assert found.skipped == ()
    assert found.errors == ()


def test_unsupported_files_in_a_folder_are_skipped_with_a_reason(folder: Path) -> None:
    (folder / "a" / "table.odt").write_text("words")
    (folder / "README").write_text("words")
    assert [(file.path.name, file.reason) for file in find_files(folder).skipped] == [
        ("README", "has no file name suffix"),
        ("table.odt", "is of a type that is not supported (.odt)"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing.txt", "does not exist"),
        ("missing", "does not exist"),
        ("table.odt", "is of a type that is not supported (.odt)"),
        ("questions.jsonl", "is a question set"),
    ],
)
def test_a_named_path_that_is_no_document_is_an_error_and_the_rest_is_found(
    folder: Path, name: str, reason: str
) -> None:
    if not name.startswith("missing"):
        (folder / name).write_text("words")
    found = find_files([folder / name, folder / "b.txt"])
    assert [file.document_id for file in found.files] == ["b.txt"]
    assert reason in found.errors[0].reason
    assert found.errors[0].source == str(folder / name)


def test_a_file_given_twice_is_found_once(folder: Path) -> None:
    assert ids(folder / "b.txt", folder, folder / "b.txt") == [
        "b.txt",
        "a/B.TXT",
        "a/z.md",
        "c/d/e.pdf",
        "c/f.html",
    ]


def test_two_files_with_one_id_are_not_mixed_up(folder: Path) -> None:
    (folder / "c" / "z.md").write_text("other words")
    found = find_files([folder / "a", folder / "c"])
    names = {file.path: file.document_id for file in found.files}
    assert names[folder / "a" / "z.md"] == "z.md"
    assert names[folder / "c" / "z.md"] == (folder / "c" / "z.md").as_posix()


def test_linked_folders_are_followed_once_and_loops_end(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "far.txt").write_text("words")
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "0-link").symlink_to(folder / "c")
    (folder / "out").symlink_to(elsewhere)
    (folder / "dead.txt").symlink_to(folder / "gone.txt")
    found = find_files(folder)
    assert [file.document_id for file in found.files] == [
        *("a/B.TXT", "a/z.md", "b.txt", "c/d/e.pdf", "c/f.html", "out/far.txt"),
    ]
    assert [(file.path.name, file.reason) for file in found.skipped] == [("dead.txt", "is a link to nothing")]


def test_a_pipe_does_not_hang_the_search(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert "regular file" in find_files(folder).skipped[0].reason
    assert "regular file" in find_files(folder / "pipe.txt").errors[0].reason


def test_a_name_that_no_encoding_can_hold_is_an_error(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("words")
    found = find_files(folder)
    assert len(found.files) == 5
    assert "not valid Unicode" in found.errors[0].reason
    str(found.errors[0]).encode("utf-8")


def test_an_empty_folder_has_nothing_and_no_errors(tmp_path: Path) -> None:
    found = find_files(tmp_path)
    assert (found.files, found.skipped, found.errors) == ((), (), ())
