"""The HTML report: complete, escaped, and free of anything to load; its plots say what the numbers say."""

from __future__ import annotations

import base64
import hashlib
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import UnknownDocumentError
from assistant.evaluation import GoldQuote, Question, QuestionSet, evaluate, render_html
from assistant.evaluation.html_report import plots, series
from assistant.evaluation.html_report.passages import excerpt, marked, place_of, remembered, telling_words
from assistant.evaluation.html_report.questions import first_rank, verdict, worst_first
from assistant.evaluation.judging import LOWER_IS_BETTER

from .stub_asker import Reply, StubAsker, lines_document

NASTY = "<script>alert(\"1\")</script> & </style> 'co' \u202etfel"
ANSWERS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def nasty_report():
    documents = {NASTY: lines_document(NASTY, NASTY, "plain words here", "other")}
    replies = {
        NASTY: Reply([(NASTY, 0)], words=NASTY, confidence=0.9),
        "bad": Reply([(NASTY, 0), (NASTY, 2)], words="script", confidence=0.8),
        "refused": Reply([(NASTY, 1)], words="plain", outcome="not_found", confidence=0.1),
        "low": Reply([(NASTY, 0), (NASTY, 1)], words="script", confidence=0.3),
        "none": Reply([(NASTY, 0)], words="script", confidence=0.6),
        "silent": Reply([(NASTY, 0)], words="script", outcome="not_found", confidence=0.2),
        "hedged": Reply([(NASTY, 0)], words="script", outcome="weak", confidence=0.4),
    }
    plain = (GoldQuote(NASTY, "plain words"),)
    questions = (
        Question(NASTY, NASTY, (NASTY,), (GoldQuote(NASTY, NASTY), GoldQuote(NASTY, "<b>nowhere"))),
        Question("bad", "bad", answers=plain),
        Question("refused", "refused", answers=plain),
        Question("low", "low", answers=plain),
        Question("none", "none", answerable=False),
        Question("silent", "silent", answerable=False),
        Question("hedged", "hedged", answerable=False),
    )
    stub = StubAsker(documents, replies)
    return evaluate(stub, QuestionSet(NASTY, "f" * 64, questions)), lambda identity: stub.document(identity).text


def page(**options) -> str:
    report, text_of = nasty_report()
    return render_html(report, text_of=text_of, **options)


class Elements(HTMLParser):
    """Every start tag, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_every_text_is_escaped():
    html = page()
    assert html.count("<script>") == html.count("<style>") == 1
    assert "<b>nowhere" not in html
    assert "&lt;b&gt;nowhere" in html
    assert html.count("&lt;script&gt;") >= 5
    elements = Elements(html).found
    assert not [(tag, name) for tag, attributes in elements for name in attributes if name.startswith("on")]
    assert not [tag for tag, attributes in elements if "style" in attributes]


def test_nothing_is_loaded():
    assert not re.search(r"https?:|src=|href=|@import|url\(|<link", page())


def test_the_policy_allows_the_one_style_and_the_one_script_and_nothing_else():
    html = page()
    (policy,) = [
        attributes["content"]
        for tag, attributes in Elements(html).found
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.split(maxsplit=1) for rule in policy.split("; "))
    assert rules.keys() == {"default-src", "style-src", "script-src", "base-uri", "form-action"}
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        inside = re.search(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"


def test_every_metric_has_a_bar_with_its_interval():
    report, _ = nasty_report()
    html = render_html(report)
    bars = re.findall(r'<svg class="metric".*?</svg>', html)
    assert len(bars) == len(report.metrics) > 10
    assert all('<g class="interval">' in bar for bar in bars)
    assert html.count("lower is better") == len(report.metrics.keys() & LOWER_IS_BETTER) >= 3


def test_questions_come_worst_first():
    report, _ = nasty_report()
    assert [(result.id, verdict(result)) for result in worst_first(report.results)] == [
        ("bad", "not in the first ten"),
        ("none", "false answer"),
        ("low", "wrong quotation"),
        ("refused", "false refusal"),
        (NASTY, "right"),
        ("hedged", "hedged"),
        ("silent", "rightly refused"),
    ]
    assert re.findall(r'<tbody[^>]* data-miss="(\d)"', render_html(report)) == ["1", "1", "1", "1", "0", "0", "0"]


def test_the_first_rank_is_that_of_the_first_relevant_id():
    report, _ = nasty_report()
    assert [first_rank(result) for result in report.results] == [1, None, 1, 2, None, None, None]


def test_a_set_without_gold_quotations_has_no_plot_of_quotations():
    documents = {"d": lines_document("d", "red fox"), "e": lines_document("e", "owl")}
    stub = StubAsker(documents, {"q": Reply([("e", 0), ("d", 0)]), "why": Reply()})
    questions = (Question("q", "q", relevant={"d": 1}), Question("why", "why"))
    report = evaluate(stub, QuestionSet("set", "f" * 64, questions))
    html = render_html(report, text_of=lambda identity: stub.document(identity).text)
    assert "Recall by k" in html
    assert "Reliability" not in html
    assert [verdict(result) for result in report.results] == ["ranked", "not judged"]
    assert "red fox" in html


def test_texts_appear_with_the_gold_marked_where_they_can_be_looked_up():
    report, text_of = nasty_report()
    assert "<mark>plain words</mark> here" in render_html(report, text_of=text_of)
    assert "<mark>plain words</mark>" not in render_html(report)
    assert "<mark>&lt;script&gt;" in render_html(report)  # the first quotation is in the report itself


def test_a_document_that_is_gone_leaves_its_place():
    def gone(identity: str) -> str:
        raise UnknownDocumentError(identity)

    report, _ = nasty_report()
    assert render_html(report, text_of=gone) == render_html(report)


def test_half_a_surrogate_pair_can_be_written():
    report, _ = nasty_report()
    render_html(report, text_of=lambda _: "plain\ud800" * 50).encode("utf-8")


def test_latency_is_plotted_by_stage():
    html = page(timings={"whole": [10.0, 20.0, 30.0], "en<code": [1.0, 1.0, 4.0], "unused": []})
    assert '<th scope="row">whole</th><td class="number">20.0</td><td class="number">29.0</td>' in html
    assert 'aria-label="whole: p50 20.0 ms, p95 29.0 ms, p99 29.8 ms; en&lt;code: p50 1.0 ms' in html
    assert "unused" not in html


def test_without_times_of_the_questions_the_percentiles_of_the_report_are_plotted():
    report, _ = nasty_report()
    html = render_html(replace(report, p50_ms=3.0, p95_ms=7.5, p99_ms=8.25))
    assert 'aria-label="question: p50 3.0 ms, p95 7.5 ms, p99 8.2 ms"' in html
    assert '<td class="number">3.0</td><td class="number">7.5</td>' in html


def test_the_same_report_gives_the_same_page():
    report, text_of = nasty_report()
    assert render_html(report, text_of=text_of) == render_html(report, text_of=text_of)


# Series


def test_risk_rises_where_the_surest_answers_are_right():
    points = series.risk_coverage([(0.9, True), (0.5, False), (0.5, True), (0.1, False)])
    assert [(p.coverage, p.risk, p.confidence) for p in points] == [
        (1 / 4, 0, 0.9),
        (3 / 4, 1 / 3, 0.5),
        (1, 2 / 4, 0.1),
    ]


@given(ANSWERS)
def test_the_last_risk_is_the_share_of_wrong_answers(answers):
    points = series.risk_coverage(answers)
    assert points[-1].coverage == 1
    assert points[-1].risk == pytest.approx(sum(not right for _, right in answers) / len(answers))
    assert all(one.coverage < other.coverage for one, other in pairwise(points))


@given(ANSWERS)
def test_the_bins_hold_every_answer_once(answers):
    bins = series.reliability(answers)
    assert sum(each.n for each in bins) == len(answers)
    assert sum(each.n * each.right for each in bins) == pytest.approx(sum(right for _, right in answers))
    assert all(0 <= each.low <= each.right <= each.high <= 1 for each in bins)


def test_wilson_gives_the_published_interval():
    # Newcombe 1998, table I, method 3: 81 of 263, and 0 of 20
    assert series.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert series.wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0, 1))
def test_percentiles_are_those_of_numpy(values, share):
    assert series.percentile(values, share) == pytest.approx(float(np.quantile(values, share)), rel=1e-9, abs=1e-9)


def test_recall_rises_with_k_up_to_the_depth():
    documents = {name: lines_document(name, name) for name in "abcd"}
    stub = StubAsker(documents, {"q": Reply([(name, 0) for name in "abcd"])})
    report = evaluate(stub, QuestionSet("s", "f" * 64, (Question("q", "q", relevant={"b": 1, "c": 1}),)), depth=3)
    points = series.recall_by_k(report.results, report.depth)
    assert [(point.x, point.value) for point in points] == [(1, 0), (2, 1 / 2), (3, 1)]


# Plots


@given(st.floats(0, 1e9))
def test_ticks_reach_the_largest_value_in_few_equal_steps(largest):
    ticks = plots.rounded_ticks(largest)
    assert ticks[0] == 0
    assert ticks[-1] >= largest * (1 - 1e-9)
    assert 2 <= len(ticks) <= 6
    assert ticks == pytest.approx([number * ticks[1] for number in range(len(ticks))])


@given(ANSWERS, st.lists(st.floats(0, 1e4), min_size=1, max_size=20))
def test_plots_are_well_formed_and_stay_in_their_frame(answers, values):
    drawn = [
        plots.metric_bar(0.5, 0.4, 0.6),
        plots.recall_plot([series.Estimate(k, 0.5, 0.2, 0.9) for k in range(1, len(values) + 1)]),
        plots.risk_plot(series.risk_coverage(answers), [plots.Mark(0.5, "a<b")]),
        plots.reliability_plot(series.reliability(answers)),
        plots.percentile_plot({"a<b": {"p50": min(values), "p95": max(values)}}, "ms"),
        plots.histogram(values, [plots.Mark(max(values), "p95")], "ms"),
    ]
    for svg in drawn:
        root = ElementTree.fromstring(svg)
        assert root.get("aria-label")
        for element in root.iter("rect"):
            x, wide = float(element.get("x", 0)), float(element.get("width"))
            assert x >= 0
            assert wide >= 0
            assert x + wide <= plots.WIDTH
    assert sum(int(t.text.rsplit(" ", 1)[1]) for t in ElementTree.fromstring(drawn[-1]).iter("title")) == len(values)


@given(st.floats(0, 1e6), st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=60))
def test_the_rows_of_percentiles_leave_room_for_their_names_and_labels(largest, name):
    root = ElementTree.fromstring(plots.percentile_plot({name: {"p50": largest / 2, "p99": largest}}, "ms"))
    *ticks, label = root.iter("text")
    assert float(root.find("rect").get("x")) > float(label.get("x")) >= 6.5 * len(label.text)
    assert (ticks[-1].get("text-anchor"), float(ticks[-1].get("x")) <= plots.WIDTH) == ("end", True)


def test_a_bar_is_as_long_as_its_value():
    root = ElementTree.fromstring(plots.metric_bar(0.25, 0.1, 0.5))
    assert root.findall("rect")[1].get("width") == "50.00"
    line = root.find("g")[0]
    assert (line.get("x1"), line.get("x2")) == ("20.00", "100.00")


# Passages


@pytest.mark.parametrize(
    ("identity", "place"),
    [("a.txt#3-9", ("a.txt", 3, 9)), ("a#1-2#3-9", ("a#1-2", 3, 9)), ("a.txt", None), ("a#b-c", None)],
    ids=["passage", "document with the sign", "document", "other fragment"],
)
def test_the_id_of_a_passage_names_its_place(identity, place):
    assert place_of(identity) == place


def test_gold_is_marked_and_its_words_elsewhere_too():
    words = telling_words(["the Red fox of 7"])
    assert words == {"red", "fox", "7"}
    html = marked("a red <fox> & the red owl", 10, [(12, 21)], words)
    assert html == 'a <mark>red &lt;fox&gt;</mark> &amp; the <span class="word">red</span> owl'


@given(st.text("ab <&", max_size=30), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_marking_changes_no_word(text, spans):
    html = marked(text, 10, spans, frozenset({"a", "ab"}))
    assert "".join(ElementTree.fromstring(f"<p>{html}</p>").itertext()) == text


def test_a_long_passage_is_cut_around_its_gold():
    text = "x" * 1000 + "GOLD" + "x" * 1000
    html = excerpt(text, (0, len(text)), [(1000, 1004)], frozenset())
    assert "<mark>GOLD</mark>" in html
    assert html.startswith("… ")
    assert html.endswith(" …")
    assert len(html) < 600


def test_unknown_documents_have_no_text():
    def look_up(identity: str) -> str:
        raise UnknownDocumentError(identity)

    assert remembered(look_up)("x") is None
    assert remembered(None)("x") is None
