"""The users file: names, roles, password hashes and digests of tokens. No password and no token is ever in it.

A JSON file, written whole and put in place at once, readable by its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import InputError
from assistant.server.passwords import check_new, hashed, is_hash, matches
from assistant.ui.roles import ROLES, Account, Role

FORMAT = 1
TOKEN_MARK = "fnt_"  # noqa: S105  not a secret: how our tokens begin, so that a leaked one is recognised
_NAME = re.compile(r"[^\W_][\w.@+-]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class AccountsError(InputError):
    """A users file that cannot be used, or a change to it that cannot be made."""


@dataclass(frozen=True, slots=True)
class User:
    """One entry of a users file.

    Attributes:
        name: as they log in.
        role: what they may do.
        password: scrypt hash, see ``passwords``.
        tokens: SHA-256 of each of their tokens.
    """

    name: str
    role: Role
    password: str
    tokens: tuple[str, ...] = ()

    @property
    def account(self) -> Account:
        """What the rest of the server needs to know."""
        return Account(self.name, self.role)


class Accounts(Protocol):
    """Who may use the server; asked anew with every request, so that changes count at once."""

    def users(self) -> Mapping[str, User]:
        """All of them, by name.

        Raises:
            AccountsError: they cannot be told now; nobody is let in then.
        """


@dataclass(frozen=True, slots=True)
class GivenAccounts:
    """Users known from the command line."""

    known: Mapping[str, User]

    def users(self) -> Mapping[str, User]:
        """All of them, by name."""
        return self.known


class FileAccounts:
    """Users kept in a file, read again whenever it has changed.

    Raises:
        AccountsError: the file cannot be read, or names nobody.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._users: Mapping[str, User] = {}
        if not self.users():
            raise AccountsError(f"{path} names no users; run: footnote users add {path} anna --role editor")

    def users(self) -> Mapping[str, User]:
        """All of them, by name."""
        try:
            status = self._path.stat()
        except OSError as error:
            raise _unreadable(self._path, error) from error
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if stamp != self._stamp:
            self._users = read_users(self._path)
            self._stamp = stamp
        return self._users


@lru_cache(maxsize=1)
def strangers_hash() -> str:
    """What the password of an unknown name is compared with: refusing it takes as long as refusing a known one."""
    return hashed(secrets.token_urlsafe(16))


def authenticate(users: Mapping[str, User], name: str, password: str) -> User | None:
    """The user of a name and password; None for an unknown name, after the same work, and for a wrong password."""
    user = users.get(name)
    right = matches(password, user.password if user else strangers_hash())
    return user if user and right else None


def token_owner(users: Mapping[str, User], token: str) -> User | None:
    """The user a token was made for."""
    digest = token_digest(token)
    return next((user for user in users.values() if digest in user.tokens), None)


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def read_users(path: Path) -> dict[str, User]:
    """The users in a file, by name, sorted.

    Raises:
        AccountsError: the file is missing or holds something else.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != FORMAT:
            raise ValueError(f"format {value['format']}, expected {FORMAT}")
        users = [_user(name, entry) for name, entry in value["users"].items()]
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise AccountsError(
            f"{path} is no users file ({' '.join(str(error).split())[:100]}); make one: footnote users add FILE USER"
        ) from error
    return {user.name: user for user in sorted(users, key=lambda user: user.name)}


def add_user(path: Path, name: str, role: Role, password: str) -> None:
    """Add a user to a file, which is made if there is none.

    Raises:
        AccountsError: the name cannot be one, or is taken.
    """
    users = read_users(path) if path.exists() else {}
    if not _NAME.fullmatch(name):
        raise AccountsError(
            f"{name!r} cannot be a user's name; use up to 64 letters, digits and . @ + - _, a letter or digit first"
        )
    if name in users:
        raise AccountsError(f"{path} has a user {name} already; run: footnote users password {path} {name}")
    _write(path, {**users, name: User(name, role, hashed(check_new(password)))})


def remove_user(path: Path, name: str) -> None:
    """Remove a user, their tokens with them. Raises AccountsError if there is none of that name."""
    users = read_users(path)
    _known(users, path, name)
    _write(path, {each: user for each, user in users.items() if each != name})


def set_password(path: Path, name: str, password: str) -> None:
    """Give a user another password; who is logged in as them has to log in again."""
    kept = hashed(check_new(password))
    _change(path, name, lambda user: replace(user, password=kept))


def set_role(path: Path, name: str, role: Role) -> None:
    """Give a user another role, from their next request on."""
    _change(path, name, lambda user: replace(user, role=role))


def add_token(path: Path, name: str) -> str:
    """Make a token for a user and return it; only its SHA-256 is kept."""
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    _change(path, name, lambda user: replace(user, tokens=(*user.tokens, token_digest(token))))
    return token


def revoke_tokens(path: Path, name: str) -> int:
    """Forget all tokens of a user; returns how many there were."""
    count = len(_known(read_users(path), path, name).tokens)
    _change(path, name, lambda user: replace(user, tokens=()))
    return count


def _change(path: Path, name: str, change: Callable[[User], User]) -> None:
    users = read_users(path)
    _write(path, {**users, name: change(_known(users, path, name))})


def _known(users: Mapping[str, User], path: Path, name: str) -> User:
    if name not in users:
        raise AccountsError(f"{path} has no user {name!r}; run: footnote users list {path}")
    return users[name]


def _user(name: str, entry: Mapping[str, Any]) -> User:
    role, password, tokens = entry["role"], entry["password"], entry.get("tokens", [])
    if role not in ROLES:
        raise ValueError(f"user {name!r} has the role {role!r}, known are {', '.join(ROLES)}")
    if not isinstance(password, str) or not is_hash(password):
        raise ValueError(f"user {name!r} has no password hash")
    if not isinstance(tokens, list) or not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in tokens):
        raise ValueError(f"user {name!r} has tokens that are no digests")
    return User(name, role, password, tuple(tokens))


def _write(path: Path, users: Mapping[str, User]) -> None:
    """Put the users in place of the file at once: whoever reads sees all of the old or all of the new."""
    entries = {
        user.name: {"role": user.role, "password": user.password, "tokens": list(user.tokens)}
        for user in users.values()
    }
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"format": FORMAT, "users": entries}, file, indent=1, ensure_ascii=False)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:  # an interruption too leaves no half of it
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AccountsError(f"{path} cannot be written ({error.strerror}); check the folder's permissions") from error


def _unreadable(path: Path, error: OSError) -> AccountsError:
    return AccountsError(f"{path} cannot be read ({error.strerror}); make one with: footnote users add {path} USER")
