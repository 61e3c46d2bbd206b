"""The served page: refusals in one line, and nothing reachable but the page itself."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from calling import call

from assistant import Assistant
from assistant.server import Served, ServeError, launch, start
from assistant.server.address import claim_port
from assistant.server.serving import parse_logins


def test_the_page_may_load_from_and_talk_to_its_own_server_only(served: Served) -> None:
    headers = call(served, "GET", "/").headers
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert "http" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_answers_to_its_own_names(served: Served, host: str) -> None:
    assert call(served, "GET", "/", headers={"Host": f"{host}:{served.page.server_port}"}).status == 200


def test_a_name_of_another_site_is_refused(served: Served) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""):
        reply = call(served, "GET", "/", headers={"Host": host})
        assert (reply.status, list(reply.json)) == (400, ["error"])


@pytest.mark.parametrize(
    "path",
    [
        *("/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/file=pyproject.toml"),
        *("/gradio_api/mcp/", "/gradio_api/mcp/sse", "/docs", "/monitoring/summary"),
        "/gradio_api/proxy=https://example.org/",
    ],
)
def test_no_file_no_tool_no_proxy_is_reachable(served: Served, path: str) -> None:
    assert call(served, "GET", path).status >= 400


def test_the_page_offers_one_endpoint_to_programs(served: Served) -> None:
    told = call(served, "GET", "/gradio_api/info").json
    assert (list(told["named_endpoints"]), told["unnamed_endpoints"]) == (["/ask"], {})


def test_a_taken_port_names_the_command_that_helps(assistant: Assistant) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServeError) as refused:
            start(assistant, port=port)
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


def test_launch_says_where_the_page_is_and_frees_the_port_when_interrupted(assistant: Assistant) -> None:
    said: list[str] = []

    def announce(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            raise KeyboardInterrupt

    port = claim_port("127.0.0.1", 0)
    launch(assistant, port=port, announce=announce)
    assert said == [f"Footnote is open at http://127.0.0.1:{port}/ (Ctrl-C ends it)", "Closed."]
    assert claim_port("127.0.0.1", port) == port


def test_importing_the_package_does_not_import_gradio() -> None:
    code = "import sys, assistant.ui, assistant.server; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
