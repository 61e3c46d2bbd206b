"""An exported encoder on onnxruntime: the vectors of the sentence-transformers path, a tenth of its start.

Texts are encoded in small batches of nearly equal length, one batch to a core: a batch then stays in that core's cache,
little is padded, and cores wait for each other only at the end. Texts are tokenised a stretch ahead of that.
In int8 every text is a batch of its own, because the scale of the rounded activations is that of the whole batch: a
text's vector would depend on what it was encoded with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.beside import usable_cores
from assistant.encoders.exports import GRAPH, TOKENIZER, fingerprint_of, read_manifest
from assistant.encoders.protocol import Encoded, TokenVectors

BATCH_TOKENS = 700
"""Tokens of a batch, padding included: what was measured fastest of 300 to 3000."""

STRETCH = 1024
"""Texts that are tokenised at once, and among which those of like length are sought."""


class OnnxEncoder:
    """Mean pooling over the token vectors of an exported transformer. Open one with :meth:`open`.

    Args:
        session: an ``onnxruntime.InferenceSession`` from token ids and mask to token vectors, which takes one core.
        tokenizer: a ``tokenizers.Tokenizer`` without padding or truncation.
        name: what the user calls it.
        model: fingerprint of the model it is an export of.
        precision: ``fp32`` or ``int8``.
        dimension, window: of the model.
    """

    def __init__(
        self, session: Any, tokenizer: Any, name: str, model: str, precision: str, dimension: int, window: int
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint_of(model, precision)
        self.dimension = dimension
        self.window = window
        self._session = session
        self._tokenizer = tokenizer
        self._alone = precision == "int8"
        self._threads = usable_cores()

    @classmethod
    def open(cls, folder: Path, name: str, model: str, precision: str) -> OnnxEncoder | None:
        """Open an export; None if there is none of that model, if it is damaged, or onnxruntime cannot be used."""
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            return None
        manifest = read_manifest(folder, model, precision)
        if manifest is None:
            return None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # batches go to the cores, not parts of a product
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return cls(session, tokenizer, name, model, precision, manifest.dimension, manifest.window)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, without special tokens and without truncation."""
        return [len(each.ids) for each in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Sentence vector and token vectors of each text, in the order given."""
        if len(texts) == 1:
            return self._batch(self._tokens(texts))
        results: list[Encoded | None] = [None] * len(texts)
        with ThreadPoolExecutor(self._threads) as cores:
            stretches = [texts[first : first + STRETCH] for first in range(0, len(texts), STRETCH)]
            running: list[tuple[list[int], Future[list[Encoded]]]] = []
            for number, stretch in enumerate(stretches):  # tokenising releases the interpreter: the cores go on
                tokens = self._tokens(stretch)
                for rows in self._batches(tokens):
                    places = [number * STRETCH + row for row in rows]
                    running.append((places, cores.submit(self._batch, [tokens[row] for row in rows])))
            for places, batch in running:
                for place, encoded in zip(places, batch.result(), strict=True):
                    results[place] = encoded
        return [encoded for encoded in results if encoded is not None]

    def _tokens(self, texts: Sequence[str]) -> list[_Tokens]:
        return [_Tokens(each, self.window) for each in self._tokenizer.encode_batch(list(texts))]

    def _batches(self, tokens: Sequence[_Tokens]) -> Iterator[list[int]]:
        """Rows of texts of like length, longest first, so that the cores end together."""
        batch: list[int] = []
        for row in sorted(range(len(tokens)), key=lambda i: (-len(tokens[i].ids), i)):
            full = batch and (self._alone or (len(batch) + 1) * len(tokens[batch[0]].ids) > BATCH_TOKENS)
            if full:
                yield batch
                batch = []
            batch.append(row)
        if batch:
            yield batch

    def _batch(self, tokens: Sequence[_Tokens]) -> list[Encoded]:
        ids = np.zeros((len(tokens), max(len(each.ids) for each in tokens)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(tokens):
            ids[row, : len(each.ids)] = each.ids
            mask[row, : len(each.ids)] = 1
        (vectors,) = self._session.run(None, {"input_ids": ids, "attention_mask": mask})
        return [_encoded(vectors[row, : len(each.ids)], each) for row, each in enumerate(tokens)]


class _Tokens:
    """One text's tokens, cut to the window as the model's own tokenizer cuts them: the last special token stays."""

    __slots__ = ("ids", "kept", "spans")

    def __init__(self, encoding: Any, window: int) -> None:
        ids, spans, special = encoding.ids, encoding.offsets, encoding.special_tokens_mask
        if len(ids) > window:
            after = next((n for n, mark in enumerate(reversed(special)) if not mark), 0)
            cut = slice(window - after, len(ids) - after)
            ids, spans, special = list(ids), list(spans), list(special)
            del ids[cut], spans[cut], special[cut]
        self.ids: list[int] = ids
        self.spans: npt.NDArray[np.int32] = np.array(spans, dtype=np.int32).reshape(-1, 2)
        inside = self.spans[:, 1] > self.spans[:, 0]
        self.kept: npt.NDArray[np.bool_] = inside & (np.array(special, dtype=np.int8) == 0)


def _encoded(vectors: npt.NDArray[np.float32], tokens: _Tokens) -> Encoded:
    sentence = _unit(vectors.mean(axis=0, dtype=np.float32))
    return Encoded(sentence, TokenVectors(_unit(vectors[tokens.kept]), tokens.spans[tokens.kept]))


def _unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rows scaled to unit length; a zero row stays zero."""
    norms = np.sqrt(np.einsum("...d,...d->...", rows, rows))[..., None]
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)
