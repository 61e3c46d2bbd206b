"""Products of matrices on one core, in the thread that asks for them.

A question's products are small. Shared between cores they gain little, and OpenBLAS's threads wait for the next one by
turning in circles, which takes the core from whatever comes after: from another question, or from the encoder.
"""

from __future__ import annotations

from threadpoolctl import ThreadpoolController


def on_one_core() -> None:
    """Let numpy's products take one core, for the whole process; there is no telling for one of them alone."""
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)
