"""Reading in worker processes: what a bad file costs, in which order readings come, what is left behind."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from made_files import docx_file, html, pdf_file, zip_file

from assistant.corpus import Readers, ReadLimits, find_files, read_document, read_documents
from assistant.corpus.reading import Unchanged
from assistant.corpus.shelf import Job, Shelf
from assistant.corpus.worker import FILES_EACH, Task
from assistant.corpus.workers import LOSSES
from assistant.datatypes import Document
from assistant.errors import DocumentError, ReaderError

SMALL = ReadLimits(seconds=30, memory_bytes=200 << 20, workers=1)
QUICK = replace(SMALL, seconds=1.5)


@pytest.fixture
def bad_parsers(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers whose text parser does what the text says: see ``bad_parsers.py``."""
    place = tmp_path_factory.mktemp("modules")
    shutil.copy(Path(__file__).with_name("bad_parsers.py"), place / "sitecustomize.py")
    monkeypatch.syspath_prepend(place)
    monkeypatch.setenv("FOOTNOTE_TEST_WORKER", "1")


def outcomes(folder: Path, limits: ReadLimits = SMALL) -> dict[str, str]:
    """What became of each file: the text of a document, or the reason there is none."""
    return {
        str(Path(each.source).relative_to(folder)): each.text if isinstance(each, Document) else each.reason
        for each in read_documents(folder, limits=limits)
    }


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("HANG", r"took longer than 1\.5 s to read: split it, or raise --timeout"),
        ("CRASH", r"crashed its reader \(signal 11\): open it in its own program"),
        ("LEAVE", r"ended its reader \(exit code 3\)"),
        ("EXPLODE", r"needed more than 200 MiB of memory to read: split it, or raise ReadLimits\.memory_bytes"),
        ("HUGE", r"needed more than 200 MiB of memory to read"),
        ("SURROGATE", r"made its reader answer nonsense"),
    ],
)
@pytest.mark.usefixtures("bad_parsers")
def test_a_bad_file_costs_itself_alone_and_the_error_says_why(folder_of, word: str, reason: str) -> None:
    folder = folder_of({"a.txt": "First words.", "b.txt": word, "c.txt": "Last words."})
    first, bad, last = outcomes(folder, QUICK if word == "HANG" else SMALL).values()
    assert (first, last) == ("First words.", "Last words.")
    assert re.match(reason, bad)


@pytest.mark.usefixtures("bad_parsers")
def test_a_file_is_not_blamed_for_what_the_one_before_did_to_their_worker(folder_of) -> None:
    assert outcomes(folder_of({"a.txt": "POISON", "b.txt": "Last words."})) == {
        "a.txt": "POISON",
        "b.txt": "Last words.",
    }


@pytest.mark.usefixtures("bad_parsers")
def test_what_a_parser_prints_is_no_answer(folder_of) -> None:
    assert outcomes(folder_of({"a.txt": "CHATTER words."})) == {"a.txt": "CHATTER words."}


@pytest.mark.usefixtures("bad_parsers")
def test_a_bad_member_costs_itself_alone(folder_of) -> None:
    files = {"a.txt": "First words.", "b.txt": "CRASH", "c.txt": "Middle words.", "d.txt": "HANG", "e.txt": "Last."}
    read = outcomes(folder_of({"z.zip": zip_file(files)}), QUICK)
    assert [read[f"z.zip!/{name}"] for name in ("a.txt", "c.txt", "e.txt")] == [
        "First words.",
        "Middle words.",
        "Last.",
    ]
    assert "signal 11" in read["z.zip!/b.txt"]
    assert "took longer" in read["z.zip!/d.txt"]


@pytest.mark.usefixtures("bad_parsers")
def test_an_archive_of_bad_members_is_left_after_a_few(folder_of) -> None:
    folder = folder_of({"z.zip": zip_file({f"{n}.txt": "LEAVE" for n in range(9)}), "zz.txt": "Last words."})
    read = outcomes(folder)
    assert len(read) == LOSSES + 2
    assert read["z.zip"] == f"was left after {LOSSES} of its files had ended their reader: unpack it"
    assert read["zz.txt"] == "Last words."


def test_readings_come_in_the_order_of_the_files_whatever_their_size(folder_of) -> None:
    sizes = [(n * 7919) % 40 + 1 for n in range(40)]
    folder = folder_of({f"{n:02}.txt": "Some words. " * size**2 for n, size in enumerate(sizes)})
    read = [each.id for each in read_documents(folder, limits=ReadLimits(workers=3)) if isinstance(each, Document)]
    assert read == [f"{n:02}.txt" for n in range(40)]


def test_every_format_is_read_as_it_is_in_this_process(folder_of) -> None:
    pieces = [("h1", "A title"), ("p", "Some words – é, 日本, 🙂 – to read."), ("li", "An item.")]
    folder = folder_of(
        {"a.pdf": pdf_file(pieces), "a.docx": docx_file(pieces), "a.html": html(pieces), "a.md": "# A\n"}
    )
    found = find_files(folder)
    assert list(read_documents(found)) == [
        read_document(file.path, document_id=file.document_id) for file in found.files
    ]


def test_a_document_whose_digest_is_known_is_not_parsed(folder_of) -> None:
    folder = folder_of({"a.txt": "Some words.", "b.txt": "Other words."})
    known = {"a": hashlib.sha256(b"Some words.").hexdigest(), "b": hashlib.sha256(b"Old words.").hexdigest()}
    with Readers() as readers:
        tasks = [Task(str(folder / f"{name}.txt"), name, name, {name: known[name]}) for name in "ab"]
        first, second = [reading.outcome for reading in readers.read(tasks)]
    assert first == Unchanged("a")
    assert isinstance(second, Document)


def test_more_files_than_one_worker_reads_are_read_by_the_next(folder_of) -> None:
    count = FILES_EACH + 3
    assert len(outcomes(folder_of({f"{n}.txt": "Words." for n in range(count)}))) == count


def test_a_worker_that_was_ended_while_idle_is_replaced(folder_of) -> None:
    folder = folder_of({"a.txt": "Some words."})
    with Readers(ReadLimits(workers=1)) as readers:
        tasks = [Task(str(folder / "a.txt"), "a", "a")]
        assert len(list(readers.read(tasks))) == 1
        os.kill(workers_of_this_process()[0], signal.SIGKILL)
        assert isinstance(next(readers.read(tasks)).outcome, Document)


def test_paths_are_meant_as_they_are_when_they_are_given(folder_of, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of({"sub/a.txt": "Some words."})
    with Readers(ReadLimits(workers=1)) as readers:
        readers.start(1)
        monkeypatch.chdir(folder / "sub")
        assert isinstance(next(readers.read([Task("a.txt", "a", "a")])).outcome, Document)


def workers_of_this_process() -> list[int]:
    children = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [int(line.split()[0]) for line in children.stdout.splitlines() if "assistant.corpus.worker" in line]


@pytest.mark.parametrize("taken", [0, 1, 50])
def test_no_process_is_left_when_reading_ends_early(folder_of, taken: int) -> None:
    folder = folder_of({f"{n:02}.txt": f"Words of {n}." for n in range(50)})
    reading = read_documents(folder)
    for _ in range(taken):
        next(reading)
    reading.close()
    assert workers_of_this_process() == []


@pytest.mark.usefixtures("bad_parsers")
def test_reading_that_is_given_up_does_not_wait_for_a_file_that_hangs(folder_of) -> None:
    folder = folder_of({"a.txt": "Words.", "b.txt": "HANG"})
    reading = read_documents(folder, limits=ReadLimits(seconds=50))
    next(reading)
    began = time.monotonic()
    reading.close()
    assert time.monotonic() - began < 5


def test_a_worker_ends_when_its_parent_is_gone(folder_of) -> None:
    code = (
        "import os, sys\nfrom assistant.corpus import Readers\n"
        "readers = Readers()\nreaders.start(1)\nprint(readers._processes[0]._process.pid, flush=True)\nos._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status = Path(f"/proc/{done.stdout.strip()}/stat")
    deadline = time.monotonic() + 10
    while runs(status) and time.monotonic() < deadline:
        os.sched_yield()
    assert not runs(status)


def runs(status: Path) -> bool:
    """Whether a process is there, and more than a name that nobody has asked after yet."""
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


def test_workers_that_cannot_start_are_one_error(folder_of, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderError, match="did not come up"):
        list(read_documents(folder_of({"a.txt": "Words."})))


def test_a_worker_imports_no_model_and_no_page() -> None:
    heavy = ["torch", "sentence_transformers", "transformers", "gradio", "faiss", "numpy", "sqlite3"]
    code = f"import sys, assistant.corpus.worker; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.fixture
def jobs() -> list[Job]:
    return [Job(Task(name, name, name)) for name in "ab"]


def test_the_job_that_is_taken_from_always_finds_room(jobs: list[Job]) -> None:
    shelf = Shelf(room=10)
    first, second = jobs
    shelf.put(second, b"F", b"x" * 10, 0.0)
    shelf.finish(first)
    assert shelf.take(first) is None
    shelf.fail(DocumentError("a", "reason"))
    with pytest.raises(DocumentError):
        shelf.take(first)


def test_what_does_not_fit_waits_until_something_is_taken(jobs: list[Job]) -> None:
    shelf = Shelf(room=10)
    first, _ = jobs
    shelf.put(first, b"F", b"x" * 8, 0.0)
    late = threading.Thread(target=shelf.put, args=(first, b"F", b"y" * 8, 0.0), daemon=True)
    late.start()
    late.join(0.05)
    assert late.is_alive()
    assert shelf.take(first) == (b"F", b"x" * 8, 0.0)
    late.join(5)
    assert shelf.take(first) == (b"F", b"y" * 8, 0.0)
