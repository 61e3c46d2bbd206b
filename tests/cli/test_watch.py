"""``footnote index --watch`` as a process of its own, with real files and a real Ctrl-C."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.cli import main

ROOT = Path(__file__).parent.parent.parent


def test_a_folder_is_followed_through_all_that_happens_to_it(folder_of, tmp_path):
    folder, index = folder_of({"a.txt": "Apples grow in Almaty."}), tmp_path / "index"
    command = [sys.executable, "-m", "assistant", "index", folder, "--index", index, "--encoder", "hashing"]
    watching = subprocess.Popen(
        [*map(str, command), "--watch", "--every", "0.05", "--json"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    too_long = threading.Timer(100, watching.kill)
    too_long.start()
    assert watching.stdout
    assert watching.stderr

    def reported() -> dict[str, object]:
        return json.loads(watching.stdout.readline())

    assert reported()["added"] == ["a.txt"]
    opened = Assistant.open(index)

    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").write_text("Pears grow in Tashkent.")
    assert reported()["added"] == ["sub/b.txt"]
    assert opened.ask("Where do pears grow?").nearest[0].document == "sub/b.txt"  # no restart, in another process

    (folder / "bad.pdf").write_bytes(b"not a PDF")
    assert [failed["source"] for failed in reported()["failed"]] == ["documents/bad.pdf"]
    assert "bad.pdf" in watching.stderr.readline()

    folder.rename(tmp_path / "away")
    assert "does not exist" in watching.stderr.readline()
    assert opened.info().documents == 2
    (tmp_path / "away").rename(folder)
    assert reported()["unchanged"] == 2
    assert "bad.pdf" in watching.stderr.readline()

    (folder / "a.txt").rename(folder / "sub" / "a.txt")
    assert reported()["moved"] == [{"from": "a.txt", "to": "sub/a.txt"}]
    assert "bad.pdf" in watching.stderr.readline()
    opened.close()

    watching.send_signal(signal.SIGINT)
    rest, said = watching.communicate(timeout=60)
    too_long.cancel()
    assert (watching.returncode, rest, said) == (0, "", "footnote: stopped; what was finished is kept\n")


def test_watching_never_prunes(tmp_path):
    said = io.StringIO()
    with redirect_stderr(said), pytest.raises(SystemExit) as ended:
        main(["index", str(tmp_path), "--watch", "--prune"])
    assert ended.value.code == 2
    assert "run footnote index --prune by itself" in said.getvalue()
