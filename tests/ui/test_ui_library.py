"""What the library pane shows, and what it believes of a browser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assistant.library import Entry, Job
from assistant.server.guard import Guard
from assistant.ui.library_view import LINE_PIXELS, WINDOW, Look, lines_of, matching, render_documents, render_jobs
from assistant.ui.scope import render_scope
from assistant.ui.theme import static

ENTRIES = tuple(
    Entry(n, f"year {n % 3}/report {n:03d}.txt", "indexed", characters=10, document=f"year {n % 3}/report {n:03d}.txt")
    for n in range(300)
)


@given(st.integers(0, 10_000))
def test_a_window_of_the_list_is_rendered_and_the_rest_keeps_its_height(first: int) -> None:
    html = render_documents(ENTRIES, Look(first=first), (), editable=False)
    rendered = html.count('<li class="fn-line')
    assert rendered == WINDOW
    above, below = (int(each.removesuffix("px")) for each in html.split("padding-block: ")[1].split('"')[0].split())
    assert above + below + rendered * LINE_PIXELS == (300 + 3) * LINE_PIXELS


@pytest.mark.parametrize("name", ["documents.js", "library.css"])
def test_script_and_style_sheet_know_the_height_of_a_line(name: str) -> None:
    said = {"documents.js": f"const LINE = {LINE_PIXELS};", "library.css": f"height: {LINE_PIXELS}px;"}
    assert said[name] in static(name)
    assert f"const WINDOW = {WINDOW};" in static("documents.js")


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 300), ("REPORT 007", 1), ("007 year", 1), ("2/report", 100), ("ｒｅｐｏｒｔ", 300), ("none", 0)],
)
def test_a_search_takes_every_word_without_case_or_width(query: str, count: int) -> None:
    assert len(matching(ENTRIES, Look(query=query), ())) == count


def test_what_is_chosen_and_what_failed_can_be_listed_alone() -> None:
    entries = (*ENTRIES[:2], Entry(9, "bad.pdf", "failed", reason="is empty"))
    assert [e.name for e in matching(entries, Look(show="problems"), ())] == ["bad.pdf"]
    assert matching(entries, Look(show="chosen"), {entries[1].name}) == (entries[1],)


def test_a_folded_folder_keeps_its_own_line_only() -> None:
    assert len(lines_of(ENTRIES, {"year 0", "year 1"})) == 3 + 100


def test_names_and_reasons_are_escaped() -> None:
    bad = Entry(1, '"><script>x</script>/<b>.txt', "failed", reason="<i>&", document=None, file="<b>.txt")
    html = render_documents((bad,), Look(), (), editable=True)
    html += render_jobs((Job(1, "add", "<u>", None, "failed", "<s>"),)) + render_scope(frozenset({"<q>"}), 3, "<q>")
    for tag in ("<script", "<b>.txt", "<i>", "<u>", "<s>", "<q>"):
        assert tag not in html


def test_a_document_without_a_file_in_the_folder_has_no_button_to_remove_it() -> None:
    entry = Entry(1, "a.txt", "indexed", document="a.txt", file="a.txt")
    assert "data-remove" in render_documents((entry,), Look(), (), editable=True)
    assert "data-remove" not in render_documents((entry,), Look(), (), editable=False)
    assert "data-remove" not in render_documents((Entry(1, "a", "indexed", document="a"),), Look(), (), editable=True)


def test_the_line_above_the_question_counts() -> None:
    assert render_scope(frozenset(), 120) == ""
    assert "<b>3 of 120</b>" in render_scope(frozenset("abc"), 120)


@pytest.mark.parametrize(
    ("method", "site", "status"),
    [
        ("POST", "cross-site", 403),
        ("POST", "same-site", 403),
        ("DELETE", "cross-site", 403),
        ("POST", "same-origin", 200),
        ("POST", None, 200),
        ("GET", "cross-site", 200),
    ],
)
def test_another_sites_page_can_change_nothing(method: str, site: str | None, status: int) -> None:
    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    headers = {"sec-fetch-site": site} if site else {}
    assert TestClient(Guard(app, None)).request(method, "/x", headers=headers).status_code == status
