"""Which encoder an index is built and asked with: the one asked for, else its own, else the packaged one."""

from __future__ import annotations

from assistant.compatibility import check_makers
from assistant.encoders import DEFAULT, Encoder, LateEncoder, Precision, load_encoder
from assistant.index import Store


def chosen_encoder(
    wanted: str | Encoder | None,
    store: Store | None,
    precision: Precision = "auto",
    *,
    export: bool = False,
    many: bool = False,
) -> Encoder:
    """The encoder that was asked for, else the one that the store was built with, else the packaged one.

    Args:
        wanted: name or path of an encoder, or the encoder itself, which keeps its own precision.
        store: the index it is for.
        precision: what it computes with; ``auto`` is what the store was built with, for a new one fp32.
        export: make the export of its model for onnxruntime if there is none yet.
        many: many texts are to be encoded: a GPU does that where there is one.

    Raises:
        EncoderError: if it cannot be loaded.
    """
    if wanted is not None and not isinstance(wanted, str):
        return wanted
    if store is None or wanted not in (None, store.makers.encoder):
        return load_encoder(wanted or DEFAULT, precision, export=export, many=many)
    makers = store.makers
    return load_encoder(makers.encoder, precision, built_with=makers.encoder_fingerprint, export=export, many=many)


def late_encoder(wanted: str | Encoder | None, store: Store, precision: Precision = "auto") -> LateEncoder:
    """The encoder the store was built with, to be loaded, checked and if need be exported later."""

    def load() -> Encoder:
        loaded = chosen_encoder(wanted, store, precision, export=True)
        check_makers(store, loaded)
        return loaded

    made = store.makers
    return LateEncoder(made.encoder, made.encoder_fingerprint, made.dimension, load)
