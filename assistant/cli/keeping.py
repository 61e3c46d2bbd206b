"""``footnote backup`` and ``footnote restore``: a copy of the index while it is used, and the index back from it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Index, Json
from assistant.cli.output import counted, print_json

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that is made for the copy.")],
    index: Index = DEFAULT_INDEX,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Copy the index as it is at this instant, while it is read and written.

    Feedback, the history of updates and saved conversations are in the copy. It is checked before it gets its name.
    """
    from assistant.index import folder_of
    from assistant.index.backup import backup_index

    made = backup_index(folder_of(index, "footnote backup"), folder, force=force)
    if as_json:
        print_json({"index": str(index), "backup": str(folder), **asdict(made)})
    else:
        typer.echo(f"{counted(made.documents, 'document')} of {index} in {folder} ({_size(made.files)})")


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder that footnote backup made.")],
    index: Index = DEFAULT_INDEX,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Put the index of a backup in place; it is copied and checked before it replaces anything.

    A server that has the index open answers from the restored one with its next question.
    """
    from assistant.index import folder_of
    from assistant.index.backup import restore_index

    known = restore_index(folder, folder_of(index, "footnote restore"), force=force)
    if as_json:
        print_json({"index": str(index), "backup": str(folder), **asdict(known)})
    else:
        typer.echo(f"{counted(known.documents, 'document')} of {known.made} in {index} ({_size(known.files)})")


def _size(files: dict[str, int]) -> str:
    return f"{sum(files.values()) / 1e6:.1f} MB"
