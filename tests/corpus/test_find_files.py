"""Which files are found, under which ids, in which order."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_linked_folders_are_followed_once_and_loops_end(folder: Path) -> None:
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "0-link").symlink_to(folder / "c")
    (folder / "dead.txt").symlink_to(folder / "gone.txt")
    found = find_files(folder)
    assert [file.document_id for file in found.files] == [
        *("a/B.TXT", "a/z.md", "b.txt", "c/d/e.pdf", "c/f.html"),
    ]
    assert [(file.path.name, file.reason) for file in found.skipped] == [("dead.txt", "is a link to nothing")]


def test_a_link_out_of_the_folder_is_not_followed_unless_what_it_leads_to_is_named(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "secret.txt").write_text("words")
    (folder / "out").symlink_to(elsewhere)
    (folder / "c" / "out.txt").symlink_to(elsewhere / "secret.txt")
    (folder / "near").symlink_to(folder.parent)
    (folder / "up.txt").symlink_to(Path("..") / ".." / "up.txt")
    Path(f"{folder}-not").mkdir()
    Path(f"{folder}-not", "by.txt").write_text("words")
    (folder / "sibling").symlink_to(f"{folder}-not")
    found = find_files(folder)
    assert len(found.files) == 5
    out = {each.path.name for each in found.skipped if "a link out of the folder" in each.reason}
    assert out == {"out", "out.txt", "near", "sibling"}
    both = find_files([folder, elsewhere])
    assert any(file.path.name in ("secret.txt", "out.txt") for file in both.files)


def test_a_root_that_is_a_link_itself_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "corpus").symlink_to(folder)
    assert len(find_files(tmp_path / "corpus").files) == 5


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


def test_a_link_to_itself_is_skipped_with_a_reason(folder: Path) -> None:
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "one.txt").symlink_to(folder / "two.txt")
    (folder / "two.txt").symlink_to(folder / "one.txt")
    found = find_files(folder)
    assert len(found.files) == 5
    assert {file.path.name for file in found.skipped} == {"self.txt", "one.txt", "two.txt"}
    assert all("is a link that leads nowhere" in file.reason for file in found.skipped)


def test_a_folder_that_cannot_be_listed_is_an_error_and_the_rest_is_found(folder: Path) -> None:
    """As another user in a process of its own: the one who runs tests may read everything."""
    (folder / "a").chmod(0o000)
    (folder / "c" / "d").chmod(0o444)  # its names can be listed, what they are cannot be asked
    try:
        code = (
            "import os, sys\nfrom assistant.corpus import find_files\n"
            "os.geteuid() or os.seteuid(65534)\nfound = find_files(sys.argv[1])\n"
            "print(*[f.document_id for f in found.files], *[e.reason for e in found.errors], sep=chr(10))"
        )
        for parent in [folder, *folder.parents][:3]:
            parent.chmod(parent.stat().st_mode | 0o555)
        done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True)
        assert done.stderr == ""
        assert done.stdout.splitlines() == [
            "b.txt",
            "c/d/e.pdf",
            "c/f.html",
            "cannot be listed (Permission denied): change its permissions",
        ]
    finally:
        (folder / "a").chmod(0o755)
        (folder / "c" / "d").chmod(0o755)


def test_folders_deeper_than_a_path_can_be_long_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    here, name = os.open(tmp_path, os.O_RDONLY), "d" * 200
    try:
        for _ in range(25):
            os.mkdir(name, dir_fd=here)
            here, above = os.open(name, os.O_RDONLY, dir_fd=here), here
            os.close(above)
    finally:
        os.close(here)
    found = find_files(tmp_path)
    assert [file.document_id for file in found.files] == ["a.txt"]
    assert "cannot be listed (File name too long)" in found.errors[0].reason


@pytest.mark.parametrize(
    "name", ["new\nline.txt", "tab\there.txt", "e\u0301.txt", "é.txt", "\u202etxt.txt", "日本.txt", " .txt"]
)
def test_odd_names_are_read_as_they_are(folder: Path, name: str) -> None:
    (folder / name).write_text("words")
    assert name in ids(folder)


def test_one_name_in_two_normal_forms_is_two_files(tmp_path: Path) -> None:
    for name in ("e\u0301.txt", "\u00e9.txt"):
        (tmp_path / name).write_text("words")
    assert len(ids(tmp_path)) == 2


def test_a_folder_whose_name_no_encoding_can_hold_costs_what_is_in_it(folder: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9"))
    odd.mkdir()
    (odd / "a.txt").write_text("words")
    assert len(find_files(folder).files) == 5
    assert [error.reason for error in find_files(odd).errors] == ["has a name that is not valid Unicode: rename it"]


def test_an_archive_is_found_as_one_file(folder: Path) -> None:
    (folder / "more.ZIP").write_bytes(b"PK")
    assert "more.ZIP" in ids(folder)
