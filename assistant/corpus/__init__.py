"""Documents in: files and folders become ``Document`` values with exact offsets and structure.

``find_files`` says what there is to read, ``read_document`` reads one file, ``read_documents`` reads many and
goes on after a bad one. Importing this package is cheap: the parser of a format is imported when its first
file is read.
"""

from assistant.corpus.families import SUPPORTED_SUFFIXES, family_of
from assistant.corpus.files import FoundFile, FoundFiles, SkippedFile, find_files
from assistant.corpus.limits import ReadLimits
from assistant.corpus.options import DEFAULT_OPTIONS, ReadOptions
from assistant.corpus.reading import Unchanged, read_document
from assistant.corpus.worker import Task
from assistant.corpus.workers import Readers, Reading, read_documents

__all__ = [
    "DEFAULT_OPTIONS",
    "SUPPORTED_SUFFIXES",
    "FoundFile",
    "FoundFiles",
    "ReadLimits",
    "ReadOptions",
    "Readers",
    "Reading",
    "SkippedFile",
    "Task",
    "Unchanged",
    "family_of",
    "find_files",
    "read_document",
    "read_documents",
]
