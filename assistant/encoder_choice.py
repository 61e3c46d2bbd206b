"""Which encoder an index is built and asked with: the one asked for, else its own, else the packaged one."""

from __future__ import annotations

from assistant.compatibility import check_makers
from assistant.encoders import DEFAULT, Encoder, LateEncoder, load_encoder
from assistant.index import Store


def chosen_encoder(wanted: str | Encoder | None, store: Store | None) -> Encoder:
    """The encoder that was asked for, else the one that the store was built with, else the packaged one.

    Raises:
        EncoderError: if it cannot be loaded.
    """
    if wanted is not None and not isinstance(wanted, str):
        return wanted
    return load_encoder(wanted or (store.makers.encoder if store else DEFAULT))


def late_encoder(wanted: str | Encoder | None, store: Store) -> LateEncoder:
    """The encoder the store was built with, to be loaded later and checked then."""

    def load() -> Encoder:
        loaded = chosen_encoder(wanted, store)
        check_makers(store, loaded)
        return loaded

    made = store.makers
    return LateEncoder(made.encoder, made.encoder_fingerprint, made.dimension, load)
