"""Connections that leave the machine while Footnote works: ``python -m benchmarks.reliability.connections``.

``index``, ``ask``, ``evaluate`` and ``serve`` run as people run them, on a copy of the sample corpus. In each of their
Python processes, the workers that read files included, an audit hook is told of every connection, datagram and look-up
of a name; what is meant for another machine is counted and refused. Where there is ``strace`` the system calls of all
threads are counted too, so that compiled libraries are seen as well; where there may be one, all of it happens in a
network namespace that leads nowhere.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.provenance import provenance

CORPUS = Path("corpus")
OUT = Path("benchmarks/results/reliability_connections.json")
PATIENCE = 240.0
QUESTION = "When did Kazakhstan join the Partnership for Peace?"

HOOK = '''"""Tells a file of everything that would leave this machine, and refuses it."""

import ipaddress
import os
import sys

LOG = os.environ["CONNECTIONS_LOG"]


def local(host):
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback or name in ("0.0.0.0", "::")
    except ValueError:
        return False


def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if not isinstance(address, tuple) or local(address[0]):
            return
        what = str(address[0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        if local(arguments[0]):
            return
        what = str(arguments[0])
    else:
        return
    told = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(told, f"out {event} {what}\\n".encode())
    os.close(told)
    raise OSError(f"refused: {event} {what}")


told = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
os.write(told, b"process\\n")
os.close(told)
sys.addaudithook(watch)
'''
"""Becomes ``sitecustomize.py``, which each Python process runs before anything else."""

_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x49

_CALL = re.compile(r"(?:connect|sendto|sendmsg)\(.*sa_family=AF_INET6?,")
_LOCAL = re.compile(r'inet_addr\("(?:127\.[\d.]+|0\.0\.0\.0)"\)|inet_pton\(AF_INET6, "(?:::1|::|::ffff:127\.[\d.]+)"')


@dataclass
class Watched:
    """A folder to work in, and how commands are run so that nothing they send goes unseen.

    Attributes:
        folder: takes the hook and what is told.
        strace: whether the system calls are looked at too.
    """

    folder: Path
    strace: bool = False
    _environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        guard = self.folder / "guard"
        guard.mkdir()
        (guard / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HF_")},
            "PYTHONPATH": os.pathsep.join([str(guard), str(Path.cwd())]),
            "CONNECTIONS_LOG": str(self.folder / "told"),
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python with these arguments."""
        command = [sys.executable, *arguments]
        if self.strace:
            trace = ["strace", "-f", "-qq", "-A", "-e", "trace=connect,sendto,sendmsg", "-o", f"{self.folder}/calls"]
            command = [*trace, *command]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self._environment
        )

    def run(self, *arguments: str) -> str:
        """Run Python to its end and return what it prints; an exit code other than 0 ends the benchmark."""
        with self.start(*arguments) as process:
            said = process.communicate(timeout=PATIENCE)[0]
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(arguments)} failed: {said[-2000:]}")
        return said

    def told(self) -> tuple[int, list[str]]:
        """How many Python processes there were, and what would have left the machine."""
        lines = (self.folder / "told").read_text(encoding="utf-8").splitlines()
        out = [line for line in lines if line != "process"]
        calls = self.folder / "calls"
        if calls.exists():
            out += [line for line in calls.read_text(errors="replace").splitlines() if leaves(line)]
        return lines.count("process"), out


def leaves(call: str) -> bool:
    """Whether a line of strace is a connection or datagram to another machine."""
    return bool(_CALL.search(call)) and not _LOCAL.search(call)


def served(watched: Watched, index: Path, corpus: Path) -> dict[str, Any]:
    """Start the server, ask it over HTTP and by the page's own endpoint, and stop it; returns the API's answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ("-m", "assistant", "serve", "--index", str(index), "--corpus", str(corpus), "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    with watched.start(*command) as server:
        try:
            until = time.monotonic() + PATIENCE
            while not _ready(url):
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not come up")
                time.sleep(0.1)
            _fetched(f"{url}/")
            answer: dict[str, Any] = json.loads(_fetched(f"{url}/api/ask", {"question": QUESTION}))
            call = json.loads(_fetched(f"{url}/gradio_api/call/ask", {"data": [QUESTION, [], 3]}))
            page = _fetched(f"{url}/gradio_api/call/ask/{call['event_id']}").decode()
            if "event: complete" not in page:
                raise SystemExit(f"the page did not answer: {page[:500]}")
            return answer
        finally:
            stop(server)


def stop(process: subprocess.Popen[str]) -> None:
    """End a command as Ctrl-C does: it, not the strace around it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    traced = [int(each) for each in children.read_text().split()] if process.args[0] == "strace" else [process.pid]  # type: ignore[index]
    for pid in traced:
        os.kill(pid, signal.SIGINT)
    process.communicate(timeout=PATIENCE)


def _ready(url: str) -> bool:
    try:
        return bool(json.loads(_fetched(f"{url}/healthz"))["ready"])
    except (urllib.error.URLError, ConnectionError):
        return False


def _fetched(url: str, body: Any = None) -> bytes:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(url, data, {"Content-Type": "application/json"}), timeout=PATIENCE
    ) as reply:
        content: bytes = reply.read()
    return content


def worked(folder: Path, strace: bool) -> dict[str, Any]:
    """Index, ask, evaluate and serve, each as its own command; what each of them sent out."""
    corpus, index = folder / "corpus", folder / "index"
    shutil.copytree(CORPUS, corpus)
    place = ("--index", str(index))
    found: dict[str, Any] = {}

    def watched(name: str) -> Watched:
        (folder / name).mkdir()
        return Watched(folder / name, strace)

    for name, arguments in {
        "index": ("index", str(corpus), *place),
        "ask": ("ask", QUESTION, "--json", *place),
        "evaluate": ("evaluate", str(corpus / "questions.jsonl"), *place),
    }.items():
        watch = watched(name)
        watch.run("-m", "assistant", *arguments)
        found[name] = watch.told()
    watch = watched("serve")
    if served(watch, index, corpus)["outcome"] != "answered":
        raise SystemExit("the server did not answer the question")
    found["serve"] = watch.told()
    return {name: {"processes": processes, "outgoing": out} for name, (processes, out) in found.items()}


def own_network() -> bool:
    """Move this process into a network namespace where only the loopback device is up; False where it may not."""
    if os.environ.get("CONNECTIONS_INSIDE") == "1":
        import fcntl

        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _UP_AND_RUNNING))
        return True
    if not shutil.which("unshare") or subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        return False
    os.environ["CONNECTIONS_INSIDE"] = "1"
    os.execvp("unshare", ["unshare", "-n", sys.executable, "-m", "benchmarks.reliability.connections", *sys.argv[1:]])
    return False  # never: the process is another program now


def main() -> None:
    """Work, count, and write what left the machine; exit with 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1, help="how often everything is done (default: 1)")
    count = parser.parse_args().count
    inside = own_network()
    strace = shutil.which("strace") is not None
    rounds = []
    for _ in range(count):
        with tempfile.TemporaryDirectory() as folder:
            rounds.append(worked(Path(folder), strace))
    result = {
        "network_namespace": inside,
        "system_calls": strace,
        "commands": {
            name: {
                "processes": sum(each[name]["processes"] for each in rounds),
                "outgoing": [line for each in rounds for line in each[name]["outgoing"]],
            }
            for name in rounds[0]
        },
        "provenance": provenance(sorted(path for path in CORPUS.iterdir() if path.is_file())),
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))
    if any(each["outgoing"] for each in result["commands"].values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
