"""The model as Chroma's built-in encoder takes it: ``python -m benchmarks.peers.onnx_model MODEL OUT``.

That encoder downloads an ONNX graph of all-MiniLM-L6-v2 where its folder holds none. Here the same graph is traced from
the weights that every system is given: token ids, mask and types in, vectors of the tokens out.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
BESIDE = ("config.json", "special_tokens_map.json", "tokenizer_config.json", "tokenizer.json", "vocab.txt")


def make(model: Path, out: Path) -> Path:
    """Write ``onnx/`` with everything the encoder looks for into a folder, unless it is there; the folder."""
    place = out / "onnx"
    if place.exists():
        return out
    import torch
    from transformers import AutoModel

    making = out / "making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name in BESIDE:
        shutil.copyfile(model / name, making / name)
    transformer = AutoModel.from_pretrained(model, attn_implementation="eager", local_files_only=True).eval()

    class TokenVectorsOf(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, *inputs: Any) -> Any:
            return self.transformer(**dict(zip(INPUTS, inputs, strict=True)))[0]

    ids = torch.arange(1000, 1018).reshape(2, 9)
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    free = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        TokenVectorsOf(),
        (ids, mask, torch.zeros_like(ids)),
        str(making / "model.onnx"),
        dynamo=False,
        opset_version=17,
        input_names=list(INPUTS),
        output_names=["last_hidden_state"],
        dynamic_axes=dict.fromkeys((*INPUTS, "last_hidden_state"), free),
    )
    making.rename(place)
    return out


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the tracer warns of what is constant here on purpose
    make(Path(sys.argv[1]), Path(sys.argv[2]))
