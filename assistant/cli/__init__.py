"""The ``footnote`` command. Bad input ends with one line on standard error and exit code 2, our faults with 1."""

from __future__ import annotations

from assistant.cli._start import STARTED
from assistant.cli.application import app, main

__all__ = ["STARTED", "app", "main"]
