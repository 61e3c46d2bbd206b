"""How long ``footnote serve`` takes on a built index until its page is there: ``python -m benchmarks.serving``.

The server is started anew each time, as a person starts it. Three moments are measured from the start of the process:
when it takes connections, when the whole page has come over HTTP with every script and style it names, and when the
encoder is loaded, so that no question waits any more (``/healthz`` says ``ready``). One more run has Python write down
what the imports cost.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from assistant import Assistant
from benchmarks.provenance import provenance

CORPUS = Path("corpus")
OUT = Path("benchmarks/results/serving.json")
RUNS = 5
PATIENCE = 120.0
LIBRARIES = ("gradio", "fastapi", "mcp", "pandas", "uvicorn", "numpy", "assistant.server.serving")


def main() -> None:
    """Build an index of the sample corpus, start the server several times, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="how many starts (default: 5)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        Assistant.from_documents(CORPUS, index).close()
        started(index)  # fills the file cache, and is not counted
        timed = [started(index) for _ in range(runs)]
        imports = import_seconds()
    names = timed[0].keys()
    result = {
        "runs": runs,
        "load": [round(each, 2) for each in os.getloadavg()],
        "seconds": {
            name: {
                "median": round(statistics.median(run[name] for run in timed), 2),
                "best": round(min(run[name] for run in timed), 2),
            }
            for name in names
        },
        "import_seconds": imports,
        "provenance": provenance(sorted(path for path in CORPUS.iterdir() if path.is_file())),
    }
    OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


def started(index: Path) -> dict[str, float]:
    """Seconds from the start of the process to each of the moments."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "assistant", "serve", "--index", str(index), "--port", str(port)]
    url = f"http://127.0.0.1:{port}/"
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _until(lambda: _get(f"{url}healthz") is not None)
            listening = time.perf_counter() - began
            worked = _processor_seconds(server.pid)
            page = _get(url) or ""
            for part in set(re.findall(r'(?:src|href)="\./(assets/[^"]+|theme\.css[^"]*)"', page)):
                _get(url + part)
            shown = time.perf_counter() - began
            _until(lambda: json.loads(_get(f"{url}healthz") or "{}").get("ready"))
            ready = time.perf_counter() - began
        finally:
            server.kill()
    return {"listening_processor": worked, "listening": listening, "page": shown, "encoder": ready}


def _processor_seconds(pid: int) -> float:
    """Processor time a process has used: what a machine that does nothing else would have taken."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def import_seconds() -> dict[str, float]:
    """What importing each of some libraries costs, with all that it imports itself."""
    code = "import assistant.server.serving"
    done = subprocess.run([sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=True)
    rows = [line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2]
    spent = {row[2].strip(): int(row[1]) / 1e6 for row in rows if row[1].strip().isdigit()}
    return {name: round(spent[name], 2) for name in LIBRARIES if name in spent}


def _get(url: str) -> str | None:
    """What an address answers; None while nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.read().decode("utf-8", "replace")
    except (urllib.error.URLError, ConnectionError):
        return None


def _until(happened) -> None:
    patience = time.perf_counter() + PATIENCE
    while not happened():
        if time.perf_counter() > patience:
            raise SystemExit("the server did not come up")
        time.sleep(0.01)


if __name__ == "__main__":
    main()
