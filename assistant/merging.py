"""Ranked passages -> what is shown: no word twice, and a neighbour that answers too joins the better passage. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.datatypes import Passage, Span
from assistant.index import PassageRef


@dataclass(slots=True)
class Shown:
    """A passage as it is shown.

    Attributes:
        place: the passage.
        score: what it was ranked by.
        start, end: where it stands, with the neighbour that it grew by.
        grown_by: a neighbour that did nearly as well and is shown with it, if any.
        apart_from: a span of the document, shown already, that is left out of it.
    """

    place: PassageRef
    score: float
    start: int
    end: int
    grown_by: PassageRef | None = None
    apart_from: Span | None = None

    @property
    def key(self) -> int:
        """Key of the passage that was ranked."""
        return self.place.key

    @property
    def keys(self) -> tuple[int, ...]:
        """Keys of the passages it is made of."""
        return (self.key,) if self.grown_by is None else (self.key, self.grown_by.key)

    def passage(self, passages: Mapping[int, Passage]) -> Passage:
        """The text that is shown, made from the passages of its keys."""
        own = passages[self.key]
        if self.grown_by is not None:
            own = joined(own, passages[self.grown_by.key])
        return own if self.apart_from is None else apart(own, self.apart_from)


def merged(ranked: Sequence[tuple[PassageRef, float]], margin: float, count: int) -> list[Shown]:
    """What is shown of ranked passages, best first.

    A passage that shares a part with a better one is not shown again. If it did nearly as well, within ``margin``, both
    answer, and the better one grows by it, once. A passage that only meets what another one grew by is shown without
    the words they share.

    Args:
        ranked: places with scores, best first.
        margin: 0 or more.
        count: how many are shown at most.
    """
    shown: list[Shown] = []
    of_document: dict[str, list[Shown]] = {}
    for place, score in ranked:
        if len(shown) > count and score < shown[count].score - margin:
            break
        mine = of_document.setdefault(place.document, [])
        meets = [each for each in mine if each.start < place.end and place.start < each.end]
        beside = [each for each in meets if each.place.start < place.end and place.start < each.place.end]
        if not meets:
            mine.append(Shown(place, score, place.start, place.end))
            shown.append(mine[-1])
        elif len(meets) > 1:
            continue
        elif beside:
            better = beside[0]
            free = better.grown_by is None and better.apart_from is None and len(better.place.parts) == 2
            if free and score >= better.score - margin:
                better.grown_by = place
                better.start, better.end = min(better.start, place.start), max(better.end, place.end)
        elif not (meets[0].start <= place.start and place.end <= meets[0].end):
            known = meets[0]
            start, end = (known.end, place.end) if known.start <= place.start else (place.start, known.start)
            mine.append(Shown(place, score, start, end, apart_from=(known.start, known.end)))
            shown.append(mine[-1])
    return shown[:count]


def joined(one: Passage, other: Passage) -> Passage:
    """Two passages of one document that overlap or touch, as one.

    Raises:
        ValueError: if there is text between them, or they belong to different documents.
    """
    first, second = sorted((one, other), key=lambda passage: passage.start)
    if first.document != second.document or second.start > first.end:
        raise ValueError(f"{first.id} and {second.id} are no neighbours")
    if second.end <= first.end:
        return first
    text = first.text + second.text[first.end - second.start :]
    return replace(
        first,
        id=f"{first.document}#{first.start}-{second.end}",
        end=second.end,
        text=text,
        sentences=tuple(dict.fromkeys((*first.sentences, *second.sentences))),
        parts=tuple(dict.fromkeys((*first.parts, *second.parts))),
    )


def apart(passage: Passage, span: Span) -> Passage:
    """The parts of a passage that lie outside a span of its document.

    Raises:
        ValueError: if no part does.
    """
    parts = tuple(part for part in passage.parts if part[1] <= span[0] or span[1] <= part[0])
    if not parts:
        raise ValueError(f"{passage.id} has no part outside of {span}")
    start, end = parts[0][0], parts[-1][1]
    return replace(
        passage,
        id=f"{passage.document}#{start}-{end}",
        start=start,
        end=end,
        text=passage.text[start - passage.start : end - passage.start],
        sentences=tuple(each for each in passage.sentences if start <= each[0] and each[1] <= end),
        parts=parts,
    )
