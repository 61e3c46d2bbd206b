"""A copy of an index made while it is used, and an index put back from one: whole, checked, and in one step."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.errors import InputError, StoreError
from assistant.index.connection import TRUTH, connect
from assistant.index.conversations import FILE as CONVERSATIONS
from assistant.index.conversations import ConversationFile
from assistant.index.lifecycle import put_in_place, take_in_log
from assistant.index.migration import current_truth
from assistant.index.one_writer import one_writer
from assistant.index.soundness import check_folder
from assistant.index.state import READ_STATE, State
from assistant.index.truth import Truth

MANIFEST = "backup.json"
"""File of a backup that names the others, their digests and the state of the index."""
_KIND = "footnote-backup-1"
_PART = "restoring"
_LARGEST_MANIFEST = 1 << 20


class BackupError(InputError):
    """A backup cannot be made there, or what was named is none."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Attributes:
        made: when, in ISO 8601.
        generation: of the index then.
        documents: how many.
        files: bytes of each file, by name.
    """

    made: str
    generation: int
    documents: int
    files: dict[str, int]


def backup_index(folder: Path, place: Path, *, force: bool = False) -> Backup:
    """Copy an index as it is at one instant, while it is read and written; feedback, history and conversations too.

    Args:
        folder: of the index.
        place: folder that is made for the copy; it has its name only when the copy is complete.
        force: replace a backup that is there.

    Raises:
        BackupError: there is something else, or the copy cannot be written.
        IndexMissingError, IndexMismatchError, IndexDamagedError: there is no index that could be copied; one that is
            not as it was written is not.
    """
    _check_place(place, force=force)
    part = place.with_name(f".{place.name}-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        with closing(current_truth(folder)) as truth:
            truth.copy_to(part / TRUTH)
        if (folder / CONVERSATIONS).is_file():
            ConversationFile(folder / CONVERSATIONS).copy_and_close(part / CONVERSATIONS)
        made = _described(part)
        if force:
            shutil.rmtree(place, ignore_errors=True)
        part.replace(place)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{place}: the backup cannot be written ({error}); choose another folder") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return made


def restore_index(place: Path, folder: Path, *, force: bool = False) -> Backup:
    """Put the index of a backup into a folder. Until it was copied there and checked, what the folder holds stays.

    Args:
        place: of the backup.
        folder: of the index.
        force: replace an index that is there, and its conversations where the backup has some.

    Raises:
        BackupError: it is no backup, or not as it was written; or there is an index already.
        IndexBusyError, IndexUnwritableError: somebody else is changing the index, or the folder cannot be written.
    """
    known, digests = _manifest(place)
    with one_writer(folder):
        return _restored(place, folder, known, digests, force=force)


def _restored(place: Path, folder: Path, known: Backup, digests: dict[str, str], *, force: bool) -> Backup:
    if Truth.exists(folder) and not force:
        raise BackupError(f"there is an index in {folder}; to replace it add --force, or name another with --index")
    part = folder / _PART
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        for name, digest in digests.items():
            shutil.copyfile(place / name, part / name)
            if _digest(part / name) != digest:
                raise BackupError(f"{place / name} is not as it was written; take another backup")
        _renamed(part)
        if not (found := check_folder(part)).sound:
            raise BackupError(f"{place / TRUTH}: {found.findings[0]}; take another backup")
        if CONVERSATIONS in digests:
            ConversationFile(part / CONVERSATIONS).close()  # refuses what is not ours
        take_in_log(folder)
        if CONVERSATIONS in digests:
            (part / CONVERSATIONS).chmod(0o600)
            for log in ("-wal", "-shm"):
                (folder / f"{CONVERSATIONS}{log}").unlink(missing_ok=True)
            (part / CONVERSATIONS).replace(folder / CONVERSATIONS)
        put_in_place(part, folder)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{folder}: the index cannot be restored there ({error}); choose another folder") from error
    except StoreError as error:
        raise BackupError(f"{place} holds no sound index ({error}); take another backup") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return known


def _check_place(place: Path, *, force: bool) -> None:
    if not place.exists():
        return
    ours = (place / MANIFEST).is_file()
    if place.is_dir() and not ours and not any(place.iterdir()):
        place.rmdir()
    elif not ours:
        raise BackupError(f"{place} is there and is no backup; choose another folder")
    elif not force:
        raise BackupError(f"there is a backup in {place}; to replace it add --force, or choose another folder")


def _described(part: Path) -> Backup:
    """Check the copy, and write what it holds beside it."""
    found = check_folder(part)
    if not found.sound:
        raise BackupError(f"the index is damaged: {found.findings[0]}; run: footnote status --check")
    with closing(Truth.open(part)) as truth:
        state = truth.state()
    names = sorted(path.name for path in part.iterdir() if path.name in (TRUTH, CONVERSATIONS))
    made = Backup(
        datetime.now(UTC).isoformat(timespec="seconds"),
        state.generation,
        state.documents,
        {name: (part / name).stat().st_size for name in names},
    )
    digests = {name: _digest(part / name) for name in names}
    described = {
        "kind": _KIND,
        "made": made.made,
        "generation": made.generation,
        "documents": made.documents,
        "files": {name: {"bytes": made.files[name], "sha256": digests[name]} for name in names},
    }
    (part / MANIFEST).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return made


def _manifest(place: Path) -> tuple[Backup, dict[str, str]]:
    """What a backup says it holds, and the digest of each file."""
    try:
        with (place / MANIFEST).open("rb") as file:
            said = json.loads(file.read(_LARGEST_MANIFEST))
        if said["kind"] != _KIND or not {TRUTH} <= said["files"].keys() <= {TRUTH, CONVERSATIONS}:
            raise ValueError("it names other files")
        sizes = {str(name): int(each["bytes"]) for name, each in said["files"].items()}
        digests = {str(name): str(each["sha256"]) for name, each in said["files"].items()}
        return Backup(str(said["made"]), int(said["generation"]), int(said["documents"]), sizes), digests
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise BackupError(f"{place} is no backup ({error}); name one made by: footnote backup FOLDER") from error


def _renamed(part: Path) -> None:
    """Give the copy a lineage of its own: nothing that was derived from, or witnessed of, another is taken for its."""
    with closing(connect(part / TRUTH)) as connection:
        state = State.read(connection.execute(READ_STATE).fetchone()[0])
        now = replace(state, lineage=State.first().lineage)
        connection.execute("UPDATE meta SET value = ? WHERE name = 'state'", (now.line(),))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
