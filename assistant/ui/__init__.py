"""The chat page: a question in, quotations with numbered footnotes out, the source beside them.

It is served by ``assistant.server``, whose ``start`` and ``launch`` are offered here too. Gradio is imported with the
first name that is used from here, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.server.address import ServeError
    from assistant.server.serving import Served, launch, start
    from assistant.ui.page import build_page

__all__ = ["ServeError", "Served", "build_page", "launch", "start"]

_HOME = {
    "build_page": "assistant.ui.page",
    "launch": "assistant.server.serving",
    "start": "assistant.server.serving",
    "Served": "assistant.server.serving",
    "ServeError": "assistant.server.address",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'assistant.ui' has no attribute {name!r}")
