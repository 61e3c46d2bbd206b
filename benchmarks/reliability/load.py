"""32 readers and a writer on a server, then 10,000 questions of one process: ``python -m benchmarks.reliability.load``.

``footnote serve`` runs on an index that the packaged encoder built. Readers ask over HTTP, each as fast as it is
answered, about documents that stay; meanwhile a writer removes others and adds them again in other versions, through
the API, without a pause. An answer has failed if it is not 200, or if a quotation stands in no version of its document
that there was. Then one process is asked questions that all differ, and its memory is looked at after each tenth.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant
from benchmarks.provenance import provenance

CORPUS = Path("corpus")
OUT = Path("benchmarks/results/reliability_load.json")
READERS = 32
COUNT = 2_000
"""Questions of all readers together."""
ASKED = 10_000
"""Questions of one process."""
STATIONS = 40
MOVING = 6
"""Documents that the writer changes, adds and removes."""
PATIENCE = 120.0
MIB = 2**20
PLACES = ("harbour", "lighthouse", "observatory", "orchard", "quarry", "library", "mill", "chapel")


def station(number: int, version: int = 0) -> str:
    """A document of a few facts that no other one holds."""
    place = PLACES[number % len(PLACES)]
    return (
        f"Station {number}\n\nThe {place} of station {number} opened in {1800 + number + version}. "
        f"Its keeper in version {version} is number {number * 7 + version}.\n\n"
        f"Visitors reach station {number} by road {number + 3} in version {version}.\n"
    )


def question(number: int) -> str:
    """A question that differs from all others of other numbers."""
    place = PLACES[number % STATIONS % len(PLACES)]
    return f"When did the {place} of station {number % STATIONS} open, as visitor {number} asks?"


class Versions:
    """Every text that a document had at any time, known before it is sent."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, text: str) -> str:
        """Remember a text, and return it."""
        with self._lock:
            self._texts.setdefault(name, []).append(text)
        return text

    def hold(self, name: str, quote: str, start: int, end: int) -> bool:
        """Whether a version of a document has these words at this place."""
        with self._lock:
            return any(text[start:end] == quote for text in self._texts.get(name, ()))


class Client:
    """One connection to the server, opened again when it is lost."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def call(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, Any]:
        """Status and JSON of a reply."""
        try:
            self._connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
            reply = self._connection.getresponse()
            return reply.status, json.loads(reply.read())
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            raise


def read(port: int, numbers: list[int], versions: Versions, seconds: list[float], failed: list[str]) -> None:
    """Ask the questions of these numbers, one after another."""
    client = Client(port)
    for number in numbers:
        began = time.perf_counter()
        try:
            status, answer = client.call("POST", "/api/ask", json.dumps({"question": question(number)}).encode())
        except (OSError, http.client.HTTPException, ValueError) as error:
            failed.append(f"{number}: {type(error).__name__}: {error}")
            continue
        seconds.append(time.perf_counter() - began)
        if status != 200:
            failed.append(f"{number}: status {status}: {answer}")
            continue
        cited = [*answer["citations"], *answer["nearest"]]
        wrong = [c for c in cited if not versions.hold(c["document"], c["quote"], c["start"], c["end"])]
        if wrong or not cited:
            failed.append(f"{number}: {wrong[0] if wrong else 'no passage at all'}")


def write(port: int, versions: Versions, stop: threading.Event, done: dict[str, int], failed: list[str]) -> None:
    """Remove documents and add them again in other versions, through the API, until it is enough."""
    client, version = Client(port), 0
    while not stop.is_set():
        version += 1
        for moving in range(MOVING):
            if stop.is_set():
                return
            name = f"moving-{moving}.txt"
            try:
                if version > 1:
                    _, job = client.call("DELETE", f"/api/documents/{name}")
                    count(settled(client, job), done)
                body, kind = form(name, versions.add(name, station(900 + moving, version)))
                _, sent = client.call("POST", "/api/documents", body, kind)
                count(settled(client, sent["files"][0] if "files" in sent else sent), done)
            except (OSError, http.client.HTTPException, ValueError) as error:
                failed.append(f"{name}: {type(error).__name__}: {error}")


def count(what: str, done: dict[str, int]) -> None:
    """One more job that came to this."""
    done[what] = done.get(what, 0) + 1


def settled(client: Client, job: dict[str, Any]) -> str:
    """Wait for a job; its last state."""
    until = time.monotonic() + PATIENCE
    while "job" in job and time.monotonic() < until:
        _, state = client.call("GET", f"/api/documents/jobs/{job['job']}")
        if state["state"] in ("done", "failed"):
            return str(state["state"])
        time.sleep(0.02)
    return "refused"


def form(name: str, text: str) -> tuple[bytes, str]:
    """A file as browsers send one: body and content type."""
    head = f'--edge\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return f"{head}{text}\r\n--edge--\r\n".encode(), "multipart/form-data; boundary=edge"


@contextmanager
def server(index: Path, corpus: Path) -> Iterator[tuple[int, int]]:
    """A real server; its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = ["--index", str(index), "--corpus", str(corpus), "--port", str(port)]
    command = [sys.executable, "-m", "assistant", "serve", *place]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + PATIENCE
            while not _ready(port):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not come up")
                time.sleep(0.1)
            yield port, process.pid
        finally:
            process.kill()


def _ready(port: int) -> bool:
    try:
        return bool(Client(port).call("GET", "/healthz")[1]["ready"])
    except (OSError, http.client.HTTPException):
        return False


def resident(pid: int | str) -> float:
    """Memory of a process, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return round(pages * 4096 / MIB, 1)


def loaded(folder: Path, count: int, readers: int, encoder: str | None = None) -> dict[str, Any]:
    """Readers and a writer on one server: times, failures, and the server's memory."""
    corpus, index, versions = folder / "corpus", folder / "index", Versions()
    shutil.copytree(CORPUS, corpus, ignore=shutil.ignore_patterns("*.jsonl"))
    for path in corpus.iterdir():
        versions.add(path.name, path.read_text(encoding="utf-8"))
    for number in range(STATIONS):
        (corpus / f"station-{number}.txt").write_text(versions.add(f"station-{number}.txt", station(number)), "utf-8")
    Assistant.from_documents(corpus, index, encoder=encoder).close()
    seconds: list[float] = []
    failed: list[str] = []
    written: dict[str, int] = {}
    stop = threading.Event()
    with server(index, corpus) as (port, pid):
        read(port, list(range(50)), versions, [], failed)  # what is made once is made
        memory = [resident(pid)]
        writer = threading.Thread(target=write, args=(port, versions, stop, written, failed))
        writer.start()
        began = time.perf_counter()
        for half in (0, 1):  # memory is looked at in the middle, too
            numbers = range(half * count // 2, (half + 1) * count // 2)
            shares = [list(numbers[reader::readers]) for reader in range(readers)]
            run_together(lambda share: read(port, share, versions, seconds, failed), shares)
            memory.append(resident(pid))
        spent = time.perf_counter() - began
        stop.set()
        writer.join()
    p50, p99 = np.percentile(seconds, [50, 99]) * 1_000
    return {
        "readers": readers,
        "questions": len(seconds),
        "failed": len(failed),
        "failures": failed[:20],
        "updates": written,
        "seconds": round(spent, 1),
        "ms": {"p50": round(float(p50)), "p99": round(float(p99)), "max": round(max(seconds) * 1_000)},
        "server_mib": {"before": memory[0], "middle": memory[1], "after": memory[2]},
    }


def run_together(work: Callable[[list[int]], None], shares: list[list[int]]) -> None:
    """Each share in a thread of its own."""
    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


GROWTH = """
import sys
from pathlib import Path
from assistant import Assistant
from benchmarks.reliability.load import question, resident
index, count = sys.argv[1], int(sys.argv[2])
assistant = Assistant.open(index)
for number in range(1, count + 1):
    assistant.ask(question(number), ["Which station is the oldest?"] if number % 4 == 0 else (), k=5)
    if number % (count // 10) == 0:
        print(number, resident("self"), flush=True)
"""


def grown(index: Path, count: int) -> dict[str, float]:
    """Memory of one process, in MiB, after each tenth of its questions."""
    done = subprocess.run(
        [sys.executable, "-c", GROWTH, str(index), str(count)], capture_output=True, text=True, check=True
    )
    return {number: float(mib) for number, mib in (line.split() for line in done.stdout.splitlines())}


def main() -> None:
    """Load, ask, and write what was measured; exit with 1 if an answer failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="questions of all readers together (default: 2,000)")
    parser.add_argument("--asked", type=int, default=ASKED, help="questions of one process (default: 10,000)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        load = loaded(Path(folder), options.count, READERS)
        print(json.dumps(load, indent=1), flush=True)
        memory = grown(Path(folder) / "index", options.asked)
    result = {
        "load": load,
        "one_process": {"questions": options.asked, "mib_after": memory},
        "provenance": provenance(sorted(path for path in CORPUS.iterdir() if path.is_file())),
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["one_process"], indent=1))
    if load["failed"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
