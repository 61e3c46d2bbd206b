"""Zip archives of documents: which members there are, under which names, and how one is found again.

A member is named ``archive.zip!/folder/name.txt``; one of an archive inside, ``outer.zip!/inner.zip!/name.txt``.
Names are made harmless: nothing is ever written to a disk, and no name climbs out of its archive.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO

from assistant.corpus.building import UnreadableError
from assistant.corpus.limits import ReadLimits, shown_size

SEPARATOR = "!/"
"""Stands between an archive and its member in ids and sources."""

ARCHIVE_SUFFIXES = (".zip",)

# What zipfile and the decompressors raise on damaged archives; KeyError and NotImplementedError on odd ones.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError)
_ENCRYPTED = 1
_NOT_WRITTEN_BY_PEOPLE = (".", "~$", "__MACOSX")


def is_archive(path: PurePath) -> bool:
    """Whether a file is an archive of documents by its suffix, in any case."""
    return path.suffix.lower() in ARCHIVE_SUFFIXES


def in_archive(path: Path) -> tuple[Path, str] | None:
    """The archive file and the member that a path names; None where it names a plain file.

    A file that is there under the whole name is that file, whatever its name looks like.
    """
    text = path.as_posix()
    at = text.find(SEPARATOR)
    if at < 0 or path.exists():
        return None
    while at >= 0:
        archive = Path(text[:at])
        if archive.is_file():
            return archive, text[at + len(SEPARATOR) :]
        at = text.find(SEPARATOR, at + 1)
    return None


class Budget:
    """What is left of a file's limits on members and unpacked bytes, over all archives inside it."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._members = 0
        self._bytes = 0

    def enter(self, package: zipfile.ZipFile, depth: int = 1) -> None:
        """Count an archive's members.

        Raises:
            UnreadableError: too many, or too many archives around it.
        """
        if depth > self._limits.nesting:
            raise UnreadableError(
                f"lies in {depth - 1} archives, at most {self._limits.nesting - 1} are opened: unpack the outer one"
            )
        self._members += len(package.filelist)
        if self._members > self._limits.members:
            raise UnreadableError(
                f"holds more than {self._limits.members:,} files: split it, or raise ReadLimits.members"
            )

    def unpack(self, size: int) -> None:
        """Count bytes that are about to be unpacked; a member never gives more than it declares.

        Raises:
            UnreadableError: too many.
        """
        self._bytes += size
        if self._bytes > self._limits.expanded_bytes:
            raise UnreadableError(
                f"unpacks to more than {shown_size(self._limits.expanded_bytes)}: "
                "split it, or raise ReadLimits.expanded_bytes"
            )


def check_package(data: bytes, limits: ReadLimits) -> None:
    """Hold a packed format (.docx and the like) to the limits before a parser unpacks it; damage is for the parser.

    Raises:
        UnreadableError: too many members, or too much in them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            budget = Budget(limits)
            budget.enter(package)
            budget.unpack(sum(member.file_size for member in package.filelist))
    except _DAMAGE:
        return


@contextmanager
def opened(archive: Path | bytes) -> Iterator[zipfile.ZipFile]:
    """A zip archive, from a file or from memory.

    Raises:
        UnreadableError: it is none, or is damaged.
    """
    with _damage_told():
        source: Path | BinaryIO = archive if isinstance(archive, Path) else io.BytesIO(archive)
        package = zipfile.ZipFile(source)
    with package:
        yield package


def members(package: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by harmless name, sorted: no folders, links or what programs leave behind.

    Of two members with one name the later one counts, as for any unpacker; names that only become equal by being
    made harmless are told apart by ``~``.
    """
    by_name = {member.filename: member for member in package.filelist}
    found: dict[str, zipfile.ZipInfo] = {}
    for raw, member in sorted(by_name.items()):
        parts = _harmless(raw)
        if not parts or member.is_dir() or stat.S_ISLNK(member.external_attr >> 16):
            continue
        if any(part.startswith(_NOT_WRITTEN_BY_PEOPLE) for part in parts):
            continue
        name = "/".join(parts)
        while name in found:
            path = PurePosixPath(name)
            name = path.with_name(f"{path.stem}~{path.suffix}").as_posix()
        found[name] = member
    return dict(sorted(found.items(), key=lambda item: item[0].split("/")))


def unpacked(package: zipfile.ZipFile, member: zipfile.ZipInfo, limits: ReadLimits) -> bytes:
    """The bytes of a member.

    Raises:
        UnreadableError: encrypted, too large or damaged.
    """
    if member.flag_bits & _ENCRYPTED:
        raise UnreadableError("is encrypted in its archive: unpack it and save it without a password")
    if member.file_size > limits.file_bytes:
        raise UnreadableError(
            f"has {shown_size(member.file_size)}, at most {shown_size(limits.file_bytes)} are read: "
            "split it, or raise --max-size"
        )
    with _damage_told(), package.open(member) as file:
        return file.read()  # never more than it declares


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UnreadableError("does not exist: check the path") from error
    except PermissionError as error:
        raise UnreadableError("cannot be read (Permission denied): check the file and its permissions") from error
    except NotImplementedError as error:
        raise UnreadableError("is packed in a way that is not known here: pack it again as an ordinary zip") from error
    except _DAMAGE as error:
        raise UnreadableError("is a damaged zip archive, or none: copy or download it again") from error


def _harmless(name: str) -> list[str]:
    """The parts of a member's name without steps upwards, roots, drives and control characters."""
    name = "".join(character if character.isprintable() else "_" for character in name.replace("\\", "/"))
    parts = [part.strip() for part in name.split("/")]
    kept = [part for part in parts if part not in {"", ".", ".."} and not (len(part) == 2 and part[1] == ":")]
    return [part[:-1] + "%21" if part.endswith("!") else part for part in kept]
