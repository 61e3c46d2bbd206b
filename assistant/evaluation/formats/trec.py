"""TREC topics and qrels: a folder that holds one of each, or a pair of files.

Topics are in the classic form, ``<top> <num> Number: 301 <title> … </top>``, of which the title is asked
(https://trec.nist.gov/data/topics_eng/), or one a line as ``id<TAB>question``. Documents are not part of either file:
qrels name those of an index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from assistant.errors import QuestionSetError
from assistant.evaluation.formats.fields import Distinct, Place, digest, shown, text_lines
from assistant.evaluation.formats.qrels import Qrels, read_qrels
from assistant.evaluation.question_set import Question, QuestionSet

LAYOUT = "Give a folder with topics.txt and qrels.txt, or the pair: TOPICS,QRELS."
_TAG = re.compile(r"<\s*(/?)\s*([a-zA-Z]+)\s*>")
_FIELDS = ("num", "title")
_LABEL = {"num": re.compile(r"^\s*Number:", re.IGNORECASE), "title": re.compile(r"^\s*Topic:", re.IGNORECASE)}
_CLASSIC = '"<top> <num> Number: 301 <title> words </top>"'


def is_trec(folder: Path) -> bool:
    """Whether a folder holds a file that its name tells to be topics or qrels."""
    return any(_files(folder, _is_topics)) or any(_files(folder, _is_qrels))


def read_trec_folder(folder: Path) -> QuestionSet:
    """Read the topics and the qrels in a folder, told by their names.

    Raises:
        QuestionSetError: there is not one of each, or one of them is wrong.
    """
    topics = _only(folder, "topics", _files(folder, _is_topics))
    return read_trec(topics, _only(folder, "qrels", _files(folder, _is_qrels)), folder.resolve().name)


def read_trec(topics: Path, qrels: Path, name: str | None = None) -> QuestionSet:
    """Read topics and their judgements; they are asked of an existing index.

    Raises:
        QuestionSetError: a line is wrong, an id occurs twice, or a judgement names an unknown topic.
    """
    ids = Distinct("topic")
    asked = []
    for place, identity, question in _topics(topics):
        ids.add(place, identity)
        asked.append((identity, question))
    judged = read_qrels(qrels, Qrels(ids, topics.name))
    questions = tuple(Question(identity, text, relevant=judged.get(identity, {})) for identity, text in asked)
    return QuestionSet(name or topics.stem, digest([topics, qrels]), questions)


def _is_topics(name: str) -> bool:
    return "topics" in name and not _is_qrels(name)


def _is_qrels(name: str) -> bool:
    return "qrels" in name


def _files(folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    """Files whose lower-cased names are wanted."""
    return [path for path in sorted(folder.iterdir()) if path.is_file() and wanted(path.name.lower())]


def _only(folder: Path, what: str, found: list[Path]) -> Path:
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise QuestionSetError(f"{folder}: found {names}, expected one file of {what}. {LAYOUT}")
    return found[0]


def _topics(path: Path) -> Iterator[tuple[Place, str, str]]:
    """Place, id and question of each topic."""
    lines = list(text_lines(path))
    return _classic(lines) if lines and "<top" in lines[0][1].lower() else _tabbed(lines)


def _tabbed(lines: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str, str]]:
    for place, line in lines:
        identity, _, question = (part.strip() for part in line.partition("\t"))
        if not identity or not question or "\t" in question:
            raise place.error(
                shown(line), f"an id, one tab and a question, or {_CLASSIC}", "Separate the two with one tab."
            )
        yield place, identity, question


def _classic(lines: Iterable[tuple[Place, str]]) -> Iterator[tuple[Place, str, str]]:
    """Topics with tags; what stands under other tags than number and title is left out."""
    opened: Place | None = None
    topic: dict[str, list[str]] = {}
    field = ""
    for place, line in lines:
        at = 0
        for tag in [*_TAG.finditer(line), None]:
            said = line[at : tag.start() if tag else len(line)]
            if field:
                topic[field].append(said)
            elif opened is None and said.strip():
                raise place.error(f"{shown(said.strip())} outside of a topic", _CLASSIC, "Put <top> before it.")
            if tag is None:
                continue
            at = tag.end()
            closes, name = bool(tag[1]), tag[2].lower()
            if name == "top":
                if closes == (opened is None):
                    found = "</top> without <top>" if closes else f"<top> before the </top> of {_where(opened)}"
                    raise place.error(found, "<top> and </top> in turn", "Close each topic.")
                if closes and opened is not None:
                    yield opened, *_fields(opened, topic)
                opened, topic, field = (None if closes else place), {}, ""
                continue
            if opened is None:
                raise place.error(f"{tag[0]} outside of a topic", _CLASSIC, "Put <top> before it.")
            field = "" if closes or name not in _FIELDS else name
            if field in topic:
                raise place.error(f"a second <{field}>", "one in each topic", "Remove one, or close the topic before.")
            if field:
                topic[field] = []
    if opened is not None:
        raise opened.error("<top> without </top>", "each topic closed", "Add </top> at its end.")


def _where(place: Place | None) -> str:
    return place.where if place else ""


def _fields(place: Place, topic: dict[str, list[str]]) -> tuple[str, str]:
    """Number and title without their labels, white space folded."""
    values = []
    for name in _FIELDS:
        value = " ".join(_LABEL[name].sub("", " ".join(topic.get(name, ()))).split())
        if not value:
            raise place.error(f"a topic without <{name}>", _CLASSIC, f"Add the <{name}> to this topic.")
        values.append(value)
    return values[0], values[1]
