"""``footnote questions``: look after a question set, apart from asking it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Json, index_option
from assistant.cli.output import counted, print_json, warn
from assistant.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.datatypes import Document
    from assistant.evaluation import QuestionSet

questions = typer.Typer(
    help="Check a question set against the documents, rewrite it in our format, or grow one from use.",
    epilog="After documents changed: footnote index && footnote questions check SET",
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Set = Annotated[
    Path,
    typer.Argument(
        metavar="SET",
        help="JSONL (ours, or MTRAG conversations), CSV, XLSX, SQuAD JSON, a BEIR or TREC folder, or the pair "
        "TOPICS,QRELS.",
    ),
]
_SHOWN = 100
"""Characters of a quotation that a terminal shows."""


@questions.callback()
def _overview(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@questions.command("check")
def check(
    question_set: Set,
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="DIR|URL",
            parser=index_option,
            help="Index to look in (default: index; for a set that brings its documents: those).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the gold that no longer occurs after documents changed, with question, document, quotation and reason.

    A quotation that is gone can be found by nobody, so footnote evaluate leaves it out and measures fewer questions
    than before. Run this after footnote index, correct the quotations it lists, and only then compare two evaluations.
    White space, quotation marks and dashes may differ. Nothing is asked, and no model is loaded.

    The exit code is 1 if anything is missing, 2 if the set itself is wrong.

    Example: footnote questions check corpus/questions.jsonl
    """
    from assistant.evaluation import load_question_set, missing_gold

    loaded = load_question_set(question_set)
    with_gold = sum(question.judged for question in loaded.questions)
    missing = missing_gold(loaded.questions, _documents(loaded, index))
    concerned = len({item.id for item in missing})
    if as_json:
        print_json(
            {
                "set": loaded.name,
                "questions": len(loaded.questions),
                "with_gold": with_gold,
                "questions_with_missing": concerned,
                "missing": [asdict(item) for item in missing],
            }
        )
    else:
        for item in missing:
            quote = " ".join(item.quote.split())
            shown = f" “{quote if len(quote) <= _SHOWN else quote[:_SHOWN] + '…'}”" if quote else ""
            typer.echo(f"MISSING  question {item.id}, {item.document}:{shown} ({item.reason})")
        typer.echo(f"{with_gold - concerned} of {counted(with_gold, 'question')} with gold find all of it")
    if missing:
        raise typer.Exit(1)


@questions.command("convert")
def convert(
    question_set: Set,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="Where to write; must not be there yet.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Rewrite any readable set in our JSONL: one question a line, easy to edit, to review and to keep in git.

    Nothing is lost of the questions: ids, earlier questions, quotations with their offsets, judged documents and
    unanswerable ones are the same when the file is read again. Documents that a set brings (SQuAD, BEIR) are not
    part of it: its gold names them by id, so index them under these ids before asking.

    Example: footnote questions convert questions.xlsx --out corpus/questions.jsonl
    """
    from assistant.evaluation import load_question_set, write_jsonl

    _check_out(out, force)
    loaded = load_question_set(question_set)
    write_jsonl(out, loaded.questions)
    typer.echo(f"{counted(len(loaded.questions), 'question')} in {out}")
    if loaded.documents is not None:
        held = counted(len(loaded.documents), "document")
        warn(f"the set brings {held}; {out} names its documents by id and does not hold them")


@questions.command("export")
def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="Where to write; must not be there yet.")],
    index: Annotated[
        str,
        typer.Option("--index", metavar="DIR|URL", parser=index_option, help="Index whose readers gave feedback."),
    ] = DEFAULT_INDEX,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Make a question set of what readers said on the page: "Answers it", "Does not", "not in the documents".

    Quotations called right are gold, questions whose answer is not in the documents are unanswerable, and the later
    word counts. Questions of which only wrong quotations are known are left out. No model is loaded.

    Example: footnote questions export --out corpus/from-use.jsonl && footnote evaluate corpus/from-use.jsonl
    """
    from assistant.evaluation import questions_from, write_jsonl
    from assistant.index import open_store

    _check_out(out, force)
    store = open_store(index)
    said = store.feedback()
    store.close()
    found = questions_from(said)
    if not found:
        raise InputError(
            f"{index}: holds {counted(len(said), 'judgement')} and no question with a known answer; "
            "judge answers on the page first: footnote serve"
        )
    write_jsonl(out, found)
    typer.echo(f"{counted(len(found), 'question')} in {out}, from {counted(len(said), 'judgement')}")


def _check_out(out: Path, force: bool) -> None:
    if out.suffix.lower() not in (".jsonl", ".ndjson"):
        raise InputError(f"{out}: has suffix {out.suffix!r}, by which a set is told; use: --out FILE.jsonl")
    if out.exists() and not force:
        raise InputError(f"{out}: is there already; give another name, or --force to write over it")


def _documents(loaded: QuestionSet, index: str | None) -> Callable[[str], Document | None]:
    """Where documents are looked up: the set's own, or those of an index, without loading an encoder."""
    if loaded.documents is not None and index is None:
        own = {document.id: document for document in loaded.documents}
        return own.get
    from assistant.index import open_store

    return open_store(index or DEFAULT_INDEX).document
