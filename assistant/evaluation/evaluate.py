"""Ask a whole question set and measure what comes back."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from assistant.datatypes import Answer, Hit
from assistant.errors import QuestionError, QuestionSetError
from assistant.evaluation import metrics, statistics
from assistant.evaluation.judging import (
    CUTOFFS,
    OUTCOME_METRICS,
    SPAN_METRICS,
    Judgement,
    Library,
    is_correct,
    judge,
    ranking_metrics,
    ranking_of,
    score_question,
)
from assistant.evaluation.partial import as_partial, first_of, of_these
from assistant.evaluation.question_set import Question, QuestionSet
from assistant.evaluation.report import Latency, Metric, QuestionResult, Report
from assistant.evaluation.retrievers import Retriever, SpanRetriever, Texts, retrieval_only


@runtime_checkable
class Asker(Library, Protocol):
    """What can be evaluated: it answers a question and says which passages it ranked."""

    def ask_with_hits(self, question: str, history: Sequence[str], *, depth: int) -> tuple[Answer, Sequence[Hit]]:
        """The answer, and up to ``depth`` hits best first, from one retrieval."""


@runtime_checkable
class StageTimes(Protocol):
    """What an asker may offer besides: where the time of a question went."""

    @property
    def stage_seconds(self) -> Mapping[str, float]:
        """Stage -> seconds that the latest ``ask_with_hits`` spent in it; a stage it left out is missing."""


def evaluate(
    asker: Asker | Retriever,
    question_set: QuestionSet,
    *,
    documents: Texts | None = None,
    depth: int = 100,
    cutoffs: Sequence[int] = CUTOFFS,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Report:
    """Ask every question once and measure rankings, quotations, confidence and latency.

    A set with document-level qrels ranks documents by their best passage; gold quotations
    rank passages, each standing for the gold place it finds.
    Unanswerable questions and those without gold are asked, but not ranked. A question with no result counts
    as zero.
    Ctrl-C after the first question ends the asking, and the report is a ``PartialReport`` over the questions done. Of
    each question only what the report needs is kept: ids, scores and the first citation, no passages.

    Args:
        asker: what is measured; where the set brings documents, they must be indexed in it. One that offers
            ``StageTimes`` has its stages timed too. Or any callable that takes a question and returns spans, best
            first; its report holds no metrics of answers.
        question_set: the questions.
        documents: for a callable, what it searches, by id or as Documents; by default those of the set.
        depth: how many passages to ask for.
        cutoffs: where recall is measured.
        progress: called with (questions done, questions in all) after each; one that raises KeyboardInterrupt ends
            the asking as Ctrl-C does.
        clock: seconds, rising; for the latency only.

    Raises:
        QuestionSetError: a question is refused by the asker, or none of the gold has a place in its
            documents.
        InputError: a callable returned something that is not a span of a document.
        KeyboardInterrupt: it was stopped before the first question was done.
    """
    if not isinstance(asker, Asker):
        asker = SpanRetriever(asker, question_set.documents or () if documents is None else documents)
    judgements, unresolved = judge(question_set.questions, asker)
    results: list[QuestionResult] = []
    seconds: list[float] = []
    stages: dict[str, list[float]] = {}
    planned = len(question_set.questions)
    try:
        for number, question in enumerate(question_set.questions, start=1):
            started = clock()
            try:
                answer, hits = asker.ask_with_hits(question.question, question.history, depth=depth)
            except QuestionError as error:
                raise QuestionSetError(f"{question_set.name}, question {question.id!r}: {error}") from error
            seconds.append(clock() - started)
            if isinstance(asker, StageTimes):
                for stage, spent in asker.stage_seconds.items():
                    stages.setdefault(stage, []).append(spent)
            results.append(_result(question, judgements[question.id], answer, hits, cutoffs))
            if progress is not None:
                progress(number, planned)
    except KeyboardInterrupt:
        if not results:
            raise
        question_set = first_of(question_set, len(results))
        unresolved = of_these(unresolved, question_set)
        del seconds[len(results) :]  # of a question that was answered and not judged
    latency = _latency(seconds)
    report = Report(
        name=question_set.name,
        sha256=question_set.sha256,
        depth=depth,
        counts=_counts(question_set.questions, results, {item.id for item in unresolved}),
        metrics=_metrics(question_set.questions, results, cutoffs),
        p50_ms=latency.p50,
        p95_ms=latency.p95,
        p99_ms=latency.p99,
        results=tuple(results),
        unresolved=unresolved,
        ambiguous=tuple(result.id for result in results if any(span.occurrences > 1 for span in result.gold)),
        stages_ms={stage: _latency(spent) for stage, spent in stages.items()},
    )
    if isinstance(asker, SpanRetriever):
        report = retrieval_only(report, cutoffs)
    return report if len(results) == planned else as_partial(report, planned)


def _latency(seconds: Sequence[float]) -> Latency:
    return Latency(*(metrics.percentile([each * 1000 for each in seconds], percent) for percent in (50, 95, 99)))


def _result(
    question: Question, judgement: Judgement, answer: Answer, hits: Sequence[Hit], cutoffs: Sequence[int]
) -> QuestionResult:
    # One copy of each id over all questions: at full depth, ids are most of what a large set would hold.
    ranking = tuple((sys.intern(identity), score) for identity, score in ranking_of(hits, judgement))
    return QuestionResult(
        id=question.id,
        question=question.question,
        history=question.history,
        answerable=question.answerable,
        relevant=judgement.relevant,
        gold=judgement.gold,
        ranking=ranking,
        metrics=score_question(question, judgement, ranking, hits, answer, cutoffs),
        outcome=answer.outcome,
        confidence=answer.confidence,
        quote=answer.citations[0] if answer.citations else None,
        correct=is_correct(question, judgement, answer),
    )


def _counts(questions: Sequence[Question], results: Sequence[QuestionResult], unresolved: set[str]) -> dict[str, int]:
    return {
        "asked": len(questions),
        "ranked": sum("ndcg@10" in result.metrics for result in results),
        "unanswerable": sum(not question.answerable for question in questions),
        "unjudged": sum(question.answerable and not question.judged for question in questions),
        "unresolved": len(unresolved),
        "empty": sum(not result.ranking for result in results),
    }


def _metrics(
    questions: Sequence[Question], results: Sequence[QuestionResult], cutoffs: Sequence[int]
) -> dict[str, Metric]:
    def mean_of(*names: str) -> dict[str, Metric]:
        found = {}
        for name in names:
            values = [result.metrics[name] for result in results if name in result.metrics]
            if values:
                found[name] = Metric(
                    statistics.mean(values),
                    *statistics.mean_interval(values),
                    len(values),
                    statistics.detectable_effect(values),
                )
        return found

    table = mean_of(*ranking_metrics(cutoffs), *SPAN_METRICS)
    told = [
        (r.confidence, q.answerable) for q, r in zip(questions, results, strict=True) if q.judged or not q.answerable
    ]
    confidences, answerable = [c for c, _ in told], [a for _, a in told]
    if len(set(answerable)) == 2:
        area = metrics.auroc(confidences, answerable)
        interval = statistics.auroc_interval(area, confidences, answerable)
        table["answerable_auroc"] = Metric(area, *interval, len(told))
    known = [(result.confidence, result.correct) for result in results if result.correct is not None]
    if any(result.gold for result in results):
        confidences, correct = [c for c, _ in known], [right for _, right in known]
        error = metrics.expected_calibration_error(confidences, correct)
        interval = statistics.calibration_interval(error, confidences, correct)
        table["ece"] = Metric(error, *interval, len(known))
        risk = metrics.aurc(confidences, correct)
        table["aurc"] = Metric(risk, *statistics.aurc_interval(risk, confidences, correct), len(known))
    return table | mean_of(*OUTCOME_METRICS)
