"""``footnote users``: who may use a server, kept in a file of names, roles, password hashes and digests of tokens."""

from __future__ import annotations

import getpass
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from assistant.cli.options import Json
from assistant.cli.output import counted, print_json
from assistant.errors import InputError

users = typer.Typer(
    help="Look after the users file that footnote serve --auth FILE lets in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class RoleName(StrEnum):
    """What a user may do."""

    READER = "reader"
    EDITOR = "editor"


File: TypeAlias = Annotated[Path, typer.Argument(metavar="FILE", help="The users file.")]
User: TypeAlias = Annotated[str, typer.Argument(metavar="USER", help="The name they log in with.")]
RoleOption: TypeAlias = Annotated[
    RoleName, typer.Option("--role", help="Readers ask and read; editors also upload, remove and re-index.")
]


@users.command("add")
def add(file: File, user: User, role: RoleOption = RoleName.READER) -> None:
    """Add a user; the file is made if there is none. The password is asked for, or is the first line of the input."""
    from assistant.server.accounts import add_user

    add_user(file, user, role.value, _new_password(user))
    typer.echo(f"{user} may log in as {role.value}")


@users.command("password")
def password(file: File, user: User) -> None:
    """Give a user another password; their sessions end, their tokens stay."""
    from assistant.server.accounts import set_password

    set_password(file, user, _new_password(user))
    typer.echo(f"{user} has another password")


@users.command("role")
def role(
    file: File, user: User, role: Annotated[RoleName, typer.Argument(metavar="ROLE", help="reader or editor")]
) -> None:
    """Give a user another role, which counts from their next request on."""
    from assistant.server.accounts import set_role

    set_role(file, user, role.value)
    typer.echo(f"{user} is {role.value} now")


@users.command("remove")
def remove(file: File, user: User) -> None:
    """Remove a user, their sessions and tokens."""
    from assistant.server.accounts import remove_user

    remove_user(file, user)
    typer.echo(f"{user} is removed")


@users.command("list")
def show(file: File, as_json: Json = False) -> None:
    """List the users with their roles and how many tokens they have."""
    from assistant.server.accounts import read_users

    known = read_users(file).values()
    if as_json:
        print_json([{"name": each.name, "role": each.role, "tokens": len(each.tokens)} for each in known])
        return
    for each in known:
        typer.echo(f"{each.name:<24}{each.role:<10}{counted(len(each.tokens), 'token')}")


@users.command("token")
def token(
    file: File,
    user: User,
    revoke: Annotated[bool, typer.Option("--revoke", help="Forget all tokens of the user instead.")] = False,
) -> None:
    """Make a token for programs of a user. It is shown this once: only its SHA-256 is kept.

    Programs send it as the header: Authorization: Bearer TOKEN
    """
    from assistant.server.accounts import add_token, revoke_tokens

    if revoke:
        typer.echo(f"{counted(revoke_tokens(file, user), 'token')} of {user} forgotten")
        return
    typer.echo(add_token(file, user))


def _new_password(user: str) -> str:
    """A password typed twice without echo, or the first line of an input that is no terminal."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise InputError(f"no password for {user} came on standard input; type it there, or run this in a terminal")
        return line.rstrip("\r\n")
    typed = getpass.getpass(f"Password for {user}: ")
    if getpass.getpass("Again: ") != typed:
        raise InputError("the two passwords differ; run the same command again")
    return typed
