"""TREC files: what is written is read back, and other tools see the same ranking."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, nDCG

from assistant.errors import InputError
from assistant.evaluation import metrics
from assistant.evaluation.runs import (
    decode_id,
    encode_id,
    read_run,
    strictly_decreasing,
    write_qrels,
    write_run,
)

ids = st.text(min_size=1, max_size=8).filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))
awkward = st.text(st.sampled_from("%259AC208E \t\n\u00a0\u2003\u3000"), min_size=1, max_size=12)


@given(ids | awkward)
def test_an_id_survives_encoding_as_one_column(identity):
    encoded = encode_id(identity)
    assert encoded.split() == [encoded]
    assert decode_id(encoded) == identity


@pytest.mark.parametrize(
    ("identity", "encoded"),
    [
        ("a b", "a%20b"),
        ("a%20b", "a%2520b"),
        ("100%", "100%"),
        ("https://x.org/caf%C3%A9#<::>1", "https://x.org/caf%C3%A9#<::>1"),
    ],
)
def test_only_white_space_and_what_looks_like_it_is_encoded(identity, encoded):
    assert encode_id(identity) == encoded


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_scores_fall_strictly_in_single_precision_as_printed(scores):
    printed = [np.float32(f"{score:.9g}") for score in strictly_decreasing(scores)]
    assert all(higher > lower for higher, lower in pairwise(printed))


def test_scores_that_fall_already_are_kept():
    assert strictly_decreasing([0.75, 0.5, 0.25]) == [0.75, 0.5, 0.25]


rankings_of = st.dictionaries(
    ids, st.lists(st.tuples(ids, st.floats(-10, 10)), unique_by=lambda pair: pair[0], max_size=6), max_size=4
)


@given(rankings_of)
def test_a_run_file_keeps_the_order(tmp_path_factory, rankings):
    path = tmp_path_factory.mktemp("run") / "a.run"
    write_run(path, rankings)
    expected = {question: [identity for identity, _ in ranking] for question, ranking in rankings.items() if ranking}
    assert {q: [identity for identity, _ in ranking] for q, ranking in read_run(path).items()} == expected


def test_a_run_line_has_six_columns(tmp_path: Path):
    write_run(tmp_path / "a.run", {"q 1": [("d/1", 0.5), ("d 2", 0.5)]}, tag="mine")
    assert (tmp_path / "a.run").read_text() == "q%201 Q0 d/1 1 0.5 mine\nq%201 Q0 d%202 2 0.499998987 mine\n"


@given(
    st.dictionaries(
        st.sampled_from(["q1", "q 2", "q%203"]),
        st.tuples(
            st.dictionaries(st.sampled_from(["a", "b b", "c", "d"]), st.integers(0, 2), min_size=1),
            st.lists(st.sampled_from(["d", "c", "b b", "a"]), unique=True, min_size=1),
        ),
        min_size=1,
    )
)
def test_ir_measures_on_the_files_gives_our_means_even_where_all_scores_tie(tmp_path_factory, queries):
    folder = tmp_path_factory.mktemp("run")
    write_run(folder / "run", {q: [(d, 1.0) for d in ranking] for q, (_, ranking) in queries.items()})
    write_qrels(folder / "qrels", {q: qrels for q, (qrels, _) in queries.items()})
    qrels = list(ir_measures.read_trec_qrels(str(folder / "qrels")))
    run = list(ir_measures.read_trec_run(str(folder / "run")))
    found = ir_measures.calc_aggregate([nDCG @ 10, RR @ 10], qrels, run)
    ndcg = [metrics.ndcg_at(ranking, judged, 10) for judged, ranking in queries.values()]
    rr = [metrics.reciprocal_rank(ranking, judged, 10) for judged, ranking in queries.values()]
    assert found[nDCG @ 10] == pytest.approx(sum(ndcg) / len(ndcg), abs=1e-9)
    assert found[RR @ 10] == pytest.approx(sum(rr) / len(rr), abs=1e-9)


@pytest.mark.parametrize("line", ["q Q0 d 1 0.5", "q Q0 d 1 high tag", "q Q0 d e 1 0.5 tag"])
def test_a_wrong_run_line_is_named(tmp_path: Path, line):
    (tmp_path / "a.run").write_text(f"q Q0 d 1 0.5 tag\n{line}\n")
    with pytest.raises(InputError, match="line 2: found"):
        read_run(tmp_path / "a.run")


def test_a_missing_or_binary_run_file_is_our_error(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read"):
        read_run(tmp_path / "none")
    (tmp_path / "a.run").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_run(tmp_path / "a.run")
