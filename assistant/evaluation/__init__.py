"""Measure retrieval and answers against a question set: read it, ask it, score it, compare it, report it.

Imports numpy and nothing heavier; what is measured comes in as an ``Asker`` or any ``Retriever``.
"""

from assistant.evaluation.comparison import (
    Difference,
    Pairing,
    Setback,
    compare,
    load_report_json,
    pairing,
    setbacks,
    whole_set_changes,
)
from assistant.evaluation.evaluate import Asker, StageTimes, evaluate
from assistant.evaluation.feedback import questions_from
from assistant.evaluation.gates import Gate, Verdict, check_baseline, check_gates, parse_gate
from assistant.evaluation.html_report import render_html
from assistant.evaluation.missing import missing_gold
from assistant.evaluation.partial import PartialReport
from assistant.evaluation.questions import GoldQuote, Question, QuestionSet, load_question_set, write_jsonl
from assistant.evaluation.report import Latency, Metric, QuestionResult, Report
from assistant.evaluation.retrievers import RetrievedSpan, Retriever, SpanRetriever
from assistant.evaluation.runs import read_run, write_qrels, write_run

__all__ = [
    "Asker",
    "Difference",
    "Gate",
    "GoldQuote",
    "Latency",
    "Metric",
    "Pairing",
    "PartialReport",
    "Question",
    "QuestionResult",
    "QuestionSet",
    "Report",
    "RetrievedSpan",
    "Retriever",
    "Setback",
    "SpanRetriever",
    "StageTimes",
    "Verdict",
    "check_baseline",
    "check_gates",
    "compare",
    "evaluate",
    "load_question_set",
    "load_report_json",
    "missing_gold",
    "pairing",
    "parse_gate",
    "questions_from",
    "read_run",
    "render_html",
    "setbacks",
    "whole_set_changes",
    "write_jsonl",
    "write_qrels",
    "write_run",
]
