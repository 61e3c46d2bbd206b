"""What every test has: no network, no hub, and a few ready-made values."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings

from assistant.confidence import AnswerModel, default_model
from assistant.index.server import lifecycle
from assistant.index.server.address import ServerAddress
from benchmarks import postgres

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every process they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is no law: a machine may be busy.
settings.register_profile("footnote", deadline=None)
settings.load_profile("footnote")

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.pop("FOOTNOTE_DEBUG", None)

# Ray reads this when it is imported, by whichever test comes first: the nodes of a test cluster are all at 127.0.0.1.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"


@pytest.fixture(scope="session", autouse=True)
def _exports_of_these_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Encoders are exported once for all tests, and nothing is looked for in the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[str]:
    """A database with pgvector: the one named in the environment, or one of a server of our own, once for all tests."""
    given = os.environ.get(postgres.DSN)
    if given:
        yield given
        return
    with postgres.running(**postgres.QUICK) as server:
        yield server.address()


@pytest.fixture
def server_address(postgres_address: str) -> Iterator[ServerAddress]:
    """The address of an index that is not there yet, in a schema of its own that is removed afterwards."""
    joint = "&" if "?" in postgres_address else "?"
    address = ServerAddress(f"{postgres_address}{joint}schema=test_{secrets.token_hex(6)}&retry=5")
    yield address
    lifecycle.remove(address)
    lifecycle.remove(lifecycle.beside(address))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections leave this machine in no test; loopback is the page's own address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple):
            host = str(address[0])
            if host not in {"localhost", "::1"} and not host.startswith("127."):
                raise AssertionError(f"a test opened a connection to {host}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    return


@pytest.fixture(scope="session")
def certain_model() -> AnswerModel:
    """The packaged model with thresholds of 0: what is tested with one-hot vectors is not how sure it is."""
    return replace(default_model(), answered=0.0, weak=0.0)


@pytest.fixture
def _always_answered(monkeypatch: pytest.MonkeyPatch, certain_model: AnswerModel) -> None:
    monkeypatch.setattr("assistant.engine.default_model", lambda: certain_model)


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Makes a folder with the given files."""

    def make(files: dict[str, str | bytes]) -> Path:
        folder = tmp_path / "documents"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return make
