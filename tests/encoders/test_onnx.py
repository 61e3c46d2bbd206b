"""The exported encoder: the same vectors as sentence-transformers, from files that are checked, without torch."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from assistant import Assistant
from assistant.encoders import exporting, exports, load_encoder, packaged
from assistant.encoders.onnx import BATCH_TOKENS, OnnxEncoder
from assistant.encoders.sentence_transformer import SentenceTransformerEncoder
from assistant.errors import EncoderError, IndexMismatchError
from assistant.evaluation import load_question_set

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "transformers", "sentence_transformers", "scipy", "sklearn", "pandas", "gradio", "onnx"}
TEXTS = [
    "When was it accredited?",
    "",
    "   ",
    "😀 naïve cafe\u0301 北京 \x00\u200b end",
    "word " * 1000,
    "unbelievably " * 254,
    "x" * 300,
    "KAZCENT was accredited in December 2010.",
]


@pytest.fixture(scope="module")
def reference():
    return SentenceTransformerEncoder.load(str(packaged.model_folder()), packaged.NAME)


@pytest.fixture(scope="module")
def light():
    return load_encoder(export=True)


@pytest.fixture(scope="module")
def rounded():
    return load_encoder(precision="int8", export=True)


@pytest.fixture(scope="module")
def built(light, tmp_path_factory):
    """An index of the sample document, built by the exported encoder."""
    folder = tmp_path_factory.mktemp("built") / "index"
    Assistant.from_documents(ROOT / "corpus" / "nato-kazakhstan.txt", folder, encoder=light).close()
    return folder


def test_both_give_the_same_vectors_of_the_same_tokens(light, reference):
    assert isinstance(light, OnnxEncoder)
    assert (light.name, light.fingerprint) == (reference.name, reference.fingerprint)
    assert (light.dimension, light.window) == (reference.dimension, reference.window)
    assert light.count_tokens(TEXTS) == reference.count_tokens(TEXTS)
    for ours, theirs in zip(light.encode(TEXTS), reference.encode(TEXTS), strict=True):
        assert ours.tokens.spans.tolist() == theirs.tokens.spans.tolist()
        assert ours.vector @ theirs.vector >= 0.9999
        assert np.einsum("td,td->t", ours.tokens.vectors, theirs.tokens.vectors).min(initial=1) >= 0.9999


def test_both_rank_and_quote_the_same_on_the_sample_questions(built, light, reference):
    questions = [each.question for each in load_question_set(ROOT / "corpus" / "questions.jsonl").questions]
    with (
        closing(Assistant.open(built, encoder=light)) as one,
        closing(Assistant.open(built, encoder=reference)) as other,
    ):
        for question in questions:
            (ours, our_hits), (theirs, their_hits) = (each.ask_with_hits(question, depth=10) for each in (one, other))
            assert [hit.passage.id for hit in our_hits] == [hit.passage.id for hit in their_hits], question
            assert [c.quote for c in ours.citations] == [c.quote for c in theirs.citations], question
            assert ours.outcome == theirs.outcome, question


def test_many_texts_come_back_in_order_whatever_they_are_batched_with(light):
    texts = [" ".join(["stone"] * (1 + number * 7 % 90)) + f" {number}" for number in range(3 * BATCH_TOKENS // 20)]
    for text, together in zip(texts, light.encode(texts), strict=True):
        assert light.encode([text])[0].vector @ together.vector >= 0.9999
    assert light.encode([]) == []


def test_in_int8_a_text_has_the_same_vector_alone_and_among_others(rounded, light):
    assert rounded.fingerprint == "int8:" + light.fingerprint
    together = rounded.encode(TEXTS)
    for text, each in zip(TEXTS, together, strict=True):
        alone = rounded.encode([text])[0]
        assert alone.vector.tolist() == each.vector.tolist()
        assert alone.vector @ light.encode([text])[0].vector > 0.95


@pytest.mark.parametrize("command", [["ask", "When was KAZCENT accredited?"], ["ask", "Who runs it?", "--json"]])
def test_asking_a_built_index_imports_nothing_heavy(built, command):
    code = (
        "import sys, atexit; from assistant.cli import main\n"
        f"atexit.register(lambda: print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr))\n"
        f"main({[*command, '--index', str(built)]!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.strip() == "[]"


def test_without_onnxruntime_sentence_transformers_is_used(monkeypatch, light):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert isinstance(load_encoder(built_with=light.fingerprint), SentenceTransformerEncoder)


@pytest.mark.parametrize("name", [exports.GRAPH, exports.WEIGHTS, exports.TOKENIZER])
def test_an_export_with_a_changed_file_is_not_loaded_and_is_made_anew(monkeypatch, tmp_path, light, name):
    place = _copied_export(monkeypatch, tmp_path, light.fingerprint)
    with (place / name).open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
    assert OnnxEncoder.open(place, light.name, light.fingerprint, "fp32") is None
    made = []
    monkeypatch.setattr(exporting, "_run", lambda *_: made.append(name))
    assert exporting.make_export(packaged.model_folder(), light.fingerprint, "fp32") is None
    assert made == [name]


def test_an_export_of_other_weights_is_not_loaded(monkeypatch, tmp_path, light):
    place = _copied_export(monkeypatch, tmp_path, light.fingerprint)
    stored = json.loads((place / exports.MANIFEST).read_text())
    (place / exports.MANIFEST).write_text(json.dumps(stored | {"model": "0" * 64}))
    assert OnnxEncoder.open(place, light.name, light.fingerprint, "fp32") is None


def test_what_cannot_be_kept_is_done_without(monkeypatch, tmp_path, light):
    blocked = tmp_path / "a file"
    blocked.write_text("no folder")
    monkeypatch.setenv(exports.CACHE_VARIABLE, str(blocked))
    assert exporting.make_export(packaged.model_folder(), light.fingerprint, "fp32") is None
    with pytest.raises(EncoderError, match="--precision fp32"):
        load_encoder(precision="int8")


def test_an_int8_index_without_its_export_says_what_makes_it(monkeypatch, tmp_path, rounded):
    monkeypatch.setenv(exports.CACHE_VARIABLE, str(tmp_path))
    with pytest.raises(EncoderError, match=r"no int8 export of the encoder all-MiniLM-L6-v2 .* run: footnote index"):
        load_encoder(built_with=rounded.fingerprint)
    assert isinstance(load_encoder(precision="fp32", built_with=rounded.fingerprint), SentenceTransformerEncoder)


def test_other_kinds_of_models_are_not_exported(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(packaged.model_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    assert exporting.is_exportable(folder)
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps(json.loads(pooling.read_text()) | {"pooling_mode_cls_token": True}))
    assert not exporting.is_exportable(folder)
    assert not exporting.is_exportable(tmp_path)


def test_an_index_is_asked_in_either_precision_and_goes_on_in_its_own(built, rounded, light, tmp_path):
    with closing(Assistant.open(built, precision="int8")) as assistant:
        assert assistant.encoder.fingerprint == rounded.fingerprint
        assert assistant.ask("When was KAZCENT accredited?").citations
    with pytest.raises(IndexMismatchError, match="was built in fp32, not in int8; leave --precision out"):
        Assistant.from_documents(ROOT / "corpus" / "nato-kazakhstan.txt", built, precision="int8")
    document = ROOT / "corpus" / "nato-kazakhstan.txt"
    Assistant.from_documents(document, tmp_path / "index", precision="int8").close()
    with closing(Assistant.from_documents(document, tmp_path / "index")) as assistant:
        assert assistant.encoder.fingerprint == rounded.fingerprint


def _copied_export(monkeypatch, folder, model):
    """A copy of the export, in a cache of its own."""
    source = exports.export_folder(model, "fp32")
    monkeypatch.setenv(exports.CACHE_VARIABLE, str(folder / "cache"))
    return Path(shutil.copytree(source, exports.export_folder(model, "fp32")))
