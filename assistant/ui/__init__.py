"""The chat page: a question in, quotations with numbered footnotes out, the source beside them.

Gradio is imported with the first name that is used from here, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.ui.page import build_page
    from assistant.ui.serving import Served, ServeError, launch, start

__all__ = ["ServeError", "Served", "build_page", "launch", "start"]

_HOME = {"build_page": "page", "launch": "serving", "start": "serving", "Served": "serving", "ServeError": "serving"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"assistant.ui.{_HOME[name]}"), name)
    raise AttributeError(f"module 'assistant.ui' has no attribute {name!r}")
