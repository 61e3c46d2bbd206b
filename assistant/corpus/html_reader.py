"""HTML: the main content as text built here, so that spans hold against ``Document.text``, not the markup.

Two readings are made. The plain one walks all of the page but its navigation. trafilatura's keeps what it
takes for the main content. A page that calls itself an article has its text in one place, so trafilatura's is
taken, at its most precise. Of other pages, one with few links, or of which trafilatura would keep nearly all, is
hardly cluttered: there the plain reading is better, for it loses nothing and keeps all the structure. Elsewhere
trafilatura's is.
"""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from assistant.corpus.building import Content, TextBuilder, UnreadableError, one_line
from assistant.corpus.decoding import decode
from assistant.corpus.html_metadata import page_metadata
from assistant.corpus.html_tree import add_tree

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]+)", re.I
)
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# Without huge_tree lxml silently leaves out what is nested too deep; trafilatura loses the text behind comments.
_PARSER = lxml.html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
_HEAD_BYTES = 4096
_NEARLY_ALL = 0.9
_FEW_LINKS = 0.1
_TOO_LITTLE = 0.05


def parse(data: bytes) -> Content:
    """Read an HTML file.

    Raises:
        UnreadableError: not text, no markup that holds any text.
    """
    tree = parse_tree(data)
    title, metadata = _title(tree), page_metadata(tree)
    body = tree.find("body")
    whole = _content(tree if body is None else body, title, metadata)
    links = sum(len(one_line(link.text_content())) for link in tree.iter("a"))
    article = _is_article(tree)
    if links < _FEW_LINKS * len(whole.text) and not article:
        return whole
    main = _main_content(tree, title, metadata, precise=article)
    if main is None or (not article and len(main.text) >= _NEARLY_ALL * len(whole.text)):
        return whole
    return whole if article and len(main.text) < _TOO_LITTLE * len(whole.text) else main


def parse_whole(data: bytes) -> Content:
    """Read all of an HTML file but its navigation, as for a chapter of a book or the body of a letter.

    Raises:
        UnreadableError: as :func:`parse`.
    """
    tree = parse_tree(data)
    body = tree.find("body")
    return _content(tree if body is None else body, _title(tree), page_metadata(tree))


def parse_tree(data: bytes) -> lxml.html.HtmlElement:
    """The tree of an HTML file.

    Raises:
        UnreadableError: not text, no markup that holds any text.
    """
    declared = _DECLARED.search(data[:_HEAD_BYTES])
    encoding = next((name for name in declared.groups() if name), b"").decode("ascii") if declared else None
    source = _XML_DECLARATION.sub("", decode(data, encoding), count=1).replace("\x00", "")
    try:
        return lxml.html.document_fromstring(source, parser=_PARSER)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableError("holds no text: fill it or remove it") from error


def _main_content(
    tree: lxml.html.HtmlElement, title: str, metadata: dict[str, str], *, precise: bool
) -> Content | None:
    from trafilatura import bare_extraction  # takes a second to import: only for HTML

    extracted = bare_extraction(tree, include_comments=False, include_tables=True, favor_precision=precise)
    if extracted is None or isinstance(extracted, dict) or extracted.body is None:
        return None
    content = _content(extracted.body, title, metadata)
    return content if content.blocks else None


def _is_article(tree: lxml.html.HtmlElement) -> bool:
    """Whether a page calls itself an article: then what is not clearly of it is clutter."""
    said = (meta.get("content", "") for meta in tree.iter("meta") if meta.get("property") == "og:type")
    return "article" in {kind.strip().lower() for kind in said}


def _content(tree: etree._Element, title: str, metadata: dict[str, str]) -> Content:
    builder = TextBuilder()
    try:
        add_tree(builder, tree)
    except RecursionError as error:
        raise UnreadableError("is nested too deep: simplify its markup") from error
    return builder.content(title, metadata)


def _title(tree: lxml.html.HtmlElement) -> str:
    """The page's <title>, less the name of its site where an <h1> shows what that is; else the <h1>."""
    title = one_line(tree.findtext(".//head/title") or "")
    headings = [one_line(heading.text_content()) for heading in tree.iter("h1")]
    if not title:
        return next((heading for heading in headings if heading), "")
    for heading in headings:
        rest = title.removeprefix(heading).removesuffix(heading).strip() if heading else title
        if rest != title and (not rest or not (rest[0].isalnum() and rest[-1].isalnum())):
            return heading
    return title
