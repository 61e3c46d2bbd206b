"""How much a term says: rare terms tell texts apart, in this corpus and in general.

In a corpus of a dozen passages the counts alone are chance, so they are blended with those of general text, which
count as so many passages more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import TypeAlias

import numpy as np

Rarity: TypeAlias = Callable[[str], float]
"""Term -> about 0 (in every passage) to 1 (never seen)."""

PRIOR = 200.0
"""How many passages the general counts stand for when they are blended with a corpus's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """In how many of so many passages of general text a term occurs.

    Attributes:
        frequencies: passages that hold the term; terms that are missing were seen in none.
        passages: passages in all.
    """

    frequencies: Mapping[str, int]
    passages: int

    def share(self, term: str) -> float:
        """Estimated share of passages that hold the term; never 0."""
        return (self.frequencies.get(term, 0) + 0.5) / (self.passages + 1)

    def rarity(self, term: str) -> float:
        """Rarity in general text: ``-ln(share)``, scaled so that a term never seen has 1."""
        return -math.log(self.share(term)) / self._scale

    def blended(self, frequencies: Mapping[str, int], passages: int) -> Rarity:
        """Rarity in a corpus whose own counts are added to the general ones.

        Args:
            frequencies: passages of the corpus that hold a term; must know every term that is asked for.
            passages: passages of the corpus.
        """

        def rarity(term: str) -> float:
            held = frequencies.get(term, 0) + PRIOR * self.share(term)
            return -math.log(min(held / (passages + PRIOR), 1.0)) / self._scale

        return rarity

    @property
    def _scale(self) -> float:
        return math.log(2 * (self.passages + 1))


@cache
def background() -> Background:
    """The counts that ship with the package, made by ``benchmarks/train_background.py``."""
    with as_file(files("assistant").joinpath("models/background.npz")) as path, np.load(path) as stored:
        terms = stored["terms"].tobytes().decode("utf-8").split("\n")
        return Background(dict(zip(terms, stored["df"].tolist(), strict=True)), int(stored["n"]))
