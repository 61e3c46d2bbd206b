"""Footnote beside its peers: the same passages, the same weights, the same machine, one run."""
