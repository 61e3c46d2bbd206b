"""E-mail (.eml): who wrote what to whom and when, then the letter; attachments are named, not read."""

from __future__ import annotations

import contextlib
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime

from assistant.corpus import text_reader
from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.html_reader import parse_whole

_HEADERS = ("From", "To", "Cc", "Date")
_NEEDED = ("from", "to", "subject", "date", "received", "message-id", "return-path", "mime-version")


def parse(data: bytes) -> Content:
    """Read a message.

    Raises:
        UnreadableError: not a message: none of its usual headers is there.
    """
    message = message_from(data)
    if not any(name in message for name in _NEEDED):
        raise UnreadableError("is not an e-mail: it has none of the headers of one; save it again as .eml")
    builder = TextBuilder()
    subject = one_line(header(message, "Subject"))
    builder.add("heading", subject, level=1)
    for name in _HEADERS:
        value = one_line(header(message, name))
        builder.add("paragraph", f"{name}: {value}" if value else "")
    _add_body(builder, message)
    for name in _attachments(message):
        builder.add("paragraph", f"Attachment: {name}")
        builder.warn(f"the attachment {name} was not read")
    return builder.content(subject, message_metadata(message))


def message_from(data: bytes) -> EmailMessage:
    """The message of a file, headers and parts.

    Raises:
        UnreadableError: none that can be told apart.
    """
    try:
        return BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(data)
    except (MessageError, ValueError, LookupError) as error:
        raise UnreadableError("is not a message that can be read: save it again as .eml") from error


def header(message: EmailMessage, name: str) -> str:
    """A header as text; what the standard library trips over counts as missing."""
    try:
        return str(message.get(name) or "")
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def message_metadata(message: EmailMessage) -> dict[str, str]:
    """Author and date; the date in ISO 8601 where it is one."""
    date = header(message, "Date")
    with contextlib.suppress(ValueError, TypeError, IndexError):
        date = parsedate_to_datetime(date).isoformat()
    return {"author": header(message, "From"), "date": date, "language": header(message, "Content-Language")}


def part_bytes(part: EmailMessage) -> bytes:
    """A part's own bytes, its transfer encoding undone."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _add_body(builder: TextBuilder, message: EmailMessage) -> None:
    """The plain text of the letter if there is one, else its HTML."""
    for kind in ("text/plain", "text/html"):
        parts = [part for part in _inline(message) if part.get_content_type() == kind]
        texts = [part_bytes(part) for part in parts]
        if any(text.strip() for text in texts):
            for part, text in zip(parts, texts, strict=True):
                builder.add_content(_read(part, text, kind), below=1)
            return


def _read(part: EmailMessage, data: bytes, kind: str) -> Content:
    charset = part.get_content_charset() or ""
    with contextlib.suppress(UnicodeDecodeError, LookupError):  # a wrong charset is common; then the reader tells it
        data = data.decode(charset).encode() if charset else data
    if not data.strip():
        return Content("", "", ())
    return text_reader.parse(data) if kind == "text/plain" else parse_whole(data)


def _inline(message: EmailMessage) -> list[EmailMessage]:
    return [
        part
        for part in message.walk()
        if isinstance(part, EmailMessage) and not part.is_multipart() and not _is_attachment(part)
    ]


def _is_attachment(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except (ValueError, LookupError, TypeError, AttributeError):
        return True


def _attachments(message: EmailMessage) -> list[str]:
    names = []
    for part in message.walk():
        if isinstance(part, EmailMessage) and not part.is_multipart() and _is_attachment(part):
            try:
                name = one_line(part.get_filename() or "")
            except (ValueError, LookupError, TypeError, AttributeError):
                name = ""
            names.append(name or f"without a name ({part.get_content_type()})")
    return names
