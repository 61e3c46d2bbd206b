"""Documents added and removed over HTTP: by whom, within which limits, and what is left of what breaks off."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from calling import PASSWORDS, Reply, call

from assistant import Assistant
from assistant.corpus import ReadLimits
from assistant.library import REMOVED, Library
from assistant.server import Served, start
from assistant.server.accounts import add_token, add_user

LARGEST = 100_000
EDGE = "edge-of-a-part"
FORM = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}


def form(*files: tuple[str, bytes]) -> bytes:
    parts = b"".join(
        f'--{EDGE}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, content in files
    )
    return parts + f"--{EDGE}--\r\n".encode()


@dataclass
class Site:
    corpus: Path
    assistant: Assistant
    library: Library
    served: Served
    headers: dict[str, dict[str, str]]

    def send(self, *files: tuple[str, bytes], who: str = "anna") -> Reply:
        return call(self.served, "POST", "/api/documents", form(*files), {**FORM, **self.headers[who]})

    def ask_for(self, method: str, path: str, who: str = "anna") -> Reply:
        return call(self.served, method, path, headers=self.headers[who])

    def done(self, number: int) -> Any:
        return self.ask_for("GET", f"/api/documents/jobs/{number}?wait=30").json

    def listed(self) -> list[str]:
        return [each["id"] for each in self.ask_for("GET", "/api/documents").json["documents"]]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Assistant, Library]]:
    place = tmp_path_factory.mktemp("changed")
    (place / "corpus").mkdir()
    (place / "corpus" / "apples.txt").write_text("Apples were planted in Almaty in 1930.")
    assistant = Assistant.from_documents(place / "corpus", place / "index", encoder="hashing")
    library = Library.of(assistant, place / "corpus", read_limits=ReadLimits(file_bytes=LARGEST))
    yield place / "corpus", assistant, library
    library.close()
    assistant.close()


@pytest.fixture(scope="module")
def site(opened: tuple[Path, Assistant, Library]) -> Iterator[Site]:
    users = opened[0].parent / "users.json"
    add_user(users, "anna", "editor", PASSWORDS["anna"])
    add_user(users, "ben", "reader", PASSWORDS["ben"])
    headers = {name: {"Authorization": f"Bearer {add_token(users, name)}"} for name in PASSWORDS}
    served = start(opened[1], port=0, auth=[str(users)], library=opened[2])
    yield Site(*opened, served, {**headers, "nobody": {}})
    served.close()


@pytest.fixture
def open_site(opened: tuple[Path, Assistant, Library]) -> Iterator[Callable[..., Site]]:
    running: list[Served] = []

    def serve(**options: Any) -> Site:
        running.append(start(opened[1], port=0, **options))
        return Site(*opened, running[-1], {"anna": {}})

    yield serve
    for each in running:
        each.close()


def test_a_file_is_added_asked_about_and_removed(site: Site) -> None:
    reply = site.send(("plums.txt", b"Plums came from Bukhara in 1970."))
    assert reply.status == 202
    ((file),) = reply.json["files"]
    assert (file["kind"], file["name"], file["status"]) == ("add", "plums.txt", 202)
    done = site.done(file["job"])
    assert (done["state"], done["status"], done["documents"]) == ("done", 200, ["plums.txt"])
    assert "plums.txt" in site.listed()
    assert (site.corpus / "plums.txt").read_bytes() == b"Plums came from Bukhara in 1970."
    removed = site.ask_for("DELETE", "/api/documents/plums.txt")
    assert (removed.status, removed.json["kind"]) == (202, "remove")
    assert site.done(removed.json["job"])["note"] == f"moved to {REMOVED}"
    assert "plums.txt" not in site.listed()
    assert (site.corpus / REMOVED / "plums.txt").is_file()


def test_each_file_of_several_has_its_own_result(site: Site) -> None:
    reply = site.send(
        ("one.md", b"# One"), ("song.mp3", b"la"), ("bad.pdf", b"none"), ("..%22a/b%0a.txt", b"Words."), ("", b"x")
    )
    assert reply.status == 202
    files = reply.json["files"]
    assert [each["status"] for each in files if each["name"] not in ("one.md", "bad.pdf")] == [415, 202, 400]
    assert [site.done(each["job"])["state"] for each in files] == ["done", "failed", "failed", "done", "failed"]
    assert files[3]["name"] == "b.txt"
    assert "of a type that is not read (.mp3)" in files[1]["note"]
    bad = site.done(files[2]["job"])
    assert (bad["status"], "PDF" in bad["note"]) == (422, True)
    for name in ("one.md", "b.txt", "bad.pdf"):
        site.done(site.ask_for("DELETE", f"/api/documents/{name}").json["job"])
    assert site.listed() == ["apples.txt"]
    assert [each.name for each in site.library.entries()] == ["apples.txt"]


@pytest.mark.parametrize(
    ("files", "status", "words"),
    [
        ([("song.mp3", b"la")], 415, "song.mp3: is of a type that is not read (.mp3): convert it"),
        ([("big.txt", b"x" * (LARGEST + 1))], 413, "big.txt: has 97.7 KiB, at most 97.7 KiB are taken: split it"),
        ([("big.txt", b"x" * (LARGEST + 200_000))], 413, "the request is larger than"),
        ([("a.mp3", b""), ("b.mp3", b"")], 415, "none of the 2 files was taken; the first: a.mp3: "),
        ([("...", b"x")], 400, "has no name that can be kept"),
        ([], 400, "files: "),
    ],
    ids=["type", "size", "request", "several", "name", "none"],
)
def test_where_nothing_is_taken_the_refusal_is_one_line(site: Site, files, status: int, words: str) -> None:
    reply = site.send(*files)
    assert (reply.status, words in reply.json["error"]) == (status, True), reply.body
    assert "\n" not in reply.json["error"]
    assert [each.name for each in site.corpus.iterdir() if each.name != REMOVED] == ["apples.txt"]


def test_who_reads_the_list_may_have_it_without_an_error(site: Site) -> None:
    headers = {**FORM, **site.headers["anna"]}
    reply = call(site.served, "POST", "/api/documents?refuse=false", form(("song.mp3", b"la")), headers)
    assert (reply.status, list(reply.json), reply.json["files"][0]["status"]) == (202, ["files"], 415)


@pytest.mark.parametrize("body", [b"{}", b"--nonsense", b""], ids=["json", "torn", "empty"])
def test_a_body_that_is_no_form_is_refused(site: Site, body: bytes) -> None:
    for kind in ("application/json", FORM["Content-Type"], "multipart/form-data"):
        reply = call(site.served, "POST", "/api/documents", body, {"Content-Type": kind, **site.headers["anna"]})
        assert (reply.status, list(reply.json)) == (400, ["error"])


def test_where_too_many_wait_it_is_said_when_to_come_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.library.jobs.MOST_WAITING", 0)
    reply = site.send(("plums.txt", b"Plums."))
    assert (reply.status, reply.headers["retry-after"]) == (429, "10")
    assert "no more are taken" in reply.json["error"]


def test_a_folder_that_cannot_be_written_is_not_the_callers_fault(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.library, "_folder", site.corpus / "gone")
    reply = site.send(("plums.txt", b"Plums."))
    assert (reply.status, "cannot be written" in reply.json["error"]) == (503, True)


@pytest.mark.parametrize(
    ("who", "status", "words"),
    [("ben", 403, "ben is a reader, this is for editors"), ("nobody", 401, "log in, or send")],
)
def test_only_editors_change_documents(site: Site, who: str, status: int, words: str) -> None:
    for reply in (site.send(("x.txt", b"x"), who=who), site.ask_for("DELETE", "/api/documents/apples.txt", who)):
        assert (reply.status, words in reply.json["error"]) == (status, True)
    assert site.ask_for("GET", "/api/documents/jobs/1", who).status == (200 if who == "ben" else 401)
    assert site.listed() == ["apples.txt"]


@pytest.mark.parametrize("path", ["gone.txt", "jobs/99999", "jobs/x", "..%2f..%2fusers.json"])
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.ask_for("DELETE", f"/api/documents/{path}").status == 404
    assert site.ask_for("GET", f"/api/documents/{path}").status in (400, 404)
    assert (site.corpus.parent / "users.json").is_file()


def test_an_archive_goes_as_a_whole_and_only_if_that_is_said(site: Site) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.txt", "One.")
        archive.writestr("two.txt", "Two.")
    (file,) = site.send(("made.zip", packed.getvalue())).json["files"]
    assert site.done(file["job"])["documents"] == ["made.zip!/one.txt", "made.zip!/two.txt"]
    refused = site.ask_for("DELETE", "/api/documents/made.zip!/one.txt")
    assert (refused.status, "made.zip, which can only be removed as a whole" in refused.json["error"]) == (400, True)
    going = site.ask_for("DELETE", "/api/documents/made.zip!/one.txt?whole_archive=true").json
    assert (going["name"], site.done(going["job"])["state"]) == ("made.zip", "done")
    assert site.listed() == ["apples.txt"]


def test_without_its_folder_the_library_is_closed(open_site: Callable[..., Site]) -> None:
    site = open_site()
    for reply in (site.send(("x.txt", b"x")), site.ask_for("DELETE", "/api/documents/apples.txt")):
        assert (reply.status, "started without their folder" in reply.json["error"]) == (403, True)


def test_who_may_not_change_documents_on_the_page_may_not_here(open_site: Callable[..., Site], opened) -> None:
    site = open_site(library=opened[2], may_edit=lambda _request: False)
    for reply in (site.send(("x.txt", b"x")), site.ask_for("DELETE", "/api/documents/apples.txt")):
        assert (reply.status, "serve with accounts" in reply.json["error"]) == (403, True)


def test_a_page_of_another_site_changes_nothing(open_site: Callable[..., Site], opened) -> None:
    site = open_site(library=opened[2])
    headers = {**FORM, "Origin": "https://evil.example"}
    assert call(site.served, "POST", "/api/documents", form(("x.txt", b"x")), headers).status == 403
    assert call(site.served, "DELETE", "/api/documents/apples.txt", headers=headers).status == 403


def test_a_job_is_remembered_after_the_page_stopped_listing_it(site: Site) -> None:
    (file,) = site.send(("song.mp3", b"la")).json["files"]
    site.library.forget_finished()
    assert site.library.jobs() == ()
    assert site.done(file["job"])["state"] == "failed"


def test_the_routes_describe_themselves(site: Site) -> None:
    paths = site.ask_for("GET", "/api/openapi.json").json["paths"]
    assert {"post", "get"} <= paths["/api/documents"].keys()
    assert {"delete", "get"} <= paths["/api/documents/{document}"].keys()
    assert "multipart/form-data" in paths["/api/documents"]["post"]["requestBody"]["content"]
    assert {"202", "400", "401", "403", "413", "415", "429"} <= paths["/api/documents"]["post"]["responses"].keys()
    assert "get" in paths["/api/documents/jobs/{number}"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are not listed here")
def test_an_upload_that_breaks_off_leaves_no_file_behind(
    open_site: Callable[..., Site], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary, corpus = tmp_path_factory.mktemp("temporary"), tmp_path_factory.mktemp("torn") / "corpus"
    corpus.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(temporary))
    assistant = Assistant.from_memory([], corpus.parent / "index", encoder="hashing")
    library = Library.of(assistant, corpus)
    served = start(assistant, port=0, library=library)
    head = (
        f"POST /api/documents HTTP/1.1\r\nHost: 127.0.0.1:{served.page.server_port}\r\n"
        f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: 9000000\r\n\r\n"
    )
    try:
        with socket.create_connection(("127.0.0.1", served.page.server_port)) as connection:
            connection.sendall(head.encode() + form(("torn.txt", b"x" * 4_000_000))[:3_900_000])
            assert waited(lambda: written_below(temporary))  # it is on the disk by now
        assert waited(lambda: not written_below(temporary))
        assert list(temporary.rglob("*")) == list(corpus.iterdir()) == []
    finally:
        served.close()
        library.close()
        assistant.close()


def written_below(folder: Path) -> list[str]:
    """Files below a folder that this process has open, those without a name included."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except OSError:
            continue
    return [each for each in found if each.startswith(f"{folder}/")]


def waited(true: Callable[[], object], seconds: float = 10.0) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        os.sched_yield()
    return bool(true())


def test_a_connection_is_of_use_after_a_refusal(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.served.page.server_port, timeout=10)
    for _ in range(2):
        headers = {**FORM, **site.headers["anna"]}
        connection.request("POST", "/api/documents", form(("a.mp3", b"la")), headers)
        response = connection.getresponse()
        assert (response.status, list(json.loads(response.read()))) == (415, ["error", "files"])
    connection.close()
