"""``footnote backup``, ``restore`` and ``copy``: an index saved while it is used, put back, and moved."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Index, Json, Wait, index_option
from assistant.cli.output import counted, print_json, progress_bar, warn
from assistant.index.one_writer import DEFAULT_WAIT

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


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", parser=index_option, help="Index to copy: DIR or URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", parser=index_option, help="Where to: DIR or URL.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the index that is there.")] = False,
    wait: Wait = DEFAULT_WAIT,
    as_json: Json = False,
) -> None:
    """Copy an index between folders and servers, whole and without encoding anything again.

    Documents, passages, vectors, token vectors, feedback, the history of updates and saved conversations. The copy is
    an index only once it is complete; one that was stopped goes on when it is run again.
    """
    from assistant.index.copying import copy_index

    with progress_bar("Copying") as progress:
        done = copy_index(source, target, replace=replace, progress=progress, wait=wait, on_wait=warn)
    if as_json:
        print_json({"from": str(source), "to": str(target), **asdict(done)})
    else:
        held = f"{counted(done.documents, 'document')}, {counted(done.passages, 'passage')}"
        again = f", {done.there:,} were there already" if done.there else ""
        typer.echo(f"{held} of {source} in {target}{again}")


def _size(files: dict[str, int]) -> str:
    return f"{sum(files.values()) / 1e6:.1f} MB"
