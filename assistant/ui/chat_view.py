"""What the conversation pane's components are set to: values made of a desk, without saying when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import gradio as gr

from assistant.ui.desk import Desk

Seen: TypeAlias = tuple[Any, ...]
"""What ``ChatPane.outputs`` are set to: the exchanges, the desk, the view, the question box, the hint."""
NOTHING: Seen = (gr.skip(),) * 5
"""All of them stay as they are."""


class ChatView:
    """How desks are shown.

    Args:
        examples: questions offered while a conversation is empty.
    """

    def __init__(self, examples: Sequence[str]) -> None:
        self.examples = tuple(examples)

    def seen(self, desk: Desk, box: Any = None, message: str = "", everything: bool = False, mend: str = "") -> Seen:
        """A desk as it is now.

        Args:
            desk: of the tab; one that was left shows nothing any more.
            box: is put into the question box.
            message: markup of the line under the box.
            everything: whether the browser has nothing of it yet.
            mend: is put into the question box only if nothing has been typed there in the meantime.
        """
        if desk.left:
            return NOTHING
        box = gr.skip() if box is None else box
        news = {**desk.news(self.examples, everything), "mend": mend}
        return desk.exchanges, gr.skip(), news, box, hint(message)

    def of_new(self, desk: Desk) -> Seen:
        """A desk that takes the place of another."""
        seen = self.seen(desk, "", everything=True)
        return (seen[0], desk, *seen[2:])


def told(message: str) -> Seen:
    """Only the line under the box changes; ``message`` is markup."""
    return (*NOTHING[:4], hint(message))


def hint(message: str) -> str:
    """The line under the question box, as markup."""
    return f'<p role="status">{message}</p>'
