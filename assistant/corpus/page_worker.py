"""The drawing process: draws one page at a time for its parent, which ends it when it costs too much.

It speaks as the reading process does (:mod:`assistant.corpus.worker`).
"""

from __future__ import annotations

import contextlib
from typing import BinaryIO

from assistant.corpus.building import UnreadableError
from assistant.corpus.page_drawing import Drawer
from assistant.corpus.page_request import DRAWN, IMAGE, PageRequest
from assistant.corpus.wire import from_wire, parsed, receive, send, send_bytes, to_wire
from assistant.corpus.worker import FAILED, GRACE, READY, Settings, alarm, conversation, fence, resident


def main() -> None:
    """Draw what is asked for on standard input until it ends, or until nobody waits for the answer any more."""
    with contextlib.suppress(BrokenPipeError):
        _converse(*conversation())


def _converse(requests: BinaryIO, replies: BinaryIO) -> None:
    first = receive(requests)
    if first is None:
        return
    settings: Settings = from_wire(Settings, parsed(first[1]))
    fence(settings.limits)
    drawer = Drawer(settings.options)
    send(replies, READY, [])
    while (message := receive(requests)) is not None:
        alarm(settings.limits.seconds + GRACE)
        try:
            drawn = drawer.draw(from_wire(PageRequest, parsed(message[1])))
        except UnreadableError as error:
            alarm(0)
            send(replies, FAILED, str(error))
            continue
        alarm(0)
        last = resident() > settings.limits.memory_bytes // 2
        picture = drawn.picture
        if picture is not None:
            send_bytes(replies, IMAGE, picture.data)
        shape = None if picture is None else (picture.media_type, picture.width, picture.height)
        send(replies, DRAWN, to_wire((shape, drawn.boxes, last)))
        if last:
            return
