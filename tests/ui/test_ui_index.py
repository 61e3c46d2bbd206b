"""The Index view's markup, and the work that is done once for each state of the index."""

from __future__ import annotations

import html
import json
import re
import threading

import pytest

from assistant.datatypes import IndexUpdate, Passage
from assistant.errors import IndexDamagedError
from assistant.passage_map import MapPoint, PassageMap
from assistant.ui.background import Background
from assistant.ui.index_rendering import (
    DOCUMENTS,
    PASSAGES,
    bytes_of,
    render_health,
    render_map,
    render_passages,
    render_records,
)


def point(key: int, document: str, heading: str = "") -> MapPoint:
    return MapPoint(key, document, heading, None, 0.25, 1.0)


def test_work_is_done_once_for_a_key_and_by_one_at_a_time() -> None:
    gate, done = threading.Event(), []

    def work() -> int:
        assert gate.wait(timeout=10)
        done.append(1)
        return len(done)

    background = Background(work, "test")
    first, again = background.get(1), background.get(1)
    assert first is again
    assert background.latest() is None
    gate.set()
    assert first.result(timeout=10) == 1
    assert background.latest() == 1
    assert background.get(2).result(timeout=10) == 2
    assert background.get(2).result(timeout=10) == 2


def test_work_that_failed_is_tried_again() -> None:
    results = [IndexDamagedError("gone; rebuild it"), 5]

    def work() -> int:
        result = results.pop(0)
        if isinstance(result, IndexDamagedError):
            raise result
        return result

    background = Background(work, "test")
    with pytest.raises(IndexDamagedError):
        background.get(1).result(timeout=10)
    assert background.latest() is None
    assert background.get(1).result(timeout=10) == 5


def test_the_map_carries_its_points_as_numbers_and_says_that_it_is_pca() -> None:
    shown = render_map(PassageMap(1, (point(7, "b", "</canvas><b>"), point(9, "a")), 40, 0.256))
    data = re.search(r'data-map="([^"]*)"', shown)
    assert data is not None
    value = json.loads(html.unescape(data[1]))
    assert value["documents"] == ["a", "b"]
    assert value["points"] == [[7, 1, 0, 2500, 10000, 0], [9, 0, 1, 2500, 10000, 0]]
    assert "</canvas><b>" not in shown
    assert "PCA" in shown
    assert "26%" in shown
    assert "2 of 40 passages, evenly chosen" in shown


def test_long_lists_are_cut_and_say_so() -> None:
    many = tuple(point(key, f"{key:05}") for key in range(DOCUMENTS + 2))
    assert "and 2 more documents" in render_map(PassageMap(1, many, len(many), 0.5))
    points = [point(key, "a") for key in range(PASSAGES + 1)]
    texts = {key: Passage(f"a#{key}", "a", key, key + 1, "<i>", "") for key in range(PASSAGES + 1)}
    listed = render_passages(points, texts)
    assert listed.count("data-passage") == PASSAGES
    assert f"The first {PASSAGES} of {PASSAGES + 1} passages" in listed
    assert "<i>" not in listed
    assert render_passages([point(1, "gone")], {}) == ""


def test_updates_name_what_was_done_and_why_something_failed() -> None:
    update = IndexUpdate("2026-01-02T03:04:05.678+00:00", 1.0, failed=1, details=(("failed", "<x>.pdf", "is <odd>"),))
    shown = render_records({"<f>": 1_200}, [update])
    assert "2026-01-02 03:04 UTC" in shown
    assert "&lt;x&gt;.pdf</bdi>: is &lt;odd&gt;" in shown
    assert "<f>" not in shown
    assert "1.2 kB" in shown


def test_health_says_what_to_do() -> None:
    assert "footnote index" in render_health({"<a>": "has changed"})
    assert "<a>" not in render_health({"<a>": "has changed"})
    assert "As they were".lower() in render_health({}).lower()
    assert "Comparing" in render_health(None)
    assert "rebuild" in render_health(None, "damaged; rebuild it")


@pytest.mark.parametrize(("size", "said"), [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (2_340_000_000, "2.3 GB")])
def test_sizes_are_said_in_powers_of_ten(size: int, said: str) -> None:
    assert bytes_of(size) == said
