"""Clients that never come to the end of what they say are let go, and those who do are not."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from calling import call

from assistant.server import Served


def said_to(served: Served, *parts: bytes, timeout: float = 10.0) -> bytes:
    """Everything a server answers to some bytes until it closes the connection."""
    received = b""
    with socket.create_connection(("127.0.0.1", served.page.server_port), timeout) as connection:
        for part in parts:
            connection.sendall(part)
        while more := connection.recv(65_536):
            received += more
    return received


HALF = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@pytest.mark.parametrize("begun", [b"", HALF], ids=["nothing", "half"])
def test_a_head_that_does_not_end_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr("assistant.server.patience.HEAD_SECONDS", 0.1)
    assert said_to(served, begun) == b""


def test_a_second_head_that_does_not_end_is_not_waited_for_either(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.server.patience.HEAD_SECONDS", 0.1)
    monkeypatch.setattr(served.server.config, "timeout_keep_alive", 0.2)
    answered = said_to(served, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /healthz HT")
    assert answered.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/ask", b"408"),
        ("/mcp", b"408"),
        ("/gradio_api/queue/join", b"408"),
        ("/login", b"303"),  # without accounts nobody logs in, and no body is read
        ("/api/documents", b"400"),  # takes no JSON
    ],
)
def test_a_body_that_does_not_come_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str, status: bytes
) -> None:
    monkeypatch.setattr("assistant.server.limits.BODY_SECONDS", 0.1)
    monkeypatch.setattr("assistant.server.patience.HEAD_SECONDS", 0.2)
    monkeypatch.setattr(served.server.config, "timeout_keep_alive", 0.2)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    answered = said_to(served, head.encode(), b'{"question": ')
    assert answered.split(b" ")[1] == status


def test_an_answer_may_take_longer_than_its_question(
    serve_with: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.server.patience.HEAD_SECONDS", 0.01)
    monkeypatch.setattr("assistant.server.limits.BODY_SECONDS", 5.0)
    served = serve_with()
    assert call(served, "POST", "/api/ask", {"question": "When did the harbour open?"}).status == 200


def test_connections_beyond_the_most_are_refused(
    serve_with: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.server.serving.CONNECTIONS", 2)
    served = serve_with()
    held = [socket.create_connection(("127.0.0.1", served.page.server_port)) for _ in range(3)]
    try:
        assert call(served, "GET", "/healthz").status == 503
    finally:
        for each in held:
            each.close()
