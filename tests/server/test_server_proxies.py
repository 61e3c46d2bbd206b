"""Behind a reverse proxy: a tiny one in this process, which serves us under a path of its own."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from calling import PASSWORDS, call

from assistant.server import Served, ServeError
from assistant.server.proxies import parse_networks, parse_root_path

ROOT = "/footnote"


class Proxy:
    """Passes ``/footnote/…`` on, with or without taking that part off, and says who called and how."""

    def __init__(self, port: int, strips: bool) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                path = self.path.removeprefix(ROOT) if strips else self.path
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
                headers |= {
                    "Host": f"127.0.0.1:{port}",
                    "X-Forwarded-For": f"{self.headers.get('X-Forwarded-For', '')},203.0.113.9".lstrip(","),
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-Host": "docs.example",
                }
                inner = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                inner.request(self.command, path or "/", self.rfile.read(size), headers)
                reply = inner.getresponse()
                body = reply.read()
                self.send_response(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                inner.close()

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Nothing is said of single requests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        text = reply.read().decode("utf-8", "replace")
        connection.close()
        return reply, text

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(params=[True, False], ids=["proxy strips the path", "proxy leaves the path"])
def behind(request, serve_with, users_file) -> Iterator[tuple[Proxy, Served]]:
    served = serve_with(
        auth=[str(users_file)], root_path=ROOT, trusted_proxies=["127.0.0.1"], allowed_hosts=["docs.example"]
    )
    proxy = Proxy(served.page.server_port, request.param)
    yield proxy, served
    proxy.close()


def test_everything_works_below_the_path(behind):
    proxy, served = behind
    assert served.url.endswith(f"{ROOT}/")
    asked, _ = proxy.call("GET", f"{ROOT}/", Accept="text/html")
    assert (asked.status, asked.getheader("location")) == (303, f"{ROOT}/login?next=%2F")
    page = proxy.call("GET", f"{ROOT}/login?next=%2F")[1]
    assert f'action="{ROOT}/login"' in page
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://docs.example"}
    body = f"username=anna&password={PASSWORDS['anna'].replace(' ', '+')}&next=%2F".encode()
    logged, _ = proxy.call("POST", f"{ROOT}/login", body, **form)
    assert (logged.status, logged.getheader("location")) == (303, f"{ROOT}/")
    cookie = logged.getheader("set-cookie")
    assert {"secure", "httponly", f"path={ROOT}/"} <= {each.strip().lower() for each in cookie.split(";")}
    session = {"Cookie": cookie.split(";")[0]}
    reply, page = proxy.call("GET", f"{ROOT}/", Accept="text/html", **session)
    assert reply.status == 200
    assert f'"root":"https://docs.example{ROOT}"' in page
    for asset in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)[:3]:
        assert proxy.call("GET", f"{ROOT}/{asset}", **session)[0].status == 200
    assert proxy.call("GET", f"{ROOT}/config", **session)[0].status == 200
    assert proxy.call("GET", f"{ROOT}/api/documents", **session)[0].status == 200
    assert proxy.call("GET", f"{ROOT}/healthz")[0].status == 200


def test_the_page_without_its_last_slash_is_led_to_it(behind):
    reply, _ = behind[0].call("GET", ROOT, Accept="text/html")
    assert reply.status in (303, 308)
    assert f"{ROOT}/" in reply.getheader("location")


def test_lockout_counts_the_address_that_the_proxy_tells(behind, monkeypatch):
    proxy, served = behind
    seen: list[str] = []
    keeper = served.application.keeper
    attempt = type(keeper.logins).attempt
    monkeypatch.setattr(
        type(keeper.logins),
        "attempt",
        lambda self, address, name=None: (seen.append(address), attempt(self, address, name))[1],
    )
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    proxy.call("POST", f"{ROOT}/login", b"username=a&password=b", **form, **{"X-Forwarded-For": "198.51.100.1"})
    assert seen == ["203.0.113.9"]  # what the caller claims for itself is not believed


def test_forwarded_headers_of_anybody_else_count_for_nothing(serve_with):
    served = serve_with(root_path=ROOT)
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Accept": "text/html"}
    page = call(served, "GET", f"{ROOT}/", headers=headers)
    assert page.status == 200
    assert "evil.example" not in page.body
    assert f'"root":"http://127.0.0.1:{served.page.server_port}{ROOT}"' in page.body


@pytest.mark.parametrize("given", ["footnote", "/a//b", "/a b", "http://x/", "/../x", "/a?b"])
def test_a_root_path_that_is_none_is_refused(given):
    with pytest.raises(ServeError, match=r"^[^\n]+--root-path /footnote$"):
        parse_root_path(given)


def test_a_proxy_is_named_by_its_address():
    assert [str(each) for each in parse_networks(["127.0.0.1", "10.0.0.0/8", "::1"])] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
    with pytest.raises(ServeError, match="--trusted-proxy"):
        parse_networks(["proxy.example"])
