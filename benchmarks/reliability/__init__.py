"""What an index survives: one script a claim, each run as ``python -m benchmarks.reliability.NAME``."""
