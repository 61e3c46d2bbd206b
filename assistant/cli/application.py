"""The command's frame: its sub-commands, and how an error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import (
    asking,
    building,
    checking,
    inspecting,
    keeping,
    measuring,
    question_sets,
    serving,
    sweeping,
    users,
)
from assistant.cli.optional_value import RayCommand
from assistant.cli.stopping import ends_with_130
from assistant.errors import FootnoteError

app = typer.Typer(
    name="footnote",
    help="Answers questions from your documents with exact, checkable quotations. No generative model, no network.",
    epilog="Start with: footnote index corpus && footnote ask 'your question'",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("index", cls=RayCommand)(building.index)
app.command("inspect")(inspecting.inspect)
app.command("ask")(asking.ask)
app.command("chat")(asking.chat)
app.command("evaluate")(ends_with_130(measuring.evaluate))
app.command("sweep")(sweeping.sweep)
app.add_typer(question_sets.questions, name="questions")
app.command("serve")(serving.serve)
app.command("mcp")(serving.mcp)
app.add_typer(users.users, name="users")
app.command("status")(checking.status)
app.command("verify")(checking.verify)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("copy")(keeping.copy)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"footnote {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop."),
    ] = False,
) -> None:
    del version
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the command and leave the process with its exit code.

    Set ``FOOTNOTE_DEBUG=1`` to see the traceback of an unexpected error.
    """
    try:
        code = app(args=arguments, prog_name="footnote", standalone_mode=False)
    except typer.TyperException as error:
        command = getattr(getattr(error, "ctx", None), "command_path", "footnote")
        code = _failed(f"{error}; run: {command} --help", 2)
    except typer.Abort:
        code = _failed("stopped", 130)
    except FootnoteError as error:
        code = _failed(str(error), error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except OSError as error:
        code = _failed(
            f"{error.filename or 'a file'}: {error.strerror or error}; check the path and its permissions", 2
        )
    except KeyboardInterrupt:
        code = _failed("stopped; what was finished is kept", 130)
    except Exception as error:  # a fault of ours is one line too
        if os.environ.get("FOOTNOTE_DEBUG"):
            raise
        kind = type(error).__name__
        code = _failed(f"internal error: {kind}: {error}; set FOOTNOTE_DEBUG=1 and run again to see where", 1)
    sys.exit(code)


def _failed(message: str, code: int) -> int:
    line = " ".join(message.split())
    typer.echo(f"footnote: {line}", err=True)
    return code
