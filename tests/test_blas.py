"""Products take one core once anything that multiplies is imported."""

import threadpoolctl

import assistant.encoders  # noqa: F401
from assistant.blas import on_one_core


def test_products_of_numpy_take_one_core():
    on_one_core()
    of_numpy = [each for each in threadpoolctl.threadpool_info() if "numpy" in each["filepath"]]
    assert {each["num_threads"] for each in of_numpy} <= {1}
