"""Structure of HTML: the main content as text, spans against that text."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_files import html, outline, path_to, read

from assistant.corpus import read_document
from assistant.errors import DocumentError

ARTICLE = "".join(
    f"<p>Paragraph {n} tells at some length what there is to tell about the matter, so that it reads like prose.</p>"
    for n in range(12)
)
LINKS = "".join(f"<li><a href='/{n}'>Somewhere else number {n}</a></li>" for n in range(60))
CLUTTERED = f"""<html><head><title>The matter - The Daily Paper</title></head><body>
<div id="menu" class="menu"><ul>{LINKS}</ul></div>
<article><h1>The matter</h1>{ARTICLE}<h2>What follows</h2><p>The last words of it are these, and they matter too.</p>
</article><div class="footer"><ul>{LINKS}</ul><p>All rights reserved by the paper and nobody else.</p></div>
</body></html>"""


def test_every_kind_of_block(tmp_path: Path) -> None:
    body = """<h1>A <i>big</i> title</h1><p>Some   words<br>and a line.<ul><li>one<li>two<ol><li>nested</ol></ul>
    <h2>A part</h2><table><tr><th>Name<th>Age</tr><tr><td>Ann <b>Lee</b></td><td>30</td></tr></table>
    <pre>if x:\n    y()</pre>bare words<div>a div</div><dl><dt>term<dd>meaning</dl>"""
    assert outline(read(tmp_path, "a.html", body)) == [
        ("h1", "A big title"),
        ("paragraph", "Some words\nand a line."),
        ("list_item", "one"),
        ("list_item", "two"),
        ("list_item", "nested"),
        ("h2", "A part"),
        ("table_row", "Name | Age"),
        ("table_row", "Name: Ann Lee | Age: 30"),
        ("code", "if x:\n    y()"),
        ("paragraph", "bare words"),
        ("paragraph", "a div"),
        ("list_item", "term"),
        ("list_item", "meaning"),
    ]


def test_what_is_not_shown_is_not_read(tmp_path: Path) -> None:
    body = """<script>var words</script><style>p {}</style><nav>Menu</nav><p hidden>hidden</p>
    <p style="display: none">gone</p><template>later</template><p>Seen<span aria-hidden="true">x</span>.</p>"""
    assert outline(read(tmp_path, "a.html", body)) == [("paragraph", "Seen.")]


def test_of_a_cluttered_page_the_main_content_is_read(tmp_path: Path) -> None:
    document = read(tmp_path, "a.html", CLUTTERED)
    assert "Paragraph 11 tells" in document.text
    assert "Somewhere else" not in document.text
    assert path_to(document, "last words") == ("The matter", "What follows")
    assert document.title == "The matter"


def test_of_an_uncluttered_page_everything_is_read(tmp_path: Path) -> None:
    page = html([("h1", "Short"), ("p", "One."), ("li", "Two"), ("h2", "Part"), ("p", "Three.")])
    assert [text for _, text in outline(read(tmp_path, "a.html", page))] == [
        "Short",
        "One.",
        "Two",
        "Part",
        "Three.",
    ]


@pytest.mark.parametrize(
    ("head", "heading", "title"),
    [
        ("<title>A page</title>", "Another heading", "A page"),
        ("<title>Ducks | Encyclopedia</title>", "Ducks", "Ducks"),
        ("<title>Encyclopedia: Ducks</title>", "Ducks", "Ducks"),
        ("<title>Duckweed</title>", "Duck", "Duckweed"),
        ("<title> </title>", "Ducks", "Ducks"),
        ("", "", "a"),
    ],
)
def test_the_title(tmp_path: Path, head: str, heading: str, title: str) -> None:
    assert read(tmp_path, "a.html", html([("h1", heading), ("p", "Words.")], head)).title == title


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="shift_jis">', "shift_jis"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">', "euc-jp"),
        ("", "utf-8"),
        ("", "utf-16"),
        ("<meta charset=iso-8859-1>", "utf-8"),
    ],
)
def test_the_encoding(tmp_path: Path, declaration: str, encoding: str) -> None:
    page = f"<html><head>{declaration}</head><body><p>東京は大きい都市です。</p></body></html>"
    assert outline(read(tmp_path, "a.html", page.encode(encoding))) == [("paragraph", "東京は大きい都市です。")]


def test_an_xhtml_page_with_an_xml_declaration(tmp_path: Path) -> None:
    page = """<?xml version="1.0" encoding="iso-8859-15"?><html xmlns="http://www.w3.org/1999/xhtml">
    <body><p>10 € für Käse</p></body></html>"""
    assert read(tmp_path, "a.xhtml", page.encode("iso-8859-15")).text == "10 € für Käse"


def test_a_page_nested_beyond_measure_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<div>" * 20_000 + "words")
    with pytest.raises(DocumentError, match="is nested too deep"):
        read_document(tmp_path / "a.html")


def test_soft_hyphens_and_hard_spaces_do_not_break_words(tmp_path: Path) -> None:
    assert read(tmp_path, "a.html", "<p>inter&shy;oper&#8203;ability of&nbsp;forces</p>").text == (
        "interoperability of forces"
    )


def test_a_table_that_only_arranges_a_page_is_no_table(tmp_path: Path) -> None:
    page = "<table><tr><td><h1>Title</h1><p>One.</p><p>Two.</p></td><td><ul><li>Item</li></ul></td></tr></table>"
    assert [kind for kind, _ in outline(read(tmp_path, "a.html", page))] == [
        "h1",
        "paragraph",
        "paragraph",
        "list_item",
    ]
