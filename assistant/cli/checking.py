"""``footnote status`` and ``footnote verify``: what the index holds, and whether citations still stand."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from assistant.cli.options import (
    DEFAULT_INDEX,
    DEFAULT_MAX_SIZE,
    DEFAULT_TIMEOUT,
    Index,
    Json,
    MaxSize,
    Ocr,
    Password,
    Timeout,
    read_limits,
)
from assistant.cli.output import counted, print_json, progress_bar
from assistant.errors import InputError

if TYPE_CHECKING:
    from assistant.index import Soundness

_UPDATES, _UPDATES_JSON = 5, 100
"""How many of the last updates are shown."""
_MEND = "give a file made by: footnote ask … --json"

SAID = {"sound": "sound", "behind": "sound; what was changed since is searched beside it"}
"""How a derived file is said to be that need not be made anew."""


def status(
    index: Index = DEFAULT_INDEX,
    check: Annotated[
        bool, typer.Option("--check", help="Read everything the index holds and say whether it is as it was written.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what is in the index, which documents changed or vanished since it was built, and its last updates.

    With --check the exit code is 1 if anything in the index is not as it was written.
    """
    from assistant.index import open_store
    from assistant.indexing.history import told
    from assistant.overview import file_sizes
    from assistant.verification import changed_sources

    soundness = _checked(index) if check else None
    if soundness and not soundness.sound:
        _refuse(soundness, index, as_json)
    with closing(open_store(index)) as store:
        info = store.info()
        stale = changed_sources(store)
        updates = store.updates(_UPDATES_JSON if as_json else _UPDATES)
    sizes = file_sizes(index)
    size = sum(sizes.values())
    if as_json:
        print_json(
            {
                "index": str(index),
                **asdict(info),
                "bytes": size,
                "files": sizes,
                "stale": stale,
                "updates": [asdict(update) for update in updates],
                **({"check": {"sound": True, **asdict(soundness)}} if soundness else {}),
            }
        )
        return
    typer.echo(f"index       {index} ({size / 1e6:.1f} MB, generation {info.generation})")
    typer.echo(f"documents   {info.documents}")
    typer.echo(f"passages    {info.passages} ({info.terms_per_passage:.0f} terms each)")
    typer.echo(f"encoder     {info.encoder} ({info.dimension} dimensions)")
    typer.echo(f"made by     {info.fingerprint}")
    for source, reason in stale.items():
        typer.echo(f"stale       {source}: {reason}")
    if stale:
        typer.echo("run: footnote index")
    for update in updates:
        typer.echo(f"updated     {update.at[:16]}: {told(update)}")
    if soundness:
        typer.echo(f"checked     {_read(soundness)}: sound")
        for name, state in soundness.derived.items():
            typer.echo(f"derived     {name}: {SAID.get(state, f'was {state}, and is made anew')}")


def _checked(index: str) -> Soundness:
    """Everything in the index read, with a bar on a terminal."""
    from assistant.index import check_store

    with progress_bar("Checking") as progress:
        return check_store(index, progress)


def _refuse(soundness: Soundness, index: str, as_json: bool) -> NoReturn:
    """Say what is not as it was written; nothing else that the index says of itself is worth showing."""
    if as_json:
        print_json({"index": str(index), "check": {"sound": False, **asdict(soundness)}})
    else:
        typer.echo(f"checked     {_read(soundness)}: DAMAGED")
        for finding in soundness.findings:
            typer.echo(f"DAMAGED     {finding}")
        typer.echo(f"run: footnote index corpus --index {index} --rebuild")
    raise typer.Exit(1)


def _read(soundness: Soundness) -> str:
    return (
        f"{counted(soundness.documents, 'document')}, {counted(soundness.passages, 'passage')}, "
        f"token vectors of {counted(soundness.token_vectors, 'part')}"
    )


def verify(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE…]",
            help="JSON of answers or citations, as printed by ask --json; - for standard input.",
        ),
    ] = None,
    index: Index = DEFAULT_INDEX,
    max_size: MaxSize = DEFAULT_MAX_SIZE,
    timeout: Timeout = DEFAULT_TIMEOUT,
    password: Password = None,
    ocr: Ocr = "",
    as_json: Json = False,
) -> None:
    """Read the source files again and check that citations stand where they say, word for word.

    Without FILE every document of the index is checked: digest, text, and the span of every passage. The exit
    code is 1 if anything does not stand.
    """
    from assistant.corpus import Readers, ReadOptions
    from assistant.index import base_folder
    from assistant.verification import Finding, verify_citation, verify_index

    findings: list[Finding]
    citations = [citation for name in files or [] for citation in _citations(name)]
    with Readers(read_limits(max_size, timeout), ReadOptions(tuple(password or ()), ocr)) as readers:
        if files:
            folder = base_folder(index)
            findings = [verify_citation(citation, folder, readers) for citation in citations]
        else:
            findings = verify_index(index, readers)
    failed = [finding for finding in findings if not finding.sound]
    if as_json:
        print_json({"checked": len(findings), "failed": len(failed), "findings": [asdict(f) for f in findings]})
    else:
        for finding in failed:
            typer.echo(f"FAILED  {finding.what}: {finding.reason}")
        noun = "citations" if files else "documents"
        typer.echo(f"{len(findings) - len(failed)} of {len(findings)} {noun} stand")
    if failed:
        raise typer.Exit(1)


def _citations(name: str) -> list[dict[str, Any]]:
    """The citations in a JSON file: one, several, or those of an answer."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        value = json.loads(text)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); {_MEND}") from error
    except ValueError as error:
        raise InputError(f"{name}: is not JSON ({error}); {_MEND}") from error
    if isinstance(value, dict) and "citations" in value:
        value = [*value["citations"], *value.get("nearest", [])]
    if isinstance(value, dict):
        value = [value]
    wanted = {"document", "source", "start", "end", "quote", "sha256"}
    if not isinstance(value, list) or any(not isinstance(c, dict) or wanted - c.keys() for c in value):
        raise InputError(f"{name}: holds no citations ({', '.join(sorted(wanted))} each); {_MEND}")
    return value
