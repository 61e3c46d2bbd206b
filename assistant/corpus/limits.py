"""How much one file may cost before it is given up: size, pages, nesting, expansion, text, time, memory."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields

from assistant.errors import InputError

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*", re.IGNORECASE)
_POWER = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What reading one file may cost. A file over a limit is reported and left out; the others are read.

    Attributes:
        file_bytes: largest file, and largest member of an archive.
        pages: most pages of a document.
        characters: longest text of a document, in code points.
        seconds: longest time for one document, of an archive for each of its members.
        memory_bytes: most memory that a worker process may take for one document.
        nesting: archives inside archives: 1 reads no archive that lies in another.
        members: most members of an archive or of a packed format (.docx …), the archives inside included.
        expanded_bytes: most bytes that an archive or a packed format may unpack to.
        workers: worker processes; as many as there are processors by default.

    Raises:
        InputError: if a limit is below 1.
    """

    file_bytes: int = 256 << 20
    pages: int = 20_000
    characters: int = 50_000_000
    seconds: float = 60.0
    memory_bytes: int = 2 << 30
    nesting: int = 3
    members: int = 20_000
    expanded_bytes: int = 1 << 30
    workers: int | None = None

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            least = 0.1 if each.name == "seconds" else 1
            if value is not None and not value >= least:
                raise InputError(f"the limit {each.name} is {value}, at least {least} is needed; raise it")

    def workers_for(self, files: int) -> int:
        """How many workers are worth having for so many files."""
        return max(1, min(self.workers or _processors(), files))


def parse_size(text: str) -> int:
    """Bytes of a size as people write it: ``500MB``, ``2G``, ``1.5 GiB``, ``4096``; a K is 1,024.

    Raises:
        InputError: if it is none.
    """
    match = _SIZE.fullmatch(text)
    if not match:
        raise InputError(f"{text!r} is no size; give a number of bytes or e.g. 500MB, 2GB")
    return int(float(match[1]) * (1 << _POWER[match[2].lower()]))


def shown_size(size: int) -> str:
    """Bytes as people read them: ``2 GiB``, ``256 MiB``, ``1.5 KiB``, ``17 bytes``."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << power:
            return f"{size / (1 << power):.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} bytes"


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
