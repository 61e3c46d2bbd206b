"""An assistant one can follow by hand: it quotes the sentences that hold a keyword of the question."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stub_tabs import StubTabs

from assistant.datatypes import (
    Answer,
    Block,
    Citation,
    Document,
    DocumentSummary,
    Feedback,
    Stage,
    StoreInfo,
    Turn,
    Verdict,
)
from assistant.errors import QuestionError, UnknownDocumentError
from assistant.page_views import PageView, PageViews

LONGEST_QUESTION = 2_000


def document(
    name: str, text: str, title: str = "", headings: Sequence[str] = (), pages: Sequence[int] = ()
) -> Document:
    """Return a document whose heading blocks are the lines that equal one of ``headings``."""
    blocks = []
    for heading in headings:
        at = text.index(f"{heading}\n")
        blocks.append(Block("heading", at, at + len(heading), level=1))
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return Document(name, f"corpus/{name}", title or name, text, digest, blocks=tuple(blocks), page_starts=tuple(pages))


def cite(source: Document, quote: str, heading: str = "") -> Citation:
    """Return the citation of the first place where ``quote`` stands."""
    start = source.text.index(quote)
    end = start + len(quote)
    return Citation(
        quote=quote,
        document=source.id,
        source=source.source,
        title=source.title,
        heading=heading,
        page=source.page_at(start),
        start=start,
        end=end,
        score=0.9,
        passage=f"{source.id}#{start}-{end}",
        sha256=source.sha256,
    )


@dataclass
class StubAssistant(StubTabs):
    """Answers from a table: keyword in the question -> (outcome, quotations, nearest)."""

    table: dict[str, tuple[str, tuple[Citation, ...], tuple[Citation, ...]]] = field(default_factory=dict)
    asked: list[tuple[str, list[str | Turn]]] = field(default_factory=list)
    scopes: list[tuple[str, ...] | None] = field(default_factory=list)
    patience: threading.Event = field(default_factory=threading.Event)
    pages: PageViews = field(default_factory=lambda: PageViews(Path("index")))

    def summaries(self) -> list[DocumentSummary]:
        return [
            DocumentSummary(each.id, each.source, each.title, len(each.text), len(each.page_starts), each.page_kind)
            for each in self.documents.values()
        ]

    def give_feedback(
        self, question: str, verdict: Verdict, citation: Citation | None = None, history: Sequence[str] = ()
    ) -> Feedback:
        place = () if citation is None else (citation.document, citation.start, citation.end, citation.quote)
        self.said.append(Feedback(question, tuple(history), verdict, *place))
        return self.said[-1]

    def ask(
        self,
        question: str,
        history: Sequence[str | Turn] = (),
        k: int = 5,
        where: Iterable[str] | None = None,
        on_stage: Callable[[Stage], object] | None = None,
    ) -> Answer:
        if k > 1:  # the page tries suggestions out with a single passage before it offers them
            self.asked.append((question, list(history)))
        self.scopes.append(None if where is None else tuple(where))
        if on_stage:
            on_stage("reading")
        if "slowly" in question.lower():
            self.patience.wait(10)
        if len(question) > LONGEST_QUESTION:
            raise QuestionError(
                f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} can be searched for. "
                "Please ask a shorter one."
            )
        if "explode" in question:
            raise ZeroDivisionError("secret detail")
        searched = [question]
        if history and re.search(r"\b(it|they|there)\b", question):
            last = history[-1]
            searched.append(last if isinstance(last, str) else last.question)
        for keyword, (outcome, citations, nearest) in self.table.items():
            if keyword in " ".join(searched).lower():
                text = " ".join(f"{each.quote} [{mark}]" for mark, each in enumerate(citations, 1))
                return Answer(question, outcome, 0.9, text, citations[:k], nearest, tuple(searched))
        return Answer(question, "not_found", 0.1, "", (), (), tuple(searched))

    def document(self, document_id: str) -> Document:
        try:
            return self.documents[document_id]
        except KeyError:
            raise UnknownDocumentError(
                f"There is no document {document_id!r} in the index. Run: footnote index corpus"
            ) from None

    def page_view(self, document: Document, page: int, spans: Sequence[tuple[int, int]] = ()) -> PageView:
        return self.pages.view(document, page, spans)

    def info(self) -> StoreInfo:
        return StoreInfo(3, "models/all-MiniLM-L6-v2", "f" * 64, len(self.documents), 1_234, 31.0, 384)


_1995 = "Practical cooperation began when Kazakhstan joined the Partnership for Peace (PfP) programme in 1995."
_1992 = "Relations with Kazakhstan started in 1992, when the country joined the North Atlantic Cooperation Council."
_KAZCENT = "The Partnership Training and Education Centre KAZCENT in Almaty was accredited by NATO in December 2010."
_2002 = (
    "Kazakhstan’s participation in the PfP Planning and Review Process since 2002 has helped develop the "
    "interoperability between elements of its armed forces and those of NATO Allies."
)
_CAPABILITIES = "Key areas of cooperation > Building capabilities and interoperability"

LETTER = document(
    "nato-kazakhstan.txt",
    f"""Relations with Kazakhstan

  • Last updated: 23 May. 2022 15:32

NATO and Kazakhstan actively cooperate on democratic, institutional and defence reforms, and have developed \
practical cooperation in many other areas.

  • {_1992} This forum for dialogue was succeeded in 1997 by the Euro-Atlantic Partnership Council, which brings \
together all Allies and partner countries in the Euro-Atlantic area.
  • {_1995}
  • Kazakhstan sets out its reform plans and timelines in its Individual Partnership Action Plan (IPAP), which is \
agreed for a two-year period. NATO supports Kazakhstan in achieving these reform goals by providing focused, \
country-specific advice and assistance.

Key areas of cooperation

Kazakhstan’s cooperation with NATO is mutually beneficial and includes:

Building capabilities and interoperability

  • {_2002}
  • {_KAZCENT} It offers annual courses open to Allies and partners.
""",
    "Relations with Kazakhstan",
    ("Relations with Kazakhstan", "Key areas of cooperation", "Building capabilities and interoperability"),
)

HOSTILE_QUOTE = (
    'Beware </mark></div><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">\r\n'
    "${window.hacked = 3} {{#each value}}{{constructor.constructor 'window.hacked = 4'}}{{/each}} &amp; &lt;b&gt;\t"
    "\N{RIGHT-TO-LEFT OVERRIDE}שלום עולם\N{POP DIRECTIONAL FORMATTING} 漢字 👩‍👩‍👧 `${1}` \\u0041 <!-- end"
)
HOSTILE = document(
    'a"><img src=x onerror=window.hacked=5>.html',
    f"<script>window.hacked = 6</script>\n{HOSTILE_QUOTE} --> <iframe src='https://example.org/'></iframe>\n",
    "<svg onload=window.hacked=7>",
)

_LINE = "Line {:05d}: the sea was calm, the harbour slept, and nobody thought of leaving before the spring.\n"
_LONG_TEXT = "".join(_LINE.format(number) for number in range(12_000))
LONG = document("logbook.pdf", _LONG_TEXT, "The logbook", pages=range(0, len(_LONG_TEXT), 3_000))

HEBREW = document("hebrew.txt", "כותרת\n\nזהו משפט ראשון. זהו המשפט המצוטט, 2023. וזה האחרון.\n", "מסמך")


def sample_assistant() -> StubAssistant:
    """Return an assistant over the sample letter, a hostile, a Hebrew and a long document, and a vanished one."""
    first = cite(LETTER, _1995)
    gone = cite(document("gone.txt", "It was here."), "It was here.")
    changed = Citation(**{**{name: getattr(first, name) for name in Citation.__slots__}, "start": 3, "end": 9})
    table = {
        "partnership for peace": ("answered", (first, cite(LETTER, _1992)), (cite(LETTER, _2002, _CAPABILITIES),)),
        "kazcent": ("answered", (cite(LETTER, _KAZCENT, _CAPABILITIES),), ()),
        "interoperability": ("weak", (cite(LETTER, _2002, _CAPABILITIES),), ()),
        "brazil": ("not_found", (), (first, cite(LETTER, _KAZCENT, _CAPABILITIES))),
        "hostile": ("answered", (cite(HOSTILE, HOSTILE_QUOTE),), ()),
        "harbour": ("answered", (cite(LONG, _LINE.format(6_000).strip()),), ()),
        "hebrew": ("answered", (cite(HEBREW, "זהו המשפט המצוטט, 2023."),), ()),
        "gone": ("answered", (gone,), ()),
        "changed": ("answered", (changed,), ()),
    }
    return StubAssistant({each.id: each for each in (LETTER, HOSTILE, LONG, HEBREW)}, table=table)
