"""What a web page says of itself: author, date, language, address, and where it links to."""

from __future__ import annotations

import json

import lxml.html

from assistant.corpus.building import one_line
from assistant.corpus.html_names import is_hidden, name_of

_META = {
    "author": ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author"),
    "date": (
        *("article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created", "datepublished"),
        *("citation_publication_date", "parsely-pub-date", "last-modified"),
    ),
    "description": ("description", "og:description"),
    "language": ("dc.language", "content-language"),
    "site": ("og:site_name", "application-name"),
}
_MOST_LINKS = 500
_LONGEST = 2000
_AROUND = {"nav", "header", "footer", "aside", "menu"}
_NO_ADDRESS = ("#", "javascript:", "data:", "about:")


def page_metadata(tree: lxml.html.HtmlElement) -> dict[str, str]:
    """Metadata by name; ``links`` is a JSON list of at most 500 addresses as they are written, navigation left out."""
    said: dict[str, str] = {}
    for meta in tree.iter("meta"):
        key = meta.get("name") or meta.get("property") or meta.get("itemprop") or meta.get("http-equiv") or ""
        content = one_line(meta.get("content") or "")[:_LONGEST]
        if content:
            said.setdefault(key.strip().lower(), content)
    found = {name: next((said[key] for key in keys if key in said), "") for name, keys in _META.items()}
    if found["author"].startswith(("http://", "https://")):  # some pages give the address of a profile
        found["author"] = ""
    found["language"] = (
        one_line(tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        or (found["language"])
    )
    canonical = next((link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical"), None)
    found["address"] = one_line(canonical or "")[:_LONGEST]
    links = _links(tree)
    if links:
        found["links"] = json.dumps(links, ensure_ascii=False)
    return {name: value for name, value in found.items() if value}


def _links(tree: lxml.html.HtmlElement) -> list[str]:
    links: dict[str, None] = {}
    for link in tree.iter("a"):
        address = "".join((link.get("href") or "").split())
        if not address or address.startswith(_NO_ADDRESS) or len(address) > _LONGEST:
            continue
        if not any(name_of(above) in _AROUND or is_hidden(above) for above in link.iterancestors()):
            links[address] = None
        if len(links) == _MOST_LINKS:
            break
    return list(links)
