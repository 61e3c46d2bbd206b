"""What a handler may take from the browser: values that may be anything, and the name that the login vouches for."""

from __future__ import annotations

import gradio as gr


def event_value(event: gr.EventData, name: str) -> object:
    """Return one value that the browser sent with an event; None where it sent something else."""
    data = event._data  # the attribute access that Gradio offers instead raises on missing names
    return data.get(name) if isinstance(data, dict) else None


def owner_of(request: gr.Request) -> str:
    """Return whose conversations a request may reach: those of who is logged in, or of this computer without login."""
    username = getattr(request, "username", None)
    return f"user:{username}" if username else "local"
