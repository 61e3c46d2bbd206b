"""Does an index fit what is about to use it? Made by the same encoder, splitter and analyser, or refused."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from assistant.analysis import Analyser
from assistant.encoders import Encoder, model_and_precision
from assistant.errors import IndexMismatchError
from assistant.index import Makers, Store, existing_or_new
from assistant.passages import SplitLimits


def writable(
    address: str | Path,
    existing: Store | None,
    encoder: Encoder,
    limits: SplitLimits,
    language: str,
    *,
    rebuild: bool,
) -> AbstractContextManager[Store]:
    """The existing store after its checks, or a new one."""
    if existing is not None:
        check_makers(existing, encoder)
        check_precision(existing, encoder)
        check_splitter(existing, limits)
    makers = Makers(
        encoder.name,
        encoder.fingerprint,
        encoder.dimension,
        limits.fingerprint,
        language,
        Analyser(language).fingerprint,
    )
    return existing_or_new(address, existing, makers, rebuild=rebuild)


def check_makers(store: Store, encoder: Encoder) -> None:
    """Raise IndexMismatchError unless the index was built by this encoder and this version of the analyser.

    An index may be asked in the other precision of its encoder: ``benchmarks/precision.py`` measures what that costs.
    """
    made = store.makers
    mend = f"run: footnote index corpus --index {store.address} --rebuild"
    if model_and_precision(made.encoder_fingerprint)[0] != model_and_precision(encoder.fingerprint)[0]:
        raise IndexMismatchError(
            f"the index in {store.address} was built by encoder {made.encoder} "
            f"({made.encoder_fingerprint[:12]}), not by {encoder.name} ({encoder.fingerprint[:12]}); "
            f"{mend} --encoder {encoder.name}"
        )
    analyser = Analyser(made.language).fingerprint
    if made.analyser != analyser:
        raise IndexMismatchError(
            f"the index in {store.address} was built by analyser {made.analyser}, this is {analyser}; {mend}"
        )


def check_precision(store: Store, encoder: Encoder) -> None:
    """Raise IndexMismatchError unless what is added now is encoded in the precision of what the index holds."""
    built, given = (model_and_precision(each)[1] for each in (store.makers.encoder_fingerprint, encoder.fingerprint))
    if built != given:
        raise IndexMismatchError(
            f"the index in {store.address} was built in {built}, not in {given}; leave --precision out to go on with "
            f"it, or run: footnote index corpus --index {store.address} --rebuild --precision {given}"
        )


def check_splitter(store: Store, limits: SplitLimits) -> None:
    """Raise IndexMismatchError unless the index was split with these limits by this version of the splitter."""
    if store.makers.splitter != limits.fingerprint:
        raise IndexMismatchError(
            f"the index in {store.address} was split as {store.makers.splitter}, not {limits.fingerprint}; "
            f"run: footnote index corpus --index {store.address} --rebuild"
        )
