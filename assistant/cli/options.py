"""Options that several sub-commands share, so that they read and behave alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from assistant.corpus.limits import ReadLimits, parse_size, shown_size
from assistant.encoders import Precision as EncoderPrecision
from assistant.index.server.address import server_address


def index_option(text: str) -> str:
    """A folder as written, or the address of a server, which as text never shows a password."""
    return server_address(text) or str(Path(text))


Index: TypeAlias = Annotated[
    str,
    typer.Option(
        "--index",
        metavar="DIR|URL",
        parser=index_option,
        help="Folder of the index, or postgresql://USER@HOST/DATABASE (docs/scale.md).",
    ),
]
Encoder: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR",
        help="A sentence-transformers model: folder or hub name. By default the index's own, "
        "for a new index the packaged all-MiniLM-L6-v2.",
    ),
]
Precision: TypeAlias = Annotated[
    EncoderPrecision,
    typer.Option(
        "--precision",
        help="What the encoder computes in; auto is what the index was built in, for a new index fp32.",
    ),
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, for programs.")]
Password: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--password", metavar="WORD", help="Tried on encrypted files; may be given several times. Never stored."
    ),
]
Ocr: TypeAlias = Annotated[
    str,
    typer.Option(
        "--ocr",
        metavar="LANG",
        help="Recognise scanned pages of PDFs with tesseract in this language: eng, deu+eng. Needs the extra [ocr].",
    ),
]

MaxSize: TypeAlias = Annotated[
    str, typer.Option("--max-size", metavar="SIZE", help="Largest file, and largest member of an archive.")
]
Timeout: TypeAlias = Annotated[
    float,
    typer.Option("--timeout", metavar="SECONDS", min=0.1, help="Longest time that reading one document may take."),
]

Wait: TypeAlias = Annotated[
    float,
    typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for somebody else who changes the index."),
]
Watch: TypeAlias = Annotated[
    bool,
    typer.Option("--watch", help="Go on: look at the folders again and again, and follow their changes until Ctrl-C."),
]
Every: TypeAlias = Annotated[
    float, typer.Option("--every", metavar="SECONDS", min=0.05, help="How often --watch looks.")
]

Ray: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[local|auto|HOST:PORT]",
        help="Share the work out among the machines of a Ray cluster, for an index on a server: local (what is meant "
        "by --ray alone) starts one on this machine for the run, auto is the one this machine belongs to. Every "
        "machine needs the documents under the same path, as in a shared folder. Needs the extras [ray,server].",
    ),
]

DEFAULT_INDEX = "index"
DEFAULT_MAX_SIZE = shown_size(ReadLimits().file_bytes).replace(" ", "")
DEFAULT_TIMEOUT = ReadLimits().seconds


def read_limits(max_size: str, timeout: float) -> ReadLimits:
    """The limits that ``--max-size`` and ``--timeout`` ask for.

    Raises:
        InputError: if the size is none.
    """
    return ReadLimits(file_bytes=parse_size(max_size), seconds=timeout)
