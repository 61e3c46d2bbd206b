"""Measure retrieval and answers against a question set: read it, ask it, score it, compare it, report it.

Imports numpy and nothing heavier; what is measured comes in as an ``Asker`` or any ``Retriever``.
"""

from assistant.evaluation.comparison import Difference, compare, load_report_json
from assistant.evaluation.evaluate import Asker, evaluate
from assistant.evaluation.html_report import render_html
from assistant.evaluation.missing import missing_gold
from assistant.evaluation.partial import PartialReport
from assistant.evaluation.questions import GoldQuote, Question, QuestionSet, load_question_set, write_jsonl
from assistant.evaluation.report import Metric, QuestionResult, Report
from assistant.evaluation.retrievers import RetrievedSpan, Retriever, SpanRetriever
from assistant.evaluation.runs import read_run, write_qrels, write_run

__all__ = [
    "Asker",
    "Difference",
    "GoldQuote",
    "Metric",
    "PartialReport",
    "Question",
    "QuestionResult",
    "QuestionSet",
    "Report",
    "RetrievedSpan",
    "Retriever",
    "SpanRetriever",
    "compare",
    "evaluate",
    "load_question_set",
    "load_report_json",
    "missing_gold",
    "read_run",
    "render_html",
    "write_jsonl",
    "write_qrels",
    "write_run",
]
