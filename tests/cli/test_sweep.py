"""``footnote sweep`` as a user meets it, with the hashing encoder on a tiny corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.encoders import HashingEncoder
from assistant.evaluation import sweep as sweep_module

from .test_commands import footnote, refused

pytestmark = pytest.mark.usefixtures("_always_answered")

TEXTS = {
    "fox.txt": "Foxes are red. " * 12 + "The fox Renard lives near Almaty.",
    "owl.txt": "Owls are grey. " * 12 + "The owl Minerva lives near Astana.",
}
ROWS = [
    {"id": "1", "question": "Where does Renard live?",
     "answers": [{"document": "fox.txt", "quote": "The fox Renard lives near Almaty."}]},
    {"id": "2", "question": "Where does the owl Minerva live?",
     "answers": [{"document": "owl.txt", "quote": "The owl Minerva lives near Astana."}]},
]  # fmt: skip
GRID = ("--encoder", "hashing", "--passage-tokens", "24,48", "--rerank", "0,10")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working folder with a corpus and a question set."""
    (tmp_path / "corpus").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "corpus" / name).write_text(text, encoding="utf-8")
    (tmp_path / "set.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return tmp_path


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is encoded from now on."""
    texts: list[str] = []
    encode = HashingEncoder.encode

    def noted(self, batch):
        texts.extend(batch)
        return encode(self, batch)

    monkeypatch.setattr(HashingEncoder, "encode", noted)
    return texts


def test_the_json_holds_every_setting_and_marks_the_frontier(place):
    done = footnote("sweep", "set.jsonl", *GRID, "--json", cwd=place)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["set"], found["questions"], found["metric"], found["finished"]) == ("set", 2, "ndcg@10", True)
    points = found["points"]
    assert [(point["passage_tokens"], point["rerank"]) for point in points] == [(24, 0), (24, 10), (48, 0), (48, 10)]
    for point in points:
        assert 0 <= point["low"] <= point["value"] <= point["high"] <= 1
        assert 0 < point["p50_ms"] <= point["p95_ms"]
        assert point["metrics"]["ndcg@10"]["value"] == point["value"]
        beaten = any(
            other["value"] >= point["value"]
            and other["p50_ms"] <= point["p50_ms"]
            and (other["value"], other["p50_ms"]) != (point["value"], point["p50_ms"])
            for other in points
        )
        assert point["frontier"] is not beaten
    assert not (place / "index").exists()


def test_the_table_is_best_first_and_names_what_does_not_vary(place):
    lines = footnote("sweep", "set.jsonl", *GRID, "--metric", "recall@1", cwd=place).stdout.splitlines()
    assert lines[0] == "set: 2 questions, 4 settings"
    assert lines[1].startswith("encoder hashing, dense_weight 0.5, late_weight 0.6, depth 100")
    head, rows = lines[3].split(), [line.split() for line in lines[4:8]]
    assert head == ["passage_tokens", "rerank", "recall@1", "95", "%", "interval", "p50", "ms", "p95", "ms"]
    values = [float(row[row.index("–") - 2]) for row in rows]
    assert values == sorted(values, reverse=True)
    assert any(row[0] == "*" for row in rows)


def test_texts_are_encoded_once_for_each_passage_size(place, encoded):
    footnote("sweep", "set.jsonl", *GRID, cwd=place)
    passages = [text for text in encoded if "are red" in text or "are grey" in text]
    assert passages
    encoded.clear()
    footnote("sweep", "set.jsonl", *GRID, "--dense-weight", "0,1", cwd=place)
    assert {row["question"] for row in ROWS} <= set(encoded)
    assert not [text for text in encoded if "are red" in text or "are grey" in text]
    assert len(list((place / ".cache" / "sweep").iterdir())) == 2


def test_a_changed_document_is_indexed_anew(place):
    footnote("sweep", "set.jsonl", *GRID, cwd=place)
    (place / "corpus" / "fox.txt").write_text("Nothing of the kind.", encoding="utf-8")
    found = json.loads(footnote("sweep", "set.jsonl", *GRID, "--json", cwd=place).stdout)
    assert {point["n"] for point in found["points"]} == {1}


def test_the_documents_of_an_index_can_be_asked(place):
    footnote("index", "--encoder", "hashing", cwd=place)
    before = (place / "index" / "footnote.sqlite").read_bytes()
    found = footnote("sweep", "set.jsonl", "--index", "index", "--passage-tokens", "24,48", "--json", cwd=place)
    points = json.loads(found.stdout)["points"]
    assert [(point["encoder"], point["passage_tokens"], point["n"]) for point in points] == [
        ("hashing", 24, 2),
        ("hashing", 48, 2),
    ]
    assert (place / "index" / "footnote.sqlite").read_bytes() == before


def test_a_set_that_brings_its_documents_needs_no_corpus(tmp_path):
    (tmp_path / "beir" / "qrels").mkdir(parents=True)
    rows = [{"_id": "d1", "title": "", "text": "Apples grow in Almaty."}, {"_id": "d2", "title": "", "text": "Pears."}]
    (tmp_path / "beir" / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "beir" / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "Where do apples grow?"}))
    (tmp_path / "beir" / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td1\t1\n")
    done = footnote("sweep", "beir", "--encoder", "hashing", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["points"][0]["value"] == 1.0
    refused(footnote("sweep", "beir", "--corpus", "beir", cwd=tmp_path), "brings its own documents")


def test_stopping_keeps_what_was_measured(place, monkeypatch):
    measure, calls = sweep_module.evaluate, []

    def interrupted(*arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return measure(*arguments, **options)

    monkeypatch.setattr(sweep_module, "evaluate", interrupted)
    done = footnote("sweep", "set.jsonl", *GRID, "--json", cwd=place)
    found = json.loads(done.stdout)
    assert done.returncode == 130
    assert (len(found["points"]), found["finished"]) == (2, False)
    assert done.stderr == ("footnote: stopped; 2 of 4 settings were measured, the indexes are kept in .cache/sweep\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--passage-tokens", "84,,168"), ("--passage-tokens", "empty place")),
        (("--passage-tokens", ""), ("--passage-tokens", "empty place")),
        (("--passage-tokens", "84,lots"), ("--passage-tokens", "'lots'", "a whole number from 16 to 4096")),
        (("--passage-tokens", "8"), ("'8'", "from 16 to 4096")),
        (("--passage-tokens", "48,4000"), ("4000 tokens do not fit encoder hashing", "at most 380")),
        (("--rerank", "1.5"), ("--rerank", "a whole number")),
        (("--dense-weight", "0.5,nan"), ("--dense-weight", "'nan'", "a number from 0 to 1")),
        (("--late-weight", "1.1"), ("--late-weight", "from 0 to 1")),
        (("--depth", "0"), ("--depth", "from 1 to 10000")),
        (("-k", "-1"), ("-k", "from 1 to 1000")),
        (("-k", ",".join(map(str, range(1, 1001))), "--rerank", "0,1"), ("2,000 points, at most 1,000",)),
        (("--metric", "speed"), ("does not measure 'speed'", "ndcg@10")),
        (("--corpus", "nowhere"), ("nowhere", "does not exist")),
        (("--corpus", "corpus", "--index", "index"), ("give one of them",)),
        (("--index", "none"), ("no index in none",)),
    ],
    ids=lambda value: None if not isinstance(value, tuple) else "_".join(value)[:40],
)
def test_a_grid_that_cannot_be_run_is_refused(place, options, words):
    refused(footnote("sweep", "set.jsonl", "--encoder", "hashing", *options, cwd=place), *words)


def test_an_encoder_that_is_not_there_is_refused_before_anything_is_indexed(place):
    refused(footnote("sweep", "set.jsonl", "--encoder", "hashing,no/such-model", cwd=place), "no/such-model")
    assert not (place / ".cache").exists()


def test_a_file_that_cannot_be_read_is_refused(place):
    (place / "corpus" / "bad.txt").write_bytes(b"")
    refused(footnote("sweep", "set.jsonl", "--encoder", "hashing", cwd=place), "bad.txt", "leave it out")


def test_help_teaches_with_an_example(place):
    shown = footnote("sweep", "--help", cwd=place).stdout
    assert "footnote sweep corpus/questions.jsonl --passage-tokens 84,168,256" in shown
    assert "frontier" in shown
    assert "sweep" in footnote("--help", cwd=place).stdout
