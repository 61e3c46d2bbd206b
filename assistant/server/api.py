"""The HTTP API: the same answers as the command line, as JSON, with an OpenAPI description of itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from assistant import __version__
from assistant.datatypes import Answer
from assistant.errors import FootnoteError
from assistant.library import Library
from assistant.server import tools
from assistant.server.changes import add_changes
from assistant.server.contract import ServedAssistant
from assistant.server.health import add_health
from assistant.server.malformed import MALFORMED, NothingThere
from assistant.server.metrics import Metrics
from assistant.server.replies import UNEXPECTED, json_reply, problem, refusal
from assistant.server.watching import log_failure
from assistant.ui.roles import SEEN_KEY

DESCRIPTION = """Answers from your documents with exact quotations: for every citation
`document.text[start:end] == quote`.

Where accounts are set, each request needs the header `Authorization: Bearer TOKEN`. An error is a JSON object with one
line: `{"error": "…"}`. Offsets count Unicode code points."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Question(_Body):
    """A question, and what it is asked of."""

    question: str = Field(examples=["When did Kazakhstan join the Partnership for Peace?"])
    history: list[str] = Field(default=[], max_length=100, description="Earlier questions, oldest first.")
    k: int = Field(default=5, ge=1, le=tools.MOST_PASSAGES, description="How many of the nearest passages to give.")
    documents: list[str] | None = Field(default=None, description="Ids of the documents to look in; all by default.")


class Search(Question):
    """A question whose best passages are wanted, not an answer."""

    k: int = Field(default=10, ge=1, le=tools.MOST_PASSAGES, description="How many passages to give.")


class Cited(BaseModel):
    """A citation of an answer; its further fields may stay in."""

    document: str
    start: int
    end: int
    quote: str
    sha256: str
    context: int = Field(
        default=tools.CONTEXT, ge=0, le=tools.LARGEST_CONTEXT, description="Characters wanted on each side."
    )


class Error(BaseModel):
    """Why there is no answer, in one line."""

    error: str


_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Error, "description": "Something about the request is wrong"},
    401: {"model": Error, "description": "A token or a login is needed"},
    403: {"model": Error, "description": "The account may not do this"},
    413: {"model": Error, "description": "The request is too large"},
    429: {"model": Error, "description": "Too many failures; see Retry-After"},
}
_CHANGES: dict[int | str, dict[str, Any]] = {
    404: {"model": Error, "description": "There is no such document or job"},
    415: {"model": Error, "description": "Files of this type are not read"},
    503: {"model": Error, "description": "The folder of documents cannot be written"},
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Error, "description": "There is no such document"}}
_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"model": Error, "description": "The document changed; the citation no longer stands"}
}


def build_api(assistant: ServedAssistant, library: Library | None = None, metrics: Metrics | None = None) -> FastAPI:
    """The application with the API in it; the page and the MCP server are added to the same one.

    Args:
        assistant: answers.
        library: what documents are added to and removed from; by default the assistant's, only to be read.
        metrics: told at ``/metrics``.
    """
    api = FastAPI(
        title="Footnote",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,  # its pages load scripts from other sites
        redoc_url=None,
        redirect_slashes=False,
        responses=_ERRORS,
        exception_handlers=MALFORMED,
    )
    _tell_errors(api)

    @api.post("/api/ask", tags=["questions"], responses={200: {"model": Answer}, **_MISSING})
    def ask(body: Question) -> Response:
        """Answer a question with quotations; exactly what ``footnote ask --json`` prints."""
        return json_reply(tools.ask(assistant, body.question, body.history, body.k, body.documents))

    @api.post("/api/search", tags=["questions"], responses=_MISSING)
    def search(body: Search) -> Response:
        """The best passages for a question, best first, with the scores that ranked them."""
        return json_reply(tools.search(assistant, body.question, body.history, body.k, body.documents))

    @api.post("/api/open_citation", tags=["questions"], responses={**_MISSING, **_CHANGED})
    def open_citation(body: Cited) -> Response:
        """The words around a citation, checked to stand still: same file by SHA-256, same words at the same place."""
        place = body.document, body.start, body.end, body.quote, body.sha256
        return json_reply(tools.open_citation(assistant, *place, context=body.context))

    @api.get("/api/documents", tags=["documents"])
    def documents(
        contains: Annotated[str, Query(max_length=1_000, description="Only ids that hold this, in any case.")] = "",
        first: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
        count: Annotated[int, Query(ge=1, le=10_000, description="How many to give.")] = tools.PAGE,
    ) -> Response:
        """The documents, in order of their ids."""
        return json_reply(tools.list_documents(assistant, contains, first, count))

    add_changes(api, library or Library(assistant), _CHANGES)

    @api.get("/api/documents/{document:path}", tags=["documents"], responses=_MISSING)
    def read(
        document: Annotated[str, Path(description="Its id, as listed; may hold slashes.")],
        start: Annotated[int, Query(ge=0, description="First character wanted.")] = 0,
        end: Annotated[int | None, Query(description="First character no longer wanted.")] = None,
    ) -> Response:
        """One document: what it is, and a part of its text (20,000 characters where no end is given)."""
        return json_reply(tools.read_document(assistant, document, start, end))

    add_health(api, assistant, metrics or Metrics())
    api.router.routes.append(Route("/api/{rest:path}", NothingThere()))
    return api


def _tell_errors(api: FastAPI) -> None:
    """Every refusal is our JSON of one line."""

    @api.exception_handler(FootnoteError)
    def ours(_: Request, error: FootnoteError) -> Response:
        return problem(error)

    @api.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> Response:
        return refusal(error.status_code, str(error.detail), error.headers)

    @api.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        log_failure(error, request.scope.get(SEEN_KEY, {}))
        return refusal(500, UNEXPECTED)
