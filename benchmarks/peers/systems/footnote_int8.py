"""Footnote with an index and questions in int8."""

from __future__ import annotations

from benchmarks.peers.protocol import serve
from benchmarks.peers.systems.footnote import Footnote


class FootnoteInt8(Footnote):
    """The same with eight-bit weights."""

    precision = "int8"


if __name__ == "__main__":
    serve(FootnoteInt8())
