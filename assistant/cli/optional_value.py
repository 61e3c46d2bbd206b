"""``footnote index`` takes ``--ray`` with and without a value, which options otherwise do not."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from assistant.indexing.cluster import LOCAL, is_address

_OPTION = "--ray"


class RayCommand(TyperCommand):
    """A command whose ``--ray`` takes the next word only if that is the address of a cluster."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse what the user typed."""
        return super().parse_args(ctx, with_value(args))


def with_value(arguments: list[str]) -> list[str]:
    """The arguments, with the address that is meant where ``--ray`` has none."""
    whole: list[str] = []
    for number, each in enumerate(arguments):
        whole.append(each)
        if each == "--":
            return [*whole, *arguments[number + 1 :]]
        if each == _OPTION and not is_address(next(iter(arguments[number + 1 :]), "")):
            whole.append(LOCAL)
    return whole
