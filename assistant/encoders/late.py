"""An encoder that is loaded when it is needed, so that what needs none of it need not wait.

Until then it is known by what the index says of the encoder it was built with.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from assistant.encoders.protocol import Encoded, Encoder


class LateEncoder:
    """Stands for an encoder that is loaded once, by whoever needs it first; others wait for it.

    Args:
        name, fingerprint, dimension: of the encoder that is expected.
        load: loads it, and raises where it is not the one that is expected; called again after it has raised.
    """

    def __init__(self, name: str, fingerprint: str, dimension: int, load: Callable[[], Encoder]) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._load = load
        self._loaded: Encoder | None = None
        self._lock = threading.Lock()

    def load(self) -> Encoder:
        """The encoder itself, loaded now unless it is already.

        Raises:
            EncoderError, IndexMismatchError: whatever loading it raises.
        """
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    @property
    def is_loaded(self) -> bool:
        """Whether nothing has to wait any more."""
        return self._loaded is not None

    @property
    def window(self) -> int:
        """How many tokens of a text are read, special tokens included."""
        return self.load().window

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, without special tokens and without truncation."""
        return self.load().count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Sentence vector and token vectors of each text, in the order given."""
        return self.load().encode(texts)
