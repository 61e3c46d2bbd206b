"""Options that several sub-commands share, so that they read and behave alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Index: TypeAlias = Annotated[Path, typer.Option("--index", metavar="DIR", help="Folder of the index.")]
Encoder: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|DIR",
        help="A sentence-transformers model: folder or hub name. By default the index's own, "
        "for a new index the packaged all-MiniLM-L6-v2.",
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

DEFAULT_INDEX = Path("index")
