"""A running server answers from what another process does to its index, without a restart."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from calling import call

from assistant import Assistant
from assistant.encoders import HashingEncoder
from assistant.server import start

pytestmark = pytest.mark.usefixtures("_always_answered")

ROOT = Path(__file__).parent.parent.parent


def index(place: Path, *options: str) -> None:
    """``footnote index`` in another process."""
    command = [sys.executable, "-m", "assistant", "index", "corpus", "--encoder", "hashing", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=place, env=environment, check=True, capture_output=True)


@pytest.mark.parametrize("option", [[], ["--rebuild"]], ids=["an update", "a rebuild"])
def test_a_running_server_follows(tmp_path, option):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "apples.txt").write_text("Apples were planted in Almaty in 1930.")
    index(tmp_path)
    with closing(Assistant.open(tmp_path / "index", encoder=HashingEncoder())) as opened:
        served = start(opened, port=0)
        try:
            question = {"question": "When did pears come from Tashkent?"}
            assert call(served, "POST", "/api/ask", question).json["nearest"][0]["document"] == "apples.txt"
            (tmp_path / "corpus" / "pears.txt").write_text("Pears came from Tashkent in 1950.")
            index(tmp_path, *option)
            listed = call(served, "GET", "/api/documents").json["documents"]
            assert [each["id"] for each in listed] == ["apples.txt", "pears.txt"]
            assert call(served, "POST", "/api/ask", question).json["citations"][0]["document"] == "pears.txt"
        finally:
            served.close()
