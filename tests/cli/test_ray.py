"""``footnote index --ray``: where it is given no value, what is refused, and what Ray does and says beside it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assistant.cli.optional_value import with_value
from assistant.index import open_store
from tests.cli.test_commands import ROOT, footnote, refused

NEEDS_RAY = pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra [ray]")
NOWHERE = "postgresql://nobody@127.0.0.1:9/none"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["--ray"], ["--ray", "local"]),
        (["--ray", "docs"], ["--ray", "local", "docs"]),
        (["docs", "--ray", "--json"], ["docs", "--ray", "local", "--json"]),
        (["--ray", "auto", "docs"], ["--ray", "auto", "docs"]),
        (["--ray", "head:6379"], ["--ray", "head:6379"]),
        (["--ray", "[::1]:6379"], ["--ray", "[::1]:6379"]),
        (["--ray=head:6379", "docs"], ["--ray=head:6379", "docs"]),
        (["--", "--ray"], ["--", "--ray"]),
        (["docs"], ["docs"]),
    ],
)
def test_ray_alone_means_this_machine(given, meant):
    assert with_value(given) == meant


def test_an_index_in_a_folder_is_refused_in_one_line(tmp_path):
    (tmp_path / "a.txt").write_text("Words.")
    done = footnote("index", "a.txt", "--ray", cwd=tmp_path)
    refused(done, "one file with one writer", "--index postgresql://", "without --ray")
    assert not (tmp_path / "index").exists()


def test_ray_and_watch_are_not_for_the_same_run(tmp_path):
    refused(footnote("index", "--ray", "--watch", "--index", NOWHERE, cwd=tmp_path), "leave --ray out")


def test_without_ray_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    done = footnote("index", "--ray", "--index", NOWHERE, cwd=tmp_path)
    refused(done, "pip install 'footnote-assistant[ray,server]'")


@NEEDS_RAY
def test_a_cluster_that_does_not_answer_is_told_at_once(tmp_path, server_address):
    (tmp_path / "a.txt").write_text("Words.")
    done = footnote("index", "a.txt", "--ray", "127.0.0.1:9", "--index", server_address.whole, cwd=tmp_path)
    refused(done, "nobody answers at 127.0.0.1:9", "ray start --head")


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where Ray puts its logs; short, since its sockets lie there too."""
    folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
    monkeypatch.setenv("RAY_TMPDIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def commands(session: Path) -> set[tuple[str, ...]]:
    """What processes were started with, of those that know of a session."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = tuple(path.read_text(errors="replace").split("\0"))
            if any(str(session) in word for word in words):
                found.add(words)
    return found


@NEEDS_RAY
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to see processes")
def test_on_this_machine_ray_opens_no_page_and_tells_nobody(tmp_path, server_address, session):
    """One whole run as a user makes it, with a password in the address and one for encrypted files."""
    (tmp_path / "docs").mkdir()
    for number in range(12):
        (tmp_path / "docs" / f"d{number}.txt").write_text(f"Document {number} tells of apples.")
    (tmp_path / "docs" / "bad.pdf").write_bytes(b"no PDF")
    command = [sys.executable, "-m", "assistant", "index", "docs", "--ray", "--json", "--encoder", "hashing"]
    command += ["--index", server_address.whole, "--password", "word-of-a-file"]
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen: set[tuple[str, ...]] = set()
    while running.poll() is None:
        seen |= commands(session)
        time.sleep(0.1)
    out, err = running.communicate()
    assert running.returncode == 2, err  # for the one that cannot be read
    report = json.loads(out)
    assert (len(report["added"]), len(report["failed"])) == (12, 1)
    assert [line for line in err.splitlines() if "bad.pdf" not in line] == []
    store = open_store(server_address)
    assert len(store.document_hashes()) == 12
    store.close()

    written = {path: path.read_bytes() for path in session.rglob("*") if path.is_file()}
    logs = {
        path.name: text.decode(errors="replace") for path, text in written.items() if path.suffix in {".log", ".out"}
    }
    secret = urlsplit(server_address.dsn).password or ""
    assert secret
    assert [path for path, text in written.items() if secret.encode() in text or b"word-of-a-file" in text] == []
    assert "Usage reporting is disabled" in logs["dashboard.log"]
    (head,) = [each for each in seen if any(word.endswith("dashboard/dashboard.py") for word in each)]
    assert {"--disable-frontend", "--modules-to-load=UsageStatsHead"} <= set(head)  # it has no page, and only this
    assert secret not in str(seen)
    assert not list(session.rglob("usage_stats.json"))
