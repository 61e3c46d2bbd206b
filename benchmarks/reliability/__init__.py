"""What must never happen, tried until it would have: one script a promise, results in ``benchmarks/results/``."""
