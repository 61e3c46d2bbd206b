"""What ``benchmarks.speed`` times, each in a process of its own: ``python -m benchmarks.speed_tasks TASK``."""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from assistant.datatypes import Document
from benchmarks.datasets import Dataset, load

SET = "scifact"
QUESTIONS = 100
WARM_UP = 10
SIDE = 2048
"""Of the square matrices whose product is timed."""


def sample(dataset: Dataset, count: int) -> list[Document]:
    """Documents spread evenly over the set."""
    return list(dataset.documents[:: max(1, len(dataset.documents) // count)][:count])


def plain(data: Path, documents: int, **_: Any) -> dict[str, float]:
    """sentence-transformers as its documentation shows it: float32, batches of 32, what the passages say."""
    from sentence_transformers import SentenceTransformer

    from assistant.encoders import packaged
    from assistant.encoders.counting import packaged_token_counter
    from assistant.encoding import encoder_input
    from assistant.passages import SplitLimits, split_document

    dataset = load(SET, data)
    count = packaged_token_counter()
    passages = [p for d in sample(dataset, documents) for p in split_document(d, SplitLimits(), count)]
    texts = [encoder_input(passage.context, passage.text)[0] for passage in passages]
    model = SentenceTransformer(str(packaged.model_folder()), device="cpu")
    model.encode(texts[:64], batch_size=32, show_progress_bar=False)
    started = time.perf_counter()
    model.encode(texts, batch_size=32, show_progress_bar=False)
    spent = time.perf_counter() - started
    asked = _questions(dataset)
    return {
        "passages": len(texts),
        "passages_per_second": len(texts) / spent,
        "question_ms": _median_ms(lambda text: model.encode([text], show_progress_bar=False), asked),
    }


def ours(data: Path, documents: int, precision: str, **_: Any) -> dict[str, float]:
    """An index of the same passages with everything that Footnote keeps, and the encoder alone on its parts."""
    from assistant import Assistant
    from assistant.encoders import load_encoder
    from assistant.encoding import encoder_input, part_texts

    dataset = load(SET, data)
    chosen = sample(dataset, documents)
    encoder = load_encoder(precision=precision, export=True)  # type: ignore[arg-type]
    encoder.encode([document.text for document in chosen[:32]])
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        assistant = Assistant.from_memory(chosen, Path(folder) / "index", encoder=encoder)
        spent = time.perf_counter() - started
        with closing(assistant):
            passages = [passage for document in chosen for passage in assistant.passages_of(document.id)]
    parts = {
        (p.document, at): encoder_input(p.context, text)[0] for p in passages for at, text in part_texts(p).items()
    }
    texts = list(parts.values())
    tokens = [min(count + 2, encoder.window) for count in encoder.count_tokens(texts)]
    started = time.perf_counter()
    encoder.encode(texts)
    encoding = time.perf_counter() - started
    return {
        "passages": len(passages),
        "passages_per_second": len(passages) / spent,
        "parts": len(texts),
        "parts_per_second_encoded": len(texts) / encoding,
        "encoder_gflops": sum(map(_operations, tokens)) / encoding / 1e9,
        "question_ms": _median_ms(lambda text: encoder.encode([text]), _questions(dataset)),
    }


def warm(data: Path, index: Path, precision: str, **_: Any) -> dict[str, float]:
    """An open assistant, everything on: the median of one question, each asked once."""
    from assistant import Assistant

    with closing(Assistant.open(index, precision=precision)) as assistant:  # type: ignore[arg-type]
        return {"ask_ms": _median_ms(assistant.ask, _questions(load(SET, data)))}


def peaks(**_: Any) -> dict[str, float]:
    """What this machine's cores multiply at most: square matrices, the median of several products."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    one, other = (np.ones((SIDE, SIDE), dtype=np.float32) for _ in range(2))
    exact = _median_ms(lambda _: one @ other, [""] * 30)
    matrix = [helper.make_tensor_value_info("a", TensorProto.UINT8, [SIDE, SIDE])]
    weights = helper.make_tensor(
        "b", TensorProto.INT8, [SIDE, SIDE], np.ones((SIDE, SIDE), np.int8).tobytes(), raw=True
    )
    product = [helper.make_tensor_value_info("c", TensorProto.INT32, [SIDE, SIDE])]
    nodes = [helper.make_node("MatMulInteger", ["a", "b"], ["c"])]
    model = helper.make_model(
        helper.make_graph(nodes, "product", matrix, product, [weights]),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=9,
    )
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rounded = _median_ms(lambda _: session.run(None, {"a": np.ones((SIDE, SIDE), np.uint8)}), [""] * 30)
    operations = 2 * SIDE**3 / 1e6
    return {"fp32_gflops": operations / exact, "int8_gops": operations / rounded}


def _operations(tokens: int) -> float:
    """Multiplications and additions of the six layers of all-MiniLM-L6-v2 over a text of so many tokens."""
    width, inner, layers = 384, 1536, 6
    return layers * (2.0 * tokens * (4 * width**2 + 2 * width * inner) + 4.0 * tokens**2 * width)


def _questions(dataset: Dataset) -> list[str]:
    return [question.question for question in dataset.questions[: QUESTIONS + WARM_UP]]


def _median_ms(action: Callable[[str], object], over: Sequence[str]) -> float:
    times = []
    for value in over:
        started = time.perf_counter()
        action(value)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times[WARM_UP:])


TASKS: dict[str, Callable[..., dict[str, float]]] = {"plain": plain, "ours": ours, "warm": warm, "peaks": peaks}


def main() -> None:
    """Do one task and print what it measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--documents", type=int)
    parser.add_argument("--precision", default="fp32")
    options = vars(parser.parse_args())
    print(json.dumps(TASKS[options.pop("task")](**options)))


if __name__ == "__main__":
    main()
