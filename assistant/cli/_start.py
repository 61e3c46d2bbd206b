"""When the command began: the first module of it that is imported."""

from __future__ import annotations

import time

STARTED = time.perf_counter()
"""The interpreter's own start, some 10 ms, is before it."""
