"""A server on a small index of its own, with and without accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import FILES, PASSWORDS, Guarded

from assistant import Assistant
from assistant.confidence import AnswerModel
from assistant.encoders import HashingEncoder
from assistant.index import open_store
from assistant.server import Served, start
from assistant.server.accounts import add_token, add_user, strangers_hash
from assistant.server.passwords import Cost


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing; what real ones cost is tested by itself."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("assistant.server.passwords.COST", Cost(n=16, r=1, p=1))
        strangers_hash.cache_clear()
        yield
    strangers_hash.cache_clear()


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two documents, built with the hashing encoder."""
    place = tmp_path_factory.mktemp("served")
    for name, text in FILES.items():
        path = place / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    Assistant.from_documents(place / "corpus", place / "index", encoder="hashing").close()
    return place / "index"


@pytest.fixture(scope="session")
def assistant(index: Path, certain_model: AnswerModel) -> Iterator[Assistant]:
    opened = Assistant(open_store(index), HashingEncoder(), confidence=certain_model)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def served(assistant: Assistant) -> Iterator[Served]:
    """Open to everybody on this machine."""
    running = start(assistant, port=0)
    yield running
    running.close()


@pytest.fixture
def users_file(tmp_path: Path) -> Path:
    return made_users(tmp_path / "users.json")


def made_users(path: Path) -> Path:
    add_user(path, "anna", "editor", PASSWORDS["anna"])
    add_user(path, "ben", "reader", PASSWORDS["ben"])
    return path


@pytest.fixture(scope="session")
def guarded(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    users = made_users(tmp_path_factory.mktemp("users") / "users.json")
    tokens = {name: add_token(users, name) for name in PASSWORDS}
    running = start(assistant, port=0, auth=[str(users)])
    yield Guarded(running, users, tokens)
    running.close()


@pytest.fixture
def serve_with(assistant: Assistant) -> Iterator[Callable[..., Served]]:
    """A server with options of its own."""
    running: list[Served] = []

    def serve(**options: Any) -> Served:
        running.append(start(assistant, port=0, **options))
        return running[-1]

    yield serve
    for each in running:
        each.close()
