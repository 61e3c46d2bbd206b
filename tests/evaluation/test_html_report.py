"""The HTML report: complete, escaped, and free of anything to load."""

from __future__ import annotations

import re

from assistant.evaluation import GoldQuote, Question, QuestionSet, evaluate, render_html
from assistant.evaluation.judging import metric_names

from .stub_asker import Reply, StubAsker, lines_document

NASTY = '<script>alert("1")</script> & co'


def page() -> str:
    documents = {NASTY: lines_document(NASTY, NASTY, "plain")}
    replies = {
        NASTY: Reply([(NASTY, 0)], words=NASTY),
        "bad": Reply([(NASTY, 0)], words="script"),
        "none": Reply([(NASTY, 0)], words="script"),
    }
    questions = (
        Question(NASTY, NASTY, (NASTY,), (GoldQuote(NASTY, NASTY), GoldQuote(NASTY, "<b>nowhere"))),
        Question("bad", "bad", answers=(GoldQuote(NASTY, "plain"),)),
        Question("none", "none", answerable=False),
    )
    return render_html(evaluate(StubAsker(documents, replies), QuestionSet(NASTY, "f" * 64, questions)))


def test_every_text_is_escaped():
    html = page()
    assert "<script" not in html
    assert "<b>nowhere" not in html
    assert html.count("&lt;script&gt;") >= 5


def test_nothing_is_loaded():
    assert not re.search(r"https?:|src=|@import|url\(|<link", page())


def test_every_metric_has_a_bar_with_its_interval():
    html = page()
    assert html.count('class="bar"') == html.count('class="interval"') == len(metric_names())


def test_questions_come_worst_first():
    html = page()
    places = [html.index(f"<td>{name}<td>") for name in ("bad", "none")]
    good = html.index("<tr><td>&lt;script")
    assert max(places) < good
