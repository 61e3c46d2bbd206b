"""The documents of an open index and the folder they come from, looked after while questions are answered."""

from assistant.library.entries import Entry, Status, folder_of
from assistant.library.jobs import Fault, Job, JobKind, JobState
from assistant.library.library import Library
from assistant.library.shelf import REMOVED, ClosedLibraryError, FolderError, LibraryError

__all__ = [
    "REMOVED",
    "ClosedLibraryError",
    "Entry",
    "Fault",
    "FolderError",
    "Job",
    "JobKind",
    "JobState",
    "Library",
    "LibraryError",
    "Status",
    "folder_of",
]
