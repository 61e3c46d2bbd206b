"""The served page: refusals in one line, and nothing reachable but the page itself."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from assistant.datatypes import Answer, Document, DocumentSummary, StoreInfo
from assistant.errors import InputError
from assistant.ui import Served, ServeError, launch, start
from assistant.ui.serving import claim_port, parse_logins


class Nobody:
    """An assistant that knows nothing: serving is tested here, not answering."""

    def ask(self, question: str, history: object = (), k: int = 5, where: object = None) -> Answer:
        return Answer(question, "not_found", 0.0, "", ())

    def document(self, document_id: str) -> Document:
        raise InputError("There is none.")

    def summaries(self) -> list[DocumentSummary]:
        return []

    def info(self) -> StoreInfo:
        return StoreInfo(1, "none", "", 0, 0, 0.0, 1)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    page = start(Nobody(), port=0)
    yield page
    page.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    page = start(Nobody(), port=0, auth=["anna:se:cret"])
    yield page
    page.close()


def get(page: Served, path: str, host: str | None = None) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", page.page.server_port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    body = response.read().decode("utf-8", "replace")
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_the_page_may_load_from_and_talk_to_its_own_server_only(served: Served) -> None:
    _, headers, _ = get(served, "/")
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "http" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_answers_to_its_own_names(served: Served, host: str) -> None:
    assert get(served, "/", f"{host}:{served.page.server_port}")[0] == 200


def test_a_name_of_another_site_is_refused(served: Served) -> None:
    assert get(served, "/", "evil.example")[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=pyproject.toml"),
        *("/gradio_api/mcp/", "/gradio_api/mcp/sse", "/docs", "/monitoring/summary"),
        "/gradio_api/proxy=https://example.org/",
    ],
)
def test_no_file_no_tool_no_proxy_is_reachable(served: Served, path: str) -> None:
    assert get(served, path)[0] >= 400


def test_no_endpoint_is_offered_to_programs(served: Served) -> None:
    status, _, body = get(served, "/gradio_api/info")
    assert (status, body) == (200, '{"named_endpoints":{},"unnamed_endpoints":{}}')


@pytest.mark.parametrize("path", ["/config", "/gradio_api/info", "/gradio_api/queue/data?session_hash=x"])
def test_with_logins_nothing_is_told_without_one(guarded: Served, path: str) -> None:
    assert get(guarded, path)[0] == 401


def test_the_login_page_tells_nothing_about_the_documents(guarded: Served) -> None:
    body = get(guarded, "/")[2]
    assert '"auth_required":true' in body
    assert "fn-status" not in body


def test_a_taken_port_names_the_command_that_helps() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as refused:
            start(Nobody(), port=port)
    other = port + 1 if port < 65535 else 7860
    assert str(refused.value) == f"Port {port} is in use. Use another: footnote serve --port {other}"
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(("host", "port"), [("203.0.113.7", 7860), ("x" * 70, 7860), ("127.0.0.1", 70_000)])
def test_an_address_that_cannot_be_used_is_refused_in_one_line(host: str, port: int) -> None:
    with pytest.raises(ServeError, match=r"^[^\n]+footnote serve --[^\n]+$"):
        claim_port(host, port)


def test_a_password_may_hold_colons() -> None:
    assert parse_logins(["anna:se:cret", "ben:x"]) == [("anna", "se:cret"), ("ben", "x")]


@pytest.mark.parametrize("pairs", [["anna"], [":x"], ["anna:"], [""], ["anna:x", "anna:y"]], ids=str)
def test_a_malformed_login_is_refused_without_repeating_it(pairs: list[str]) -> None:
    with pytest.raises(ServeError) as refused:
        parse_logins(pairs)
    assert ":x" not in str(refused.value)


def test_launch_says_where_the_page_is_and_frees_the_port_when_interrupted() -> None:
    said: list[str] = []

    def announce(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            raise KeyboardInterrupt

    port = claim_port("127.0.0.1", 0)
    launch(Nobody(), port=port, announce=announce)
    assert said == [f"Footnote is open at http://127.0.0.1:{port}/ (Ctrl-C ends it)", "Closed."]
    assert claim_port("127.0.0.1", port) == port


def test_importing_the_package_does_not_import_gradio() -> None:
    code = "import sys, assistant.ui; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
