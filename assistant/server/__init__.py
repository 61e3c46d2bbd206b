"""One server for people and programs: the chat page, the HTTP API and the MCP tools, behind one guard.

Gradio and FastAPI are imported with the first name that is used from here, not before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.server.address import ServeError
    from assistant.server.serving import Served, launch, start

__all__ = ["ServeError", "Served", "launch", "start"]

_HOME = {"launch": "serving", "start": "serving", "Served": "serving", "ServeError": "address"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"assistant.server.{_HOME[name]}"), name)
    raise AttributeError(f"module 'assistant.server' has no attribute {name!r}")
