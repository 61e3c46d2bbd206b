"""What `import assistant` gives, and what it must not cost."""

import subprocess
import sys
from pathlib import Path

import assistant

ROOT = Path(__file__).parent.parent
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "faiss",
    "gradio",
    "numpy",
    "pypdfium2",
    "trafilatura",
    "docx",
}


def test_the_public_names_are_there():
    assert set(assistant.__all__) == {
        "Answer",
        "Assistant",
        "Citation",
        "Document",
        "FootnoteError",
        "Hit",
        "Passage",
        "Turn",
        "ask",
    }
    assert all(getattr(assistant, name) is not None for name in assistant.__all__)


def test_import_is_light():
    code = f"import sys, assistant; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_sample_document_is_the_one_that_was_given():
    import hashlib

    digest = hashlib.sha256((ROOT / "corpus" / "nato-kazakhstan.txt").read_bytes()).hexdigest()
    assert digest == "490dec6be3dcade24373a0a64b4b48cb779cf4cf4b994bb711c29b24cf5de71e"
