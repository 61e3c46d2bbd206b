"""A GPU encodes many texts where there is one; without one nothing heavy is imported to find that out."""

import subprocess
import sys

import pytest
import torch

from assistant.encoders import gpu, load_encoder, loading, packaged
from assistant.encoders.onnx import OnnxEncoder
from assistant.encoders.sentence_transformer import SentenceTransformerEncoder


@pytest.mark.parametrize(
    ("driver", "usable", "there"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_it_takes_a_driver_and_a_torch_that_can_use_it(monkeypatch, tmp_path, driver, usable, there):
    file = tmp_path / "nvidiactl"
    if driver:
        file.touch()
    monkeypatch.setattr(gpu, "DRIVERS", (str(file),))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: usable)
    assert gpu.cuda_there() is there


def test_without_a_driver_torch_is_not_imported():
    code = (
        "import sys; from assistant.encoders import gpu; gpu.DRIVERS = (); assert not gpu.cuda_there(); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.model
@pytest.mark.parametrize(("there", "many", "used"), [(True, True, "cuda"), (True, False, None), (False, True, None)])
def test_many_texts_are_encoded_on_it_and_questions_are_not(monkeypatch, there, many, used):
    asked = []

    def load(location, name, device="cpu"):
        asked.append((location, name, device))
        return "an encoder"

    monkeypatch.setattr(loading, "cuda_there", lambda: there)
    monkeypatch.setattr(SentenceTransformerEncoder, "load", load)
    found = load_encoder(export=True, many=many)
    if used:
        assert asked == [(str(packaged.model_folder()), packaged.NAME, used)]
        assert found == "an encoder"
    else:
        assert isinstance(found, OnnxEncoder)
        assert asked == []


@pytest.mark.model
def test_int8_stays_on_the_cores(monkeypatch):
    monkeypatch.setattr(loading, "cuda_there", lambda: pytest.fail("nobody asks"))
    assert isinstance(load_encoder(precision="int8", export=True, many=True), OnnxEncoder)


@pytest.mark.model
def test_every_tensor_goes_to_the_device_of_the_model():
    encoder = SentenceTransformerEncoder.load(str(packaged.model_folder()), packaged.NAME)
    encoder._device = "meta"
    devices = set()

    class SeenError(Exception):
        pass

    def model(features):
        devices.update(tensor.device.type for tensor in features.values())
        raise SeenError

    encoder._model = model
    with pytest.raises(SeenError):
        encoder.encode(["A text."])
    assert devices == {"meta"}
