"""One script per claim; the README's numbers come from ``results/``."""
