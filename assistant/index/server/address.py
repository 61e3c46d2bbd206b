"""The address of an index on a server: what connects to it, what may be shown of it, and the options in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast, get_args
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from assistant.corpus.limits import parse_size
from assistant.errors import InputError

Search: TypeAlias = Literal["auto", "exact", "approximate"]

DEFAULT_SCHEMA = "footnote"
HIDDEN = "***"
_PREFIXES = ("postgresql://", "postgres://")
_SECRET = ("password", "sslpassword")
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,50}")
"""Schemas that need no quoting, with room for the suffix of one that is being rebuilt."""


class AddressError(InputError):
    """An address of a server that cannot be understood."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What an address says beside the server: our own parameters, which the server never sees.

    Attributes:
        schema: that holds the index; several indexes share a database by schemas of their own.
        search: ``exact`` compares the question with every vector, ``approximate`` asks the HNSW index, and ``auto``
            is exact up to ``assistant.index.server.searching.EXACT_UP_TO`` passages.
        ef_search: how many neighbours HNSW keeps in view, 1 to 1000: more finds more, and takes longer.
        timeout: seconds that one statement may take.
        retry: seconds for which what failed for a passing reason is tried again.
        connections: most connections of one process.
        token_budget: bytes of token vectors that a new index keeps, as ``200GB``; others are computed when they are
            asked for.
        folder: the folder whose parent sources are relative to, in place of the one the index was made with.
    """

    schema: str = DEFAULT_SCHEMA
    search: Search = "auto"
    ef_search: int = 200
    timeout: float = 60.0
    retry: float = 30.0
    connections: int = 16
    folder: Path | None = None
    token_budget: int | None = None


class ServerAddress(str):
    """An address of a server's index. As text it never shows a password; only ``dsn`` has it.

    Attributes:
        dsn: what the driver connects with, secrets included.
        options: the parameters that are ours.
    """

    __slots__ = ("dsn", "options")
    dsn: str
    options: ServerOptions

    def __new__(cls, text: str) -> ServerAddress:
        """From ``postgresql://…``.

        Raises:
            AddressError: if a parameter is none, or has no such value.
        """
        if isinstance(text, ServerAddress):
            return text
        try:
            parts = urlsplit(text)
            given = parse_qsl(parts.query, keep_blank_values=True)
        except ValueError as error:
            raise AddressError("the address of the server is no URL; give: postgresql://USER@HOST/DATABASE") from error
        beyond = "".join((parts.path, parts.fragment, *(name for name, _ in given)))
        if "@" not in parts.netloc and "@" in beyond:
            raise AddressError("the user or the password of the server holds / ? or #; write them as %2F %3F and %23")
        ours = {name: value for name, value in given if name in ServerOptions.__dataclass_fields__}
        theirs = [(name, value) for name, value in given if name not in ours]
        shown = [(name, HIDDEN if name in _SECRET else value) for name, value in given]
        self = super().__new__(cls, _joined(parts._replace(netloc=_shown(parts.netloc)), shown))
        self.dsn = _joined(parts, theirs)
        self.options = _options(ours)
        return self

    def __repr__(self) -> str:
        return f"ServerAddress({str(self)!r})"

    def __getnewargs__(self) -> tuple[str]:  # a copy in another process connects too
        return (self.whole,)

    def __reduce__(self) -> tuple[Callable[[str, ServerOptions], ServerAddress], tuple[str, ServerOptions]]:
        return _again, (self.whole, self.options)

    @property
    def whole(self) -> str:
        """The address as it was given, secrets included; for handing on to a process of our own, never to be shown."""
        parts, shown = urlsplit(self.dsn), urlsplit(str(self))
        ours = [each for each in parse_qsl(shown.query) if each[0] in ServerOptions.__dataclass_fields__]
        return _joined(parts, [*parse_qsl(parts.query, keep_blank_values=True), *ours])

    def without_secrets(self, text: str) -> str:
        """A text, such as an error of the driver, with the address's secrets taken out."""
        parts = urlsplit(self.dsn)
        secrets = [value for name, value in parse_qsl(parts.query) if name in _SECRET]
        password = parts.netloc.rpartition("@")[0].partition(":")[2]
        for secret in (*secrets, password, unquote(password)):
            text = text.replace(secret, HIDDEN) if secret else text
        return text


def _again(whole: str, options: ServerOptions) -> ServerAddress:
    """An address with options that its text need not name, as that of an index that is being rebuilt."""
    address = ServerAddress(whole)
    address.options = options
    return address


def server_address(address: str | Path) -> ServerAddress | None:
    """The address of a server, or None where it is a folder.

    Raises:
        AddressError: if it begins as one of a server but cannot be understood.
    """
    if isinstance(address, ServerAddress):
        return address
    if isinstance(address, str) and address.startswith(_PREFIXES):
        return ServerAddress(address)
    return None


def _joined(parts: SplitResult, query: list[tuple[str, str]]) -> str:
    """A URL with a query; one that names no host keeps its two slashes, which libpq wants."""
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{_query(query)}" if query else "")


def _shown(netloc: str) -> str:
    user, at, host = netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{name}{colon}{HIDDEN if colon else ''}{at}{host}"


def _query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, quote_via=quote, safe="*/:,")


def _options(given: Mapping[str, str]) -> ServerOptions:
    options = ServerOptions()
    schema = given.get("schema", options.schema)
    if not _NAME.fullmatch(schema) or schema.startswith("pg_"):
        raise AddressError(
            f"schema={schema[:60]!r} is no name for a schema here; use small letters, digits and _, such as "
            f"schema={DEFAULT_SCHEMA}"
        )
    search = given.get("search", options.search)
    if search not in get_args(Search):
        raise AddressError(f"search={search[:20]!r} is unknown; use search=auto, search=exact or search=approximate")
    return ServerOptions(
        schema,
        cast(Search, search),
        int(_number(given, "ef_search", options.ef_search, 1, 1000)),
        _number(given, "timeout", options.timeout, 0.1, 86_400),
        _number(given, "retry", options.retry, 0, 86_400),
        int(_number(given, "connections", options.connections, 2, 1000)),
        Path(given["folder"]) if given.get("folder") else None,
        parse_size(given["token_budget"]) if given.get("token_budget") else None,
    )


def _number(given: Mapping[str, str], name: str, default: float, least: float, most: float) -> float:
    text = given.get(name)
    try:
        value = default if text is None else float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise AddressError(
            f"{name}={(text or '')[:20]!r} is not between {least:g} and {most:g}; try {name}={default:g}"
        )
    return value
