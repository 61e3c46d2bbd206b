"""Two that change one index at the same time: one waits, or is told; nothing is lost."""

import io
import json
import os
import subprocess
import sys
import threading
from contextlib import closing, redirect_stderr
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.cli import main
from assistant.encoders import HashingEncoder
from assistant.errors import IndexBusyError
from assistant.index import one_writer, open_store

ROOT = Path(__file__).parent.parent.parent


def footnote(*arguments: object) -> tuple[int, str]:
    """Exit code and standard error of a command in this process."""
    err = io.StringIO()
    with redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return int(ended.value.code or 0), err.getvalue()


def test_the_second_is_told_in_one_line_and_the_index_stays(folder_of, tmp_path):
    folder, index = folder_of({"a.txt": "Apples."}), tmp_path / "index"
    assert footnote("index", folder, "--index", index, "--encoder", "hashing")[0] == 0
    (folder / "b.txt").write_text("Pears.")
    with one_writer(index):
        code, said = footnote("index", folder, "--index", index, "--wait", 0)
    assert code == 2
    assert said.count("\n") == 1
    assert f"is being changed by process {os.getpid()} since" in said
    assert "--wait 600" in said
    with closing(open_store(index)) as store:
        assert list(store.document_hashes()) == ["a.txt"]


def test_two_runs_at_once_come_one_after_the_other(folder_of, tmp_path):
    first, second = tmp_path / "one", tmp_path / "two"
    for folder in (first, second):
        folder.mkdir()
        for number in range(20):
            (folder / f"{folder.name}-{number}.txt").write_text(f"Words of {folder.name} {number}.")
    command = [sys.executable, "-m", "assistant", "index", "--encoder", "hashing", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.Popen([*command, folder], cwd=tmp_path, env=environment, stdout=subprocess.PIPE)
        for folder in (first, second)
    ]
    reports = [json.loads(run.communicate(timeout=120)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert [len(report["added"]) for report in reports] == [20, 20]
    assert max(report["documents"] for report in reports) == 40


def test_a_run_that_waited_looks_for_files_again(folder_of, tmp_path):
    folder = folder_of({"a.txt": "Apples."})
    held, told, asked = threading.Event(), threading.Event(), []

    def another() -> None:
        with one_writer(tmp_path / "index"):
            held.set()
            assert told.wait(20)
            (folder / "b.txt").write_text("Pears.")

    def tell(line: str) -> None:
        asked.append(line)
        told.set()

    thread = threading.Thread(target=another)
    thread.start()
    assert held.wait(20)
    opened = Assistant.from_documents(folder, tmp_path / "index", encoder=HashingEncoder(), wait=20, on_wait=tell)
    thread.join()
    assert sorted(opened.documents()) == ["a.txt", "b.txt"]
    opened.close()


def test_documents_at_hand_wait_too(tmp_path):
    with one_writer(tmp_path / "index"), pytest.raises(IndexBusyError):
        Assistant.from_memory([], tmp_path / "index", encoder="hashing", wait=0)
