"""One question, one call: the index is opened, or built, on first use and kept for the next."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from assistant.asked import History, check_question
from assistant.datatypes import Answer
from assistant.engine import Assistant
from assistant.index import store_exists
from assistant.index.server.address import server_address


@lru_cache(maxsize=4)
def _shared(index: str, corpus: str) -> Assistant:
    if store_exists(index):
        return Assistant.open(index)
    return Assistant.from_documents(corpus, index)


def ask(
    question: str,
    history: History = (),
    k: int = 5,
    *,
    index: str | Path = "index",
    corpus: str | Path = "corpus",
) -> Answer:
    """Answer a question from ``index``, which is built from ``corpus`` on first use.

    The opened index is kept for the next call. Arguments and errors as in :meth:`Assistant.ask`.
    """
    check_question(question)
    address = server_address(index) or str(Path(index).resolve())
    return _shared(address, str(Path(corpus).resolve())).ask(question, history, k)
