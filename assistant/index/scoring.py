"""The BM25 formula that every store scores with: term weights and length norms. Pure.

Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"; idf as in Lucene.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

K1 = 1.2
B = 0.75


def idf(holding: int, total: int) -> float:
    """Inverse frequency of a term: ``ln(1 + (total - holding + 0.5) / (holding + 0.5))``.

    Args:
        holding: how many passages, or works, hold it.
        total: how many there are.
    """
    return float(np.log1p((total - holding + 0.5) / (holding + 0.5)))


def length_norms(lengths: npt.NDArray[np.int32], mean_length: float) -> npt.NDArray[np.float64]:
    """What is added to a term's occurrences below the fraction: ``k1 * (1 - b + b * length / mean_length)``.

    Args:
        lengths: int32 (n,): number of single terms in each passage.
        mean_length: of all passages.

    Returns:
        float64 (n,).
    """
    return np.asarray(K1 * (1 - B + B * lengths / max(mean_length, 1e-12)), dtype=np.float64)
