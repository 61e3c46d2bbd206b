"""``footnote ask`` and ``footnote chat``: cited answers out."""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.cli.options import DEFAULT_INDEX, Encoder, Index, Json, Precision
from assistant.cli.output import counted, print_answer, print_json, warn
from assistant.cli.profiling import Stages, print_stages
from assistant.datatypes import Turn
from assistant.errors import QuestionError
from assistant.plain import answer_json

Count = Annotated[int, typer.Option("-k", min=1, max=100, help="How many of the nearest passages to give.")]


def ask(
    question: Annotated[str, typer.Argument(help="The question, in natural language.")],
    index: Index = DEFAULT_INDEX,
    encoder: Encoder = None,
    precision: Precision = "auto",
    k: Count = 5,
    history: Annotated[
        list[str] | None,
        typer.Option(metavar="QUESTION", help="An earlier question, oldest first; may be repeated."),
    ] = None,
    no_history: Annotated[bool, typer.Option("--no-history", help="Leave the earlier questions out.")] = False,
    as_json: Json = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say what each stage took: on standard error, or in the JSON.")
    ] = False,
) -> None:
    """Answer one question with quotations, each with a footnote to its place.

    The outcome is answered, weak or not_found; the exit code is 0 for each of them.
    """
    from assistant.asked import check_question
    from assistant.engine import Assistant
    from assistant.imports import large_imports

    check_question(question)
    stages = Stages()
    stages.ends("imports")
    with large_imports():  # a vocabulary of half a million terms is as little worth searching as a library
        assistant = Assistant.open(index, encoder=encoder, precision=precision)
        assistant.info()  # loads what is derived, which the search needs
    stages.ends("open")
    answer = assistant.ask(question, [] if no_history else history or [], k)
    stages.add(assistant.stage_seconds)
    if as_json:
        print_json(answer_json(answer) | ({"profile_ms": stages.milliseconds()} if profile else {}))
        return
    print_answer(answer)
    if profile:
        print_stages(stages)


def chat(index: Index = DEFAULT_INDEX, encoder: Encoder = None, k: Count = 5) -> None:
    """Ask in a terminal, with follow-ups. An empty line or Ctrl-D ends it, /new starts a new conversation."""
    from assistant.engine import Assistant

    assistant = Assistant.open(index, encoder=encoder)
    info = assistant.info()
    held = f"{counted(info.documents, 'document')}, {counted(info.passages, 'passage')}"
    typer.secho(f"{held}. Ask; an empty line ends.", dim=True)
    turns: list[Turn] = []
    while True:
        try:
            question = input("\n? ").strip()
        except EOFError:
            break
        if not question:
            break
        if question == "/new":
            turns = []
            typer.secho("New conversation.", dim=True)
            continue
        try:
            answer = assistant.ask(question, turns, k)
        except QuestionError as error:
            warn(str(error))
            continue
        print_answer(answer)
        turns.append(Turn(question, tuple(citation.quote for citation in answer.citations)))
