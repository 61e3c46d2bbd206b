"""Whether there is a GPU to encode many texts on, found out without importing torch where there is none."""

from __future__ import annotations

from pathlib import Path

DRIVERS = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "C:/Windows/System32/nvcuda.dll")
"""Files that a machine with a driver for CUDA has."""


def cuda_there() -> bool:
    """Whether torch can use CUDA; ``CUDA_VISIBLE_DEVICES=`` hides it."""
    if not any(Path(driver).exists() for driver in DRIVERS):
        return False
    import torch

    return bool(torch.cuda.is_available())
