"""What ``/metrics`` tells, in the text format of Prometheus. The only module that imports ``prometheus_client``.

Labels have a few known values each: no question, no document, no name and no address is ever in one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from assistant import __version__
from assistant.datatypes import StoreInfo
from assistant.errors import FootnoteError

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""


class Metrics:
    """Counts of one server, since it was started."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._questions = Counter(
            "footnote_questions", "Questions, by how they ended.", ["kind", "outcome"], registry=registry
        )
        self._stages = Histogram(
            "footnote_question_seconds",
            "Time of answered questions, by stage.",
            ["stage"],
            buckets=_BUCKETS,
            registry=registry,
        )
        self._requests = Counter(
            "footnote_requests", "HTTP requests, by route and status.", ["method", "route", "status"], registry=registry
        )
        self._replies = Histogram(
            "footnote_reply_seconds", "Time until a reply begins.", ["route"], buckets=_BUCKETS, registry=registry
        )
        self._errors = Counter("footnote_errors", "Refusals and failures of questions.", ["type"], registry=registry)
        self._running = Gauge("footnote_requests_running", "HTTP requests being answered.", registry=registry)
        version = Gauge("footnote_info", "Always 1; the version is a label.", ["version"], registry=registry)
        version.labels(__version__).set(1)
        Gauge("footnote_start_time_seconds", "When it was started.", registry=registry).set(time.time())
        ProcessCollector(registry=self._registry)

    def watch(self, info: Callable[[], StoreInfo], ready: Callable[[], bool]) -> None:
        """Look at the index, and at whether the encoder is loaded, whenever somebody asks for the metrics."""
        self._registry.register(_Index(info, ready))

    def question(self, kind: str, outcome: str, seconds: float, stages: Mapping[str, float]) -> None:
        """Count one question: ``kind`` is ask, search or suggestion; ``seconds`` in all and for each stage."""
        self._questions.labels(kind, outcome).inc()
        if outcome in ("refused", "failed"):
            return
        self._stages.labels("all").observe(seconds)
        for stage, spent in stages.items():
            self._stages.labels(stage).observe(spent)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one HTTP request; ``seconds`` until its reply began."""
        self._requests.labels(method, route, str(status)).inc()
        self._replies.labels(route).observe(seconds)

    def error(self, kind: str) -> None:
        """Count an error by its type."""
        self._errors.labels(kind).inc()

    def running(self, change: int) -> None:
        """Requests that began (1) or ended (-1)."""
        self._running.inc(change)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)


class _Index(Collector):
    """The state of the index at the moment it is asked for."""

    def __init__(self, info: Callable[[], StoreInfo], ready: Callable[[], bool]) -> None:
        self._info = info
        self._ready = ready

    def collect(self) -> Iterator[Metric]:
        """Counts of the index; only ``footnote_index_up`` 0 where it cannot be read."""
        yield _gauge("ready", "1 once the encoder is loaded.", float(self._ready()))
        try:
            info = self._info()
        except FootnoteError:
            yield _gauge("index_up", "1 while the index can be read.", 0)
            return
        yield _gauge("index_up", "1 while the index can be read.", 1)
        yield _gauge("index_documents", "Documents in the index.", info.documents)
        yield _gauge("index_passages", "Passages in the index.", info.passages)
        yield _gauge("index_generation", "Committed changes of the index.", info.generation)


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"footnote_{name}", what, value=value)
