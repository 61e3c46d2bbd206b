"""Adding and removing documents over HTTP: each change is a job that is done while questions are answered."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Annotated, Any

from fastapi import FastAPI, File, Path, Query, Response, UploadFile
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from assistant.library import Fault, Job, JobState, Library
from assistant.server.replies import json_reply, refusal

LONGEST_WAIT = 60.0
"""Seconds that a request may wait for a job."""
_LOOK_SECONDS = 0.1
_AGAIN = {"retry-after": "10"}
_STATUS: dict[Fault, int] = {"name": 400, "type": 415, "size": 413, "full": 429, "folder": 503}
_ENCODED = re.compile("%(22|0[AaDd])")


class Change(BaseModel):
    """A change that was asked for."""

    job: int = Field(description="Its number; GET /api/documents/jobs/NUMBER says how far it is.")
    kind: str = Field(description="add, remove, or refresh (the whole folder is looked at again).")
    name: str = Field(description="The name the file is kept under, or what is removed.")
    state: JobState
    note: str = Field(description="How far it is, what came of it, or why it failed.")
    status: int = Field(description="202 while it is on its way, 200 when it is done; why it failed.")
    documents: list[str] = Field(description="Ids of the documents that an added file has become by now.")


class Changes(BaseModel):
    """What becomes of each file, in the order they were sent."""

    files: list[Change]


def add_changes(api: FastAPI, library: Library, errors: dict[int | str, dict[str, Any]]) -> None:
    """Add the routes that change the library; who may call them is the guard's affair.

    Args:
        api: the application.
        library: what is changed.
        errors: how refusals are described.
    """

    def told(job: Job) -> dict[str, Any]:
        documents = list(library.documents_of(job)) if job.state == "done" else []
        return Change(**_fields(job), documents=documents).model_dump()

    @api.post(
        "/api/documents",
        tags=["documents"],
        status_code=202,
        responses={202: {"model": Changes}, **{status: errors[status] for status in (415, 503)}},
    )
    def add(
        files: Annotated[list[UploadFile], File(description="One or more files; together within the upload limit.")],
        refuse: Annotated[
            bool, Query(description="Whether the answer is an error where no file was taken; else the list says why.")
        ] = True,
    ) -> Response:
        """Take files into the folder of documents and read them, one job each; a bad one costs itself only.

        Answers at once: with 202 where any file was taken, or with `refuse=false`; else as the first refusal asks for.
        """
        jobs = [library.add(each.file, _name_of(each)) for each in files]
        told_files = [told(job) for job in jobs]
        refused = [job for job in jobs if job.fault]
        if len(refused) < len(jobs) or not refuse:
            return json_reply({"files": told_files}, 202)
        first, status = refused[0], _STATUS[refused[0].fault]
        several = f"none of the {len(jobs)} files was taken; the first: " if len(jobs) > 1 else ""
        line = {"error": f"{several}{first.name}: {first.note}", "files": told_files}
        return json_reply(line, status, _AGAIN if status == 429 else None)

    @api.get("/api/documents/jobs/{number}", tags=["documents"], responses={200: {"model": Change}, 404: errors[404]})
    async def job(
        number: Annotated[int, Path(description="As given by the request that began it.")],
        wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait until it is over.")] = 0,
    ) -> Response:
        """How far a change is; the last 2,000 are remembered, until the server ends."""
        until = time.monotonic() + wait
        while (found := library.job(number)) is not None and not found.over and time.monotonic() < until:
            await asyncio.sleep(_LOOK_SECONDS)  # whoever waits keeps no thread from others
        if found is None:
            return refusal(404, f"there is no job {number}; jobs end with the server")
        return json_reply(await run_in_threadpool(told, found))

    @api.delete(
        "/api/documents/{document:path}",
        tags=["documents"],
        status_code=202,
        responses={202: {"model": Change}, 404: errors[404]},
    )
    def remove(
        document: Annotated[str, Path(description="Its id, as listed; or the name of a file that cannot be read.")],
        whole_archive: Annotated[
            bool, Query(description="Of what lies in an archive, the archive goes, with everything in it.")
        ] = False,
    ) -> Response:
        """Move a document's file into the hidden folder `.removed` and forget its text."""
        return json_reply(told(library.remove_document(document, whole_archive)), 202)


def _fields(job: Job) -> dict[str, Any]:
    status = _STATUS[job.fault] if job.fault else {"done": 200, "failed": 422}.get(job.state, 202)
    shown = {"kind": job.kind, "name": job.name, "state": job.state, "note": job.note}
    return {"job": job.number, **shown, "status": status}


def _name_of(file: UploadFile) -> str:
    """A file's name as its sender calls it: what browsers encode in forms is taken back."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), file.filename or "")
