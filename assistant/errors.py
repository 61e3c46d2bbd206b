"""The exception tree. Each message says what was found and ends with the command that mends it.

FootnoteError                        anything this package raises on purpose
├── InputError                       the user's mistake: the command line prints one line and exits with 2
│   ├── QuestionError                an empty or oversized question
│   ├── DocumentError                one document cannot be read; carries the file and the reason
│   │   └── library.shelf.UnreadTypeError, TooLargeError: it is not even taken
│   ├── UnknownDocumentError         the index has no document of that id
│   ├── NoDocumentsError             nothing to index under the given paths
│   ├── QuestionSetError             a question set is malformed; names the line
│   ├── LanguageError                no stemmer for the language
│   ├── EncoderError                 the encoder cannot be loaded, or its files are not the ones expected
│   ├── indexing.cluster.ClusterError  Ray is not installed, cannot be reached, or has no worker that can do the work
│   ├── index.backup.BackupError     a backup cannot be made there, or what was named is none
│   ├── index.copying.CopyError      an index cannot be copied there
│   ├── index.address.DriverMissingError  an address names a server, and the packages for it are not installed
│   ├── index.server.address.AddressError  an address of a server that cannot be understood
│   ├── library.LibraryError         the library cannot be changed like that
│   │   └── library.ClosedLibraryError, FolderError: at all, or not now
│   ├── ui.permalink.LinkError       a link names no place in the documents
│   ├── server.address.ServeError    the page cannot be served as asked
│   ├── server.accounts.AccountsError  a users file that cannot be used, or a change to it that cannot be made
│   └── server.passwords.PasswordError, server.tools.SpanError, server.mcp.McpMissingError
├── ReaderError                      the processes that read files cannot be started
├── SourceChangedError               a document no longer holds a quotation at its place
└── StoreError                       the index itself: the command line prints one line and exits with 2
    ├── IndexMissingError            there is no index at the given place
    ├── IndexMismatchError           built by another encoder, splitter, analyser or format
    ├── IndexBusyError               somebody else is changing it
    ├── IndexUnwritableError         it can be read, but not changed: no room, no permission
    ├── index.server.trouble.ServerUnreachableError  the server does not answer, or does not let us in
    ├── index.server.trouble.ExtensionMissingError   its database has no pgvector
    └── IndexDamagedError            the stored truth cannot be read
"""

from __future__ import annotations

import re

# What a file's name may hold and a line of a report may not.
_BREAKING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class FootnoteError(Exception):
    """Anything this package raises on purpose. ``str(error)`` is one line, fit to be shown."""

    exit_code = 1


class InputError(FootnoteError):
    """The caller gave something that cannot be worked with."""

    exit_code = 2


class QuestionError(InputError):
    """The question is empty or longer than the limit."""


class DocumentError(InputError):
    """One document cannot be read.

    Attributes:
        source: the file, as the user would name it.
        reason: why, in a few words.
    """

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(_BREAKING.sub("\N{REPLACEMENT CHARACTER}", f"{source}: {reason}"))
        self.source = source
        self.reason = reason


class ReaderError(FootnoteError):
    """The worker processes that read files cannot be started."""


class UnknownDocumentError(InputError):
    """The index has no document of that id."""


class NoDocumentsError(InputError):
    """The given paths hold nothing that can be indexed."""


class QuestionSetError(InputError):
    """A question set is malformed."""


class LanguageError(InputError, ValueError):
    """There is no stemmer for the language."""


class EncoderError(InputError):
    """The encoder cannot be loaded, or its files differ from the ones expected."""


class SourceChangedError(FootnoteError):
    """A document no longer holds a quotation at the place it was taken from."""


class StoreError(FootnoteError):
    """Something is wrong with the index."""

    exit_code = 2


class IndexMissingError(StoreError):
    """There is no index at the given place."""


class IndexMismatchError(StoreError):
    """The index was built by another encoder, splitter, analyser or format version."""


class IndexBusyError(StoreError):
    """Another writer was not done in time."""


class IndexUnwritableError(StoreError):
    """The index cannot be changed where it lies: no room, no permission, a drive that is gone. What it holds stays."""


class IndexDamagedError(StoreError):
    """The stored truth cannot be read."""
