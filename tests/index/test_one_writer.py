"""One writer at a time, across threads and processes, however the holder ends."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assistant.errors import IndexBusyError, IndexUnwritableError
from assistant.index import one_writer
from assistant.index.one_writer import LOCK

HOLDER = """
import sys, time
from pathlib import Path
from assistant.index.one_writer import one_writer
with one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_who_comes_second_is_told_who_is_first_and_what_to_do(tmp_path):
    with one_writer(tmp_path), pytest.raises(IndexBusyError) as error, one_writer(tmp_path, 0):
        pass
    assert re.fullmatch(
        rf"the index in {tmp_path} is being changed by process {os.getpid()} since \d\d:\d\d:\d\d; "
        r"run it again when that is done, or let it wait longer with --wait 600",
        str(error.value),
    )


def test_who_waits_is_told_for_whom_once_and_goes_on_when_it_is_done(tmp_path):
    held, told, order = threading.Event(), threading.Event(), []
    lines = []

    def first() -> None:
        with one_writer(tmp_path) as waited:
            held.set()
            assert told.wait(20)
            order.append(("first", waited))

    def tell(line: str) -> None:
        lines.append(line)
        told.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(20)
    with one_writer(tmp_path, 20, tell) as waited:
        order.append(("second", waited))
    thread.join()
    assert order == [("first", False), ("second", True)]
    assert [line.endswith("waiting for it, 20 s at most") for line in lines] == [True]


def test_one_after_the_other_nobody_waits(tmp_path):
    for _ in range(2):
        with one_writer(tmp_path / "new", 0) as waited:
            assert not waited


def test_an_error_inside_lets_go(tmp_path):
    with pytest.raises(ZeroDivisionError), one_writer(tmp_path):
        raise ZeroDivisionError
    with one_writer(tmp_path, 0):
        pass


def test_a_holder_that_is_killed_holds_nothing(tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE)
    assert holder.stdout
    with holder.stdout:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(IndexBusyError, match=f"process {holder.pid} since"), one_writer(tmp_path, 0):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait(20)
    with one_writer(tmp_path, 0):
        pass


@pytest.mark.parametrize("signed", [b"", b"\xff\x00", b"{}", b"[1]", b'{"process":1,"machine":"m","since":"now"}'])
def test_a_signature_that_cannot_be_read_is_just_another_process(tmp_path, signed):
    with one_writer(tmp_path):
        (tmp_path / LOCK).write_bytes(signed)
        with pytest.raises(IndexBusyError, match="is being changed by another process;"), one_writer(tmp_path, 0):
            pass


def test_a_holder_on_another_machine_is_named_with_it(tmp_path):
    with one_writer(tmp_path):
        (tmp_path / LOCK).write_text('{"process": 7, "machine": "hal\\n", "since": "2026-01-01T10:00:00"}')
        with pytest.raises(IndexBusyError, match=r"by process 7 on 'hal\\n' since 10:00:00;"), one_writer(tmp_path, 0):
            pass


def test_a_folder_that_cannot_be_is_said_so(tmp_path: Path):
    (tmp_path / "file").write_text("")
    cannot = pytest.raises(IndexUnwritableError, match=r"cannot write in .*; mend its permissions")
    with cannot, one_writer(tmp_path / "file" / "index"):
        pass


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("words")
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / LOCK).symlink_to(tmp_path / "precious")
    with pytest.raises(IndexUnwritableError), one_writer(tmp_path / "index"):
        pass
    assert (tmp_path / "precious").read_text() == "words"
