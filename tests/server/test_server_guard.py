"""With accounts set nothing is reachable without a login or a token: checked on every route there is."""

from __future__ import annotations

import html
import http.client
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
from calling import PASSWORDS, Guarded, Reply, call
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Mount

from assistant.datatypes import Citation
from assistant.server import Served, ServeError
from assistant.server.accounts import AccountsError, add_user, remove_user, set_password, set_role
from assistant.server.login import _inside
from assistant.server.serving import doorkeeper
from assistant.ui.permalink import link_to

UNGUARDED = ("/healthz", "/readyz", "/login")
OPEN = {("POST", "/login"), *((method, path) for method in ("GET", "HEAD") for path in UNGUARDED)}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def routes_of(routes: list[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path of an application, those of mounted applications included."""
    for route in routes:
        path = before + getattr(route, "path", "")
        included = getattr(route, "original_router", None)  # FastAPI keeps included routers as they are
        inner = included.routes if included else getattr(route, "routes", None)
        if isinstance(route, Mount) or inner:
            yield from routes_of(list(inner or ()), path)
        else:
            for method in getattr(route, "methods", None) or ("GET", "POST", "DELETE"):
                yield method, path


def filled(path: str) -> str:
    """A path with something in the place of each parameter."""
    return re.sub(r"{[^}]*}", "x", path) or "/"


def every_route(guarded: Guarded) -> list[tuple[str, str]]:
    return sorted({(method, filled(path)) for method, path in routes_of(guarded.served.application.routes.routes)})


def log_in(served: Served, name: str, password: str, **headers: str) -> Reply:
    return call(served, "POST", "/login", f"username={name}&password={password}".encode(), {**FORM, **headers})


def cookie_of(reply: Reply) -> str:
    return reply.headers["set-cookie"].split(";")[0]


def test_the_list_of_routes_holds_the_parts_of_the_server(guarded):
    listed = {path for _, path in every_route(guarded)}
    assert {"/", "/api/ask", "/api/documents/x", "/mcp", "/login", "/healthz", "/metrics", "/config"} <= listed
    assert {"/gradio_api/queue/join", "/gradio_api/upload", "/gradio_api/info", "/assets/x", "/theme.css"} <= listed
    assert len(listed) > 60


def test_every_route_is_refused_without_credentials(guarded):
    let_in = []
    connection = http.client.HTTPConnection("127.0.0.1", guarded.served.page.server_port, timeout=10)
    for method, path in set(every_route(guarded)) - OPEN:
        for headers in ({}, {"Authorization": "Basic YW5uYTph", "Cookie": "footnote_session=x"}):
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            if response.status != 401 or (method != "HEAD" and list(json.loads(body)) != ["error"]):
                let_in.append((method, path, response.status))
    connection.close()
    assert let_in == []


def test_what_is_no_route_is_refused_too(guarded):
    for path in ("/nothing", "//api/ask", "/API/documents", "/login/", "/healthz/x", "/gradio_api/../healthz"):
        assert call(guarded.served, "GET", path).status == 401


def test_what_is_open_tells_nothing_of_the_documents(guarded):
    for path in ("/healthz", "/readyz", "/login"):
        reply = call(guarded.served, "GET", path)
        assert reply.status == 200
        assert "document" not in reply.body
        assert "passage" not in reply.body


def test_a_browser_is_led_to_the_login_and_back(guarded):
    asked = call(guarded.served, "GET", "/?__theme=dark", headers={"Accept": "text/html"})
    assert (asked.status, asked.headers["location"]) == (303, "/login?next=%2F%3F__theme%3Ddark")
    page = call(guarded.served, "GET", asked.headers["location"])
    assert 'name="next" value="/?__theme=dark"' in page.body
    body = b"username=anna&password=a+long+secret&next=%2F%3F__theme%3Ddark"
    reply = call(guarded.served, "POST", "/login", body, FORM)
    assert (reply.status, reply.headers["location"]) == (303, "/?__theme=dark")
    page = call(guarded.served, "GET", "/", headers={"Cookie": cookie_of(reply), "Accept": "text/html"})
    assert page.status == 200
    assert '"username":"anna"' in page.body


@pytest.mark.parametrize("root", ["", "/deep/footnote"])
def test_after_the_login_a_permalink_opens_its_very_place(serve_with, users_file, root):
    cited = Citation(
        *("words", 'a&b=c/50% "of" עברית+ #1.pdf', "corpus/x", "", "", None, 10, 20, 0.5, "x#10-20"), sha256="f" * 64
    )
    link = f"{root}/{link_to(cited)}"
    served = serve_with(auth=[str(users_file)], root_path=root)
    asked = call(served, "GET", link, headers={"Accept": "text/html"})
    assert asked.headers["location"].startswith(f"{root}/login?next=")
    shown = call(served, "GET", asked.headers["location"], headers={"Accept": "text/html"})
    wrong = urlencode({"username": "anna", "password": "no", "next": hidden(shown)}).encode()
    again = call(served, "POST", f"{root}/login", wrong, {**FORM, "Accept": "text/html"})
    right = urlencode({"username": "anna", "password": PASSWORDS["anna"], "next": hidden(again)}).encode()
    reply = call(served, "POST", f"{root}/login", right, {**FORM, "Accept": "text/html"})
    assert (again.status, reply.status, reply.headers["location"]) == (401, 303, link)
    values = {name: each for name, (each,) in parse_qs(urlsplit(reply.headers["location"]).query).items()}
    assert values == {"document": cited.document, "start": "10", "end": "20", "sha256": cited.sha256}


def hidden(page: Reply) -> str:
    """Where a login page says that it leads to."""
    found = re.search(r'name="next" value="([^"]*)"', page.body)
    assert found is not None
    return html.unescape(found[1])


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example", "/\\evil.example", "/%0d%0aX: y"])
def test_a_login_leads_to_no_other_site(guarded, wanted):
    body = f"username=anna&password=a+long+secret&next={wanted}".encode()
    location = call(guarded.served, "POST", "/login", body, FORM).headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(guarded):
    reply = log_in(guarded.served, "ben", PASSWORDS["ben"].replace(" ", "+"))
    attributes = {each.strip().lower() for each in reply.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= attributes
    assert "secure" not in attributes  # this connection is not encrypted


def test_logging_out_ends_the_session(guarded):
    cookie = {"Cookie": cookie_of(log_in(guarded.served, "ben", "another+secret"))}
    assert call(guarded.served, "GET", "/config", headers=cookie).status == 200
    assert call(guarded.served, "POST", "/logout", headers=cookie).status == 303
    assert call(guarded.served, "GET", "/config", headers=cookie).status == 401


def test_a_wrong_password_and_an_unknown_name_are_told_alike(guarded):
    wrong, unknown = log_in(guarded.served, "anna", "x"), log_in(guarded.served, "nobody", "x")
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)
    assert (wrong.status, list(wrong.json)) == (401, ["error"])
    hidden = {"date", "content-length", "x-request-id"}
    assert {k: v for k, v in wrong.headers.items() if k not in hidden} == {
        k: v for k, v in unknown.headers.items() if k not in hidden
    }


def test_a_token_opens_the_api_and_mcp(guarded):
    body = {"question": "Since when do apples grow in Almaty?"}
    assert call(guarded.served, "POST", "/api/ask", body, guarded.bearer("ben")).status == 200
    for token in ("fnt_wrong", "", "x" * 5_000):
        reply = call(guarded.served, "POST", "/api/ask", body, {"Authorization": f"Bearer {token}"})
        assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="footnote"')
    assert call(guarded.served, "POST", "/mcp", {}, guarded.bearer("ben")).status not in (401, 403, 404)


def test_a_reader_is_refused_what_is_for_editors(guarded):
    refused = {
        (method, path): call(guarded.served, method, path, headers=guarded.bearer("ben"))
        for method, path in every_route(guarded)
        if method not in ("HEAD", "OPTIONS") and ("upload" in path or path.startswith("/api/documents"))
    }
    editors = {place for place in refused if place[0] in ("POST", "DELETE") and place[1].startswith("/api/documents")}
    assert {("POST", "/api/documents"), ("DELETE", "/api/documents/x")} <= editors
    assert {place for place, reply in refused.items() if reply.status == 403} == editors
    assert "ben is a reader" in refused["POST", "/api/documents"].json["error"]
    assert call(guarded.served, "POST", "/api/documents", headers=guarded.bearer("anna")).status == 400


def test_the_upload_route_of_gradio_is_closed_to_everybody(guarded, served):
    for reply in (
        call(guarded.served, "POST", "/gradio_api/upload", headers=guarded.bearer("anna")),
        call(served, "POST", "/gradio_api/upload", b"x" * 100),
    ):
        assert (reply.status, reply.json["error"]) == (404, "files are taken at: POST /api/documents")


def test_changes_of_the_users_file_count_at_once(serve_with, users_file):
    served = serve_with(auth=[str(users_file)])
    cookie = {"Cookie": cookie_of(log_in(served, "anna", "a+long+secret"))}
    upload = ("POST", "/api/documents", None, cookie)
    assert call(served, *upload).status not in (401, 403)
    set_role(users_file, "anna", "reader")
    assert call(served, *upload).status == 403
    set_password(users_file, "anna", "yet another secret")
    assert call(served, "GET", "/config", headers=cookie).status == 401
    remove_user(users_file, "anna")
    assert log_in(served, "anna", "yet+another+secret").status == 401
    users_file.write_text("{", encoding="utf-8")
    assert call(served, "GET", "/config", headers=cookie).status == 503
    assert call(served, "GET", "/healthz").status == 200


def test_repeated_failures_are_locked_out_known_name_or_not(serve_with, users_file):
    from assistant.server.lockout import PER_NAME

    served = serve_with(auth=[str(users_file)])
    add_user(users_file, "cleo", "reader", "cleos secret")
    seen = {}
    for name in ("cleo", "nobody"):
        replies = [log_in(served, name, "wrong") for _ in range(PER_NAME)]
        assert {reply.status for reply in replies[:PER_NAME]} == {401}
        seen[name] = log_in(served, name, "cleos+secret")
    assert [each.status for each in seen.values()] == [429, 429]
    assert re.fullmatch(r"8\d\d|900", seen["cleo"].headers["retry-after"])
    assert re.sub(r"\d+", "", seen["cleo"].body) == re.sub(r"\d+", "", seen["nobody"].body)
    page = log_in(served, "cleo", "cleos+secret", Accept="text/html")
    assert (page.status, "try again in 15 minutes" in page.body) == (429, True)


def test_the_page_knows_who_asks_and_what_they_may(guarded):
    from assistant.ui.roles import SCOPE_KEY, Account, may_edit

    class Wrapped:
        def __init__(self, scope):
            self.request = type("R", (), {"scope": scope})()

    assert may_edit(Wrapped({SCOPE_KEY: Account("anna", "editor")}))
    assert not may_edit(Wrapped({SCOPE_KEY: Account("ben", "reader")}))
    assert not may_edit(Wrapped({}))
    assert not may_edit(None)


def test_json_of_refusals_is_ours(guarded):
    assert json.loads(call(guarded.served, "GET", "/api/documents").body)["error"].startswith("log in, or send")


@given(st.text())
def test_whatever_was_asked_for_the_way_after_the_login_stays_here(wanted):
    location = "/" + _inside(wanted)
    assert location.isascii()
    assert not location.startswith("//")
    assert urlsplit(urljoin("http://here.example/login", location)).netloc == "here.example"


def test_a_name_and_password_on_the_command_line_still_let_in(serve_with):
    served = serve_with(auth=["cleo:se:cret word"])
    assert call(served, "GET", "/api/documents").status == 401
    cookie = cookie_of(log_in(served, "cleo", "se:cret+word"))
    assert call(served, "GET", "/api/documents", headers={"Cookie": cookie}).status == 200


def test_a_users_file_that_is_not_there_or_not_alone_is_refused_in_one_line(users_file, tmp_path):
    with pytest.raises(AccountsError, match=r"^[^\n]+footnote users add [^\n]+$"):
        doorkeeper([str(tmp_path / "none.json")])
    with pytest.raises(ServeError, match=r"^One users file [^\n]+$"):
        doorkeeper([str(users_file), "cleo:secret"])
    assert doorkeeper([]) is None
