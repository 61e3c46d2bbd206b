"""The documents of an open index and the folder they come from, looked after while questions are answered."""

from assistant.library.jobs import Job, JobKind, JobState
from assistant.library.library import Entry, Library, Status, folder_of
from assistant.library.shelf import REMOVED, LibraryError

__all__ = ["REMOVED", "Entry", "Job", "JobKind", "JobState", "Library", "LibraryError", "Status", "folder_of"]
