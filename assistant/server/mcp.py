"""The MCP server (Model Context Protocol): the tools ``ask``, ``search`` and ``open_citation``.

The only module that imports ``mcp``, which comes with the extra ``[mcp]``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.util import find_spec
from typing import Annotated, Any, ParamSpec, TypeVar

from pydantic import Field

from assistant import __version__
from assistant.errors import FootnoteError, InputError
from assistant.server import tools
from assistant.server.contract import ServedAssistant

INSTALL = "pip install 'footnote-assistant[mcp]'"
INSTRUCTIONS = """Answers questions from the user's own documents with exact quotations, never with generated text.
Use `ask` for a question, `search` for more passages around a topic, `open_citation` to read the words around a
quotation. `outcome` is `answered`, `weak` or `not_found`; where it is not `answered`, say so. Quote word for word, and
name the document and page of each citation."""

_P = ParamSpec("_P")
_R = TypeVar("_R")

Asked = Annotated[str, Field(description="The question, in natural language.")]
History = Annotated[
    list[str] | None, Field(description="Earlier questions of the conversation, oldest first, for follow-ups.")
]
Documents = Annotated[list[str] | None, Field(description="Ids of the documents to look in; all by default.")]
Count = Annotated[int, Field(ge=1, le=tools.MOST_PASSAGES, description="How many passages to give.")]


class McpMissingError(InputError):
    """The package that speaks MCP is not installed."""


def is_installed() -> bool:
    """Whether MCP can be spoken here."""
    return find_spec("mcp") is not None


def build_mcp(assistant: ServedAssistant) -> Any:
    """An ``MCPServer`` with our tools; each result is one JSON object.

    Raises:
        McpMissingError: if the extra is not installed.
    """
    if not is_installed():
        raise McpMissingError(f"MCP is spoken by the package mcp, which is not installed; run: {INSTALL}")
    from mcp.server.mcpserver import MCPServer
    from mcp.types import ToolAnnotations

    server: Any = MCPServer(
        "footnote", title="Footnote", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    reads_only = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    def ask(question: Asked, history: History = None, k: Count = 5, documents: Documents = None) -> dict[str, Any]:
        """Answer a question from the documents with exact quotations and their places."""
        return tools.ask(assistant, question, history or (), k, documents)

    def search(question: Asked, history: History = None, k: Count = 10, documents: Documents = None) -> dict[str, Any]:
        """Find the passages that are nearest to a question, best first."""
        return tools.search(assistant, question, history or (), k, documents)

    def open_citation(
        document: Annotated[str, Field(description="The citation's document.")],
        start: Annotated[int, Field(description="The citation's start.")],
        end: Annotated[int, Field(description="The citation's end.")],
        quote: Annotated[str, Field(description="The citation's quote, word for word.")],
        sha256: Annotated[str, Field(description="The citation's sha256.")],
        context: Annotated[
            int, Field(ge=0, le=tools.LARGEST_CONTEXT, description="Characters wanted on each side.")
        ] = tools.CONTEXT,
    ) -> dict[str, Any]:
        """Read the words around a citation; refused where the document has changed or other words stand there."""
        return tools.open_citation(assistant, document, start, end, quote, sha256, context)

    for tool in (ask, search, open_citation):
        server.add_tool(_told(tool), annotations=reads_only)
    return server


def http_app(server: Any) -> Any:
    """The server as an ASGI application with the one route ``/mcp``; its lifespan must run.

    It keeps no session, so that a restart cuts off nobody; hosts and origins are checked by our own guard.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    checked_before = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        streamable_http_path="/mcp", json_response=True, stateless_http=True, transport_security=checked_before
    )


def run_stdio(server: Any) -> None:
    """Serve on standard input and output until the input ends."""
    server.run("stdio")


def _told(tool: Callable[_P, _R]) -> Callable[_P, _R]:
    """The tool, its failures told in our own line."""

    @functools.wraps(tool)
    def told(*arguments: _P.args, **options: _P.kwargs) -> _R:
        from mcp.server.mcpserver.exceptions import ToolError

        try:
            return tool(*arguments, **options)
        except FootnoteError as error:
            raise ToolError(str(error)) from error

    return told
