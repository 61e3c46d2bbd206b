"""Nothing leaves the machine: every command where each connection is told of; and what does leave would be seen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

connections = pytest.importorskip(
    "benchmarks.reliability.connections", reason="the benchmarks lie beside the tests in the repository"
)

ALL = """
import contextlib, io, json, sys, threading, urllib.request
from assistant.cli import main
from assistant import Assistant

corpus, index = sys.argv[1:]
def footnote(*arguments):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*arguments, "--index", index])
    return said.getvalue()

footnote("index", corpus)
answered = json.loads(footnote("ask", "When did Kazakhstan join the Partnership for Peace?", "--json"))
measured = json.loads(footnote("evaluate", corpus + "/questions.jsonl", "--json"))
from assistant.server import start
served = start(Assistant.open(index), port=0)
body = json.dumps({"question": "What is KAZCENT?"}).encode()
asked = urllib.request.Request(served.url + "api/ask", body, {"Content-Type": "application/json"})
over_http = json.loads(urllib.request.urlopen(asked).read())
page = urllib.request.urlopen(served.url).read()
served.close()
recall = measured["metrics"]["recall@5"]["value"]
print(json.dumps([answered["outcome"], recall > 0, over_http["outcome"], len(page) > 1000]))
"""

LEAKS = """
import socket
for leak in (
    lambda: socket.create_connection(("192.0.2.1", 80), 0.1),
    lambda: socket.getaddrinfo("models.example", 443),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    lambda: socket.create_connection(("127.0.0.1", 9), 0.1),
):
    try:
        leak()
    except OSError:
        pass
"""


@pytest.mark.model
def test_index_ask_evaluate_and_serve_open_no_connection(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    shutil.copy("corpus/nato-kazakhstan.txt", corpus)
    questions = Path("corpus/questions.jsonl").read_text(encoding="utf-8").splitlines()
    (corpus / "questions.jsonl").write_text("\n".join(questions[:5]), encoding="utf-8")
    watched = connections.Watched(tmp_path)
    said = watched.run("-c", ALL, str(corpus), str(tmp_path / "index"))
    assert json.loads(said.splitlines()[-1]) == ["answered", True, "answered", True]
    processes, out = watched.told()
    assert out == []
    assert processes >= 2  # the command, and the workers that read the files


def test_what_leaves_the_machine_is_seen_and_refused(tmp_path: Path) -> None:
    watched = connections.Watched(tmp_path)
    watched.run("-c", LEAKS)
    assert watched.told() == (
        1,
        [
            "out socket.getaddrinfo 192.0.2.1",
            "out socket.getaddrinfo models.example",
            "out socket.sendto 192.0.2.1",
        ],
    )


@pytest.mark.parametrize(
    ("call", "counted"),
    [
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.1")}, 16) = 0', True),
        ('7 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2001:db8::1", &x)}, 28)', True),
        ('7 sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16)', True),
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("127.0.0.1")}, 16) = 0', False),
        ('7 connect(3, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "::1", &x)}, 28) = 0', False),
        ('7 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = -1', False),
        ("7 connect(3, {sa_family=AF_UNSPEC}, 16) = 0", False),
    ],
)
def test_system_calls_that_leave_the_machine_are_told_from_others(call: str, counted: bool) -> None:
    assert connections.leaves(call) is counted
