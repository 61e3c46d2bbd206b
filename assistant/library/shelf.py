"""Files into the folder of documents and out of it: safe names, nothing overwritten, nothing lost, no way out."""

from __future__ import annotations

import filecmp
import os
import re
import secrets
import shutil
import time
import unicodedata
from pathlib import Path, PurePath
from typing import BinaryIO

from assistant.corpus import family_of
from assistant.corpus.archives import SEPARATOR, is_archive
from assistant.corpus.families import USUAL_SUFFIXES
from assistant.corpus.files import is_question_set
from assistant.corpus.limits import shown_size
from assistant.errors import DocumentError, InputError
from assistant.sources import absolute

REMOVED = ".removed"
"""Folder in the folder of documents that holds what was removed; hidden, so never read."""
LONGEST_NAME = 200
"""Bytes of a file's name in UTF-8; most systems take 255."""

_COMING = ".coming-"
"""How files begin that are being copied in: hidden, so half a file is never read."""
_ABANDONED = 3_600.0
"""Seconds after which nobody is copying such a file any more."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_UNSAFE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


class LibraryError(InputError):
    """The library cannot be changed like that."""


class ClosedLibraryError(LibraryError):
    """The library can only be read."""


class FolderError(LibraryError):
    """The folder of documents cannot be written, which no other request would mend."""


class UnreadTypeError(DocumentError):
    """A file of a type that is not read."""


class TooLargeError(DocumentError):
    """A file larger than what is taken."""


def safe_name(name: str) -> str:
    """The name a file is kept under: its own, without folders and without what no file name should hold.

    Control characters, halves of surrogate pairs and invisible marks that turn the direction of writing go; what some
    systems forbid becomes ``_``. No name is hidden, and none is longer than ``LONGEST_NAME``.

    Raises:
        UnreadTypeError: no file of that name would be read.
        DocumentError: nothing is left of it.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if c in _JOINERS or unicodedata.category(c) not in _UNSAFE)
    kept = _FORBIDDEN.sub("_", shown).replace(SEPARATOR[0], "_").strip().lstrip(".~$ ").rstrip(". ")
    if _RESERVED.fullmatch(kept):
        kept = f"_{kept}"
    path = PurePath(kept or "_")
    if not kept or not path.stem.strip():
        raise DocumentError(name, "has no name that can be kept: rename it")
    if is_question_set(path):
        raise UnreadTypeError(kept, "is a question set, not a document: give it to 'footnote evaluate'")
    if family_of(path) is None and not is_archive(path):
        what = f"is of a type that is not read ({path.suffix})" if path.suffix else "has no file name suffix"
        raise UnreadTypeError(kept, f"{what}: convert it to one of {' '.join(USUAL_SUFFIXES)} …")
    return _shortened(path)


def take_in(content: BinaryIO, folder: Path, name: str, largest: int) -> tuple[Path, bool]:
    """Put a file into the folder of documents.

    Another file of that name stays: the new one is then called ``name (2).pdf``. The same bytes under the same name
    are not kept twice.

    Args:
        content: of the file; read from its beginning.
        folder: of the documents.
        name: as the person who gave it calls it.
        largest: bytes.

    Returns:
        Where it lies, and whether it lay there already.

    Raises:
        UnreadTypeError, TooLargeError, DocumentError: it cannot be a document.
        FolderError: the folder cannot be written.
    """
    kept = safe_name(name)
    size = content.seek(0, os.SEEK_END)
    if size > largest:
        raise TooLargeError(kept, f"has {shown_size(size)}, at most {shown_size(largest)} are taken: split it")
    content.seek(0)
    try:
        return _placed(content, folder, PurePath(kept))
    except OSError as error:
        raise FolderError(
            f"{folder.name} cannot be written ({error.strerror}); free space there, or mend its permissions"
        ) from error


def clear_abandoned(folder: Path) -> None:
    """Delete what was being copied into the folder of documents when a server was killed."""
    for each in folder.glob(f"{_COMING}*"):
        try:
            if time.time() - each.lstat().st_mtime > _ABANDONED:
                each.unlink()
        except OSError:  # another server was quicker, or keeps it: it is hidden and harms nobody
            continue


def put_away(path: Path, folder: Path) -> Path:
    """Move a document's file out of the way, into ``folder/.removed``; returns where it lies now.

    Raises:
        LibraryError: it does not lie in the folder of documents, or cannot be moved.
    """
    place = absolute(path)  # a link is moved itself, not what it leads to
    if not place.parent.resolve().is_relative_to(folder.resolve()):
        raise LibraryError(f"{path.name} does not lie in {folder.name}; remove it where it is, and run: footnote index")
    try:
        away = folder / REMOVED
        away.mkdir(exist_ok=True)
        target = _moved(place, away, PurePath(place.name))
    except OSError as error:
        raise LibraryError(f"{path.name} cannot be moved ({error.strerror}); mend its permissions") from error
    return target


def _placed(content: BinaryIO, folder: Path, name: PurePath) -> tuple[Path, bool]:
    there, coming = folder / name, folder / f"{_COMING}{secrets.token_hex(8)}"
    try:
        with coming.open("xb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
        if there.is_file() and filecmp.cmp(coming, there, shallow=False):
            return there, True
        return _moved(coming, folder, name), False
    finally:
        coming.unlink(missing_ok=True)


def _moved(file: Path, folder: Path, name: PurePath) -> Path:
    """Move a file in the same file system to a path that was nobody's: an empty file holds it until then."""
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{name.stem} ({number}){name.suffix}")
        try:
            target.open("xb").close()
        except FileExistsError:
            number += 1
            continue
        try:
            return file.replace(target)
        except OSError:
            target.unlink(missing_ok=True)
            raise


def _shortened(name: PurePath) -> str:
    suffix = name.suffix
    room = LONGEST_NAME - len(suffix.encode())
    return name.stem.encode()[:room].decode(errors="ignore").rstrip() + suffix
