"""Which metrics are errors: the lower, the better."""

from __future__ import annotations

LOWER_IS_BETTER = frozenset(("ece", "brier", "aurc", "e_aurc", "false_answer_rate", "false_refusal_rate"))
