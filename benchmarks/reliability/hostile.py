"""10,000 hostile questions, asked directly and over HTTP: ``python -m benchmarks.reliability.hostile``.

Each question is put to ``Assistant.ask``; what comes must be an answer whose quotations stand in their documents, or
one of our errors in one line. The first thousand are encoded by the packaged encoder, which takes most of the time and
sees at most 256 word pieces of each, the others by the hashing one. As many requests then go to a real ``footnote
serve`` over bare sockets: questions, values of wrong types, bodies that are no JSON, paths, parameters, headers, and
requests whose bytes were damaged. No status may be 500 or above, every refusal of the API is one line of JSON, and the
server still answers.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from assistant import Assistant
from assistant.errors import FootnoteError
from benchmarks.provenance import provenance
from benchmarks.reliability.hostile_questions import QUESTIONS, HostileRequest, hostile_questions, hostile_requests

CORPUS = Path("corpus")
OUT = Path("benchmarks/results/reliability_hostile.json")
COUNT = 10_000
ENCODED = 1_000
"""Questions that the packaged encoder encodes."""
SEED = 8
DAMAGED = 20
"""Every so many-th request has bytes of its own changed."""
PATIENCE = 60.0
TORN = 0.5
"""Seconds in which a damaged request is answered; one whose length is wrong now waits for its rest."""
LARGEST_REPLY = 1 << 20
FAULTS_KEPT = 50


def asked(assistant: Assistant, questions: Iterable[str]) -> dict[str, Any]:
    """What came of each question, by outcome; faults are what must not come."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    seconds = []
    texts = {id_: assistant.document(id_).text for id_ in assistant.documents()}
    before: list[str] = []
    for number, question in enumerate(questions):
        began = time.perf_counter()
        try:
            answer = assistant.ask(question, before if number % 3 == 0 else (), k=3)
        except FootnoteError as error:
            outcomes[type(error).__name__] += 1
            if not str(error).isprintable():
                faults.append(f"{question[:80]!a}: the error is not one printable line: {str(error)[:80]!a}")
        except Exception as error:  # noqa: BLE001  whatever else comes is what is looked for
            faults.append(f"{question[:80]!a}: {type(error).__name__}: {str(error)[:80]!a}")
        else:
            outcomes[answer.outcome] += 1
            before = [question]
            if any(texts[c.document][c.start : c.end] != c.quote for c in (*answer.citations, *answer.nearest)):
                faults.append(f"{question[:80]!a}: a quotation does not stand in its document")
        seconds.append(time.perf_counter() - began)
    return {
        "questions": len(seconds),
        "outcomes": dict(sorted(outcomes.items())),
        "faults": faults[:FAULTS_KEPT],
        "fault_count": len(faults),
        "ms": _milliseconds(seconds),
    }


@contextmanager
def server(index: Path) -> Iterator[int]:
    """A real server on an index, in a process of its own; gives its port, and ends it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "serve", "--index", str(index), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + PATIENCE
            while b'"ready": true' not in _quietly(port, HostileRequest("GET", "/healthz", None, {})):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not come up")
                time.sleep(0.1)
            yield port
        finally:
            process.kill()


def called(port: int, requests: Iterable[HostileRequest], seed: int = SEED) -> dict[str, Any]:
    """What a server on this machine said to each request, by status; faults are what must not come."""
    chance = random.Random(seed)
    statuses: Counter[str] = Counter()
    faults: list[str] = []
    seconds = []
    for number, request in enumerate(requests):
        damage = chance if number % DAMAGED == DAMAGED - 1 else None
        began = time.perf_counter()
        try:
            reply = exchanged(port, request, damage)
        except OSError as error:
            reply, fault = b"", f"no reply: {error}"
            statuses["none"] += 1
        else:
            status = _status(reply)
            statuses[status] += 1
            fault = _fault(request, status, reply, damage is not None)
        seconds.append(time.perf_counter() - began)
        if fault:
            faults.append(f"{request.method} {request.path[:80]!a} {(request.body or b'')[:80]!r}: {fault}")
    question = json.dumps({"question": QUESTIONS[0]}).encode()
    last = exchanged(port, HostileRequest("POST", "/api/ask", question, {"Content-Type": "application/json"}))
    if b'"outcome": "answered"' not in last:
        faults.append(f"afterwards a plain question is not answered: {last[:80]!r}")
    return {
        "requests": len(seconds),
        "statuses": dict(sorted(statuses.items())),
        "faults": faults[:FAULTS_KEPT],
        "fault_count": len(faults),
        "ms": _milliseconds(seconds),
    }


def exchanged(port: int, request: HostileRequest, damage: random.Random | None = None) -> bytes:
    """Send one request over a connection of its own and return the reply; of a stream of events only its head."""
    sent = _bytes_of(request, port)
    if damage is not None:
        changed = bytearray(sent)
        for _ in range(damage.randint(1, 6)):
            changed[damage.randrange(min(len(changed), 200))] = damage.randrange(256)
        sent = bytes(changed)
    with socket.create_connection(("127.0.0.1", port), PATIENCE if damage is None else TORN) as connection:
        received = b""
        try:
            connection.sendall(sent)
            while len(received) < LARGEST_REPLY and b"event-stream" not in received[:2_000]:
                more = connection.recv(65_536)
                if not more:
                    break
                received += more
        except (BrokenPipeError, ConnectionResetError):
            pass  # it had enough of us before everything was sent
        except TimeoutError:
            if damage is None:
                raise
        return received


def _bytes_of(request: HostileRequest, port: int) -> bytes:
    body = request.body or b""
    headers = {"Host": f"127.0.0.1:{port}", "Connection": "close", **request.headers}
    if request.body is not None:
        headers["Content-Length"] = str(len(body))
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def _status(reply: bytes) -> str:
    head = reply.split(b"\r\n", 1)[0].split(b" ")
    return head[1].decode("latin-1") if len(head) > 1 and head[0].startswith(b"HTTP/1.") else "closed"


def _fault(request: HostileRequest, status: str, reply: bytes, damaged: bool) -> str:
    """What is wrong with a reply; empty if nothing is."""
    if status == "closed":
        return "" if damaged else "closed without a reply"
    if not status.isdigit() or int(status) >= 500:
        return f"status {status}"
    ours = not damaged and request.method != "HEAD" and request.path.startswith("/api/")
    if ours and int(status) >= 400:
        try:
            value = json.loads(reply.split(b"\r\n\r\n", 1)[1])
        except ValueError:
            return f"the refusal is no JSON: {reply[-80:]!r}"
        if set(value) != {"error"} or not value["error"].isprintable():
            return f"the refusal is not one printable line: {value!a}"[:200]
    return ""


def _quietly(port: int, request: HostileRequest) -> bytes:
    try:
        return exchanged(port, request)
    except OSError:
        return b""


def _milliseconds(seconds: list[float]) -> dict[str, float]:
    p50, p99 = np.percentile(seconds, [50, 99]) * 1_000
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1), "max": round(max(seconds) * 1_000, 1)}


def main() -> None:
    """Ask, call, and write what came of it; exit with 1 if anything came that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help="questions, and requests (default: 10,000)")
    count = parser.parse_args().count
    result: dict[str, Any] = {"seed": SEED}
    questions = list(hostile_questions(count, SEED))
    encoded = min(ENCODED, count)
    with tempfile.TemporaryDirectory() as folder:
        for name, encoder, share in (
            ("packaged", None, questions[:encoded]),
            ("hashing", "hashing", questions[encoded:] or questions),
        ):
            assistant = Assistant.from_documents(CORPUS, Path(folder) / name, encoder=encoder)
            result[f"asked, {name} encoder"] = asked(assistant, share)
            assistant.close()
        with server(Path(folder) / "hashing") as port:
            result["called"] = called(port, hostile_requests(count, SEED))
    print(json.dumps(result, indent=1))
    result["provenance"] = provenance(sorted(path for path in CORPUS.iterdir() if path.is_file()))
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    if any(each["fault_count"] for each in result.values() if isinstance(each, dict) and "fault_count" in each):
        sys.exit(1)


if __name__ == "__main__":
    main()
