"""Files damaged on purpose, the same each time for the same seed: what a fuzz run reads."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]

_EDGES = (
    b"\x00",
    b"\xff",
    b"\x7f",
    b"\x80",
    b"\x00\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xff\xff",
)
_TOKENS = (b"<", b">", b"&", b"<![CDATA[", b"<!--", b"<table>", b"obj", b"endstream", b"/Length 9999999999", b"\x1b$B")
_WORDS = (b"[" * 2000, b"(" * 2000, b"<div>" * 2000, b"> " * 500, b"# " * 500, b"\n" * 5000, b"\xf0\x9f\x99\x82" * 300)


def flip_bytes(data: bytes, rng: random.Random) -> bytes:
    """A few bytes become others."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 8, 64))):
        changed[rng.randrange(len(changed))] ^= rng.randrange(1, 256)
    return bytes(changed)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(len(data))]


def insert(data: bytes, rng: random.Random) -> bytes:
    """Bytes, marks of the formats or very deep nesting come in between."""
    at = rng.randrange(len(data) + 1)
    piece = rng.choice((rng.randbytes(rng.randrange(1, 64)), rng.choice(_TOKENS), rng.choice(_WORDS)))
    return data[:at] + piece + data[at:]


def overwrite(data: bytes, rng: random.Random) -> bytes:
    """Numbers become extreme ones."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 4, 16))):
        edge = rng.choice(_EDGES)
        at = rng.randrange(len(changed))
        changed[at : at + len(edge)] = edge
    return bytes(changed)


def cut_out(data: bytes, rng: random.Random) -> bytes:
    """A stretch is missing."""
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randrange(1, 2 + len(data) // 3) :]


def repeat(data: bytes, rng: random.Random) -> bytes:
    """A stretch comes twice, or many times."""
    start = rng.randrange(len(data))
    piece = data[start : start + rng.choice((8, 64, 1024))]
    return data[:start] + piece * rng.choice((2, 3, 200)) + data[start:]


MUTATIONS: tuple[Mutation, ...] = (flip_bytes, truncate, insert, overwrite, cut_out, repeat)


def mutate_member(data: bytes, rng: random.Random) -> bytes:
    """One member of a zip archive is damaged, missing, or there under another name; the archive itself is whole."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        members = [(info.filename, package.read(info)) for info in package.infolist() if not info.is_dir()]
    chosen = rng.randrange(len(members))
    name, content = members[chosen]
    action = rng.randrange(10)
    if action == 0:
        del members[chosen]
    elif action == 1:
        members[chosen] = (rng.choice(("../../" + name, name.upper(), "x" * 300, "\u202e" + name)), content)
    elif action == 2:
        members[chosen] = (name, rng.choice(members)[1])
    else:
        members[chosen] = (name, rng.choice(MUTATIONS)(content, rng) if content else b"\xff")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in members:
            package.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def mutated(data: bytes, rng: random.Random) -> bytes:
    """A file with one to three damages; every other time inside a member, if it is a zip archive.

    Args:
        data: the whole file, not empty.
        rng: decides everything.
    """
    if data.startswith(b"PK\x03\x04") and rng.random() < 0.5:
        return mutate_member(data, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(MUTATIONS)(data, rng) if data else b"\xff"
    return data


def damaged_files(seeds: Sequence[tuple[PurePath, bytes]], count: int, seed: int) -> list[tuple[str, bytes]]:
    """So many damaged files, evenly over the suffixes of the seeds, each with a name.

    Args:
        seeds: whole files, none of them empty.
        count: how many to make.
        seed: the same one gives the same files.
    """
    by_suffix: dict[str, list[bytes]] = {}
    for path, data in seeds:
        by_suffix.setdefault(path.suffix.lower(), []).append(data)
    suffixes = sorted(by_suffix)
    made = []
    for number in range(count):
        rng = random.Random(f"{seed}:{number}")
        suffix = suffixes[number % len(suffixes)]
        made.append((f"{number:05}{suffix}", mutated(rng.choice(by_suffix[suffix]), rng)))
    return made
