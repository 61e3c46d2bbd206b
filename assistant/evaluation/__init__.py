"""Measure retrieval and answers against a question set: read it, ask it, score it, compare it, report it.

Imports numpy and nothing heavier; what is measured comes in as an ``Asker``.
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
from assistant.evaluation.gates import Gate, Verdict, check_baseline, check_gates, parse_gate
from assistant.evaluation.html_report import render_html
from assistant.evaluation.questions import GoldQuote, Question, QuestionSet, load_question_set
from assistant.evaluation.report import Latency, Metric, QuestionResult, Report
from assistant.evaluation.runs import read_run, write_qrels, write_run

__all__ = [
    "Asker",
    "Difference",
    "Gate",
    "GoldQuote",
    "Latency",
    "Metric",
    "Pairing",
    "Question",
    "QuestionResult",
    "QuestionSet",
    "Report",
    "Setback",
    "StageTimes",
    "Verdict",
    "check_baseline",
    "check_gates",
    "compare",
    "evaluate",
    "load_question_set",
    "load_report_json",
    "pairing",
    "parse_gate",
    "read_run",
    "render_html",
    "setbacks",
    "whole_set_changes",
    "write_qrels",
    "write_run",
]
