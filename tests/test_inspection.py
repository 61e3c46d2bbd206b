"""What ``footnote inspect`` shows of a file."""

import html
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli import main
from assistant.corpus import Readers
from assistant.datatypes import Block, Document
from assistant.encoders import HashingEncoder
from assistant.errors import DocumentError
from assistant.inspection import Inspection, inspect_file, render_html, to_json
from assistant.passages import SplitLimits, split_document
from assistant.standalone import standalone_page

COUNT = HashingEncoder().count_tokens
LIMITS = SplitLimits(tokens=16)
MARKDOWN = "# Fruit\n\nApples came first.\n\n## Trees\n\n- Red pears & <b>plums</b>.\n"


@pytest.fixture
def fruit(folder_of) -> Path:
    return folder_of({"fruit.md": MARKDOWN}) / "fruit.md"


def inspections(path: Path) -> list[object]:
    with Readers() as readers:
        return list(inspect_file(path, readers, COUNT, LIMITS))


def made(text: str, *spans: tuple[int, int]) -> Inspection:
    blocks = tuple(Block("paragraph", start, end) for start, end in spans)
    document = Document("d", "d.txt", "Title", text, "0" * 64, blocks=blocks, page_starts=(0, len(text) // 2))
    return Inspection(document, tuple(split_document(document, LIMITS, COUNT)))


def drawn_text(page: str) -> str:
    """What a browser's ``textContent`` of the drawn text is."""
    inner = page.split('<div class="text" dir="auto">', 1)[1].split("</div></section>", 1)[0]
    return html.unescape(re.sub(r"<[^>]*>", "", inner).replace("&#13;", "\r"))


def test_a_file_is_read_and_split_as_it_would_be_indexed(fruit):
    (seen,) = inspections(fruit)
    assert [seen.document.text[block.start : block.end] for block in seen.outline] == ["Fruit", "Trees"]
    assert list(seen.passages) == split_document(seen.document, LIMITS, COUNT)


def test_every_span_in_the_json_is_one_of_its_text(fruit):
    (seen,) = inspections(fruit)
    value = json.loads(json.dumps(to_json(seen)))
    for passage in value["passages"]:
        assert value["text"][passage["start"] : passage["end"]] == passage["text"]
    assert [block["kind"] for block in value["blocks"]] == ["heading", "paragraph", "heading", "list_item"]


@pytest.mark.parametrize(
    ("name", "reason"), [("", "is a folder"), ("gone.md", "does not exist"), ("a.mp3", "not supported")]
)
def test_what_is_no_file_to_read_is_one_error(folder_of, name, reason):
    folder = folder_of({"a.mp3": "x"})
    with pytest.raises(DocumentError, match=reason):
        inspections(folder / name)


def test_the_page_draws_the_text_itself(fruit):
    (seen,) = inspections(fruit)
    assert drawn_text(render_html([seen])) == seen.document.text


SPANS = st.lists(st.integers(0, 60), unique=True, max_size=8).map(sorted)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=60, max_size=60), SPANS)
def test_whatever_the_spans_the_text_that_is_drawn_is_whole(text, edges):
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    assert drawn_text(render_html([made(text, *pairs)])) == text


def test_nothing_in_a_document_becomes_markup():
    hostile = "</div><script>alert(1)</script><img src=x onerror=alert(1)>"
    document = Document(
        hostile,
        hostile,
        hostile,
        hostile,
        "0" * 64,
        blocks=(Block("heading", 0, len(hostile), (), 1),),
        page_starts=(0,),
        metadata={hostile: hostile},
        page_kind='"><script>',
        warnings=(hostile,),
    )
    page = render_html([Inspection(document, tuple(split_document(document, LIMITS, COUNT)))])
    assert page.count("<script>") == 1
    assert "<img" not in page


def test_the_page_loads_nothing_and_runs_only_its_own_script(fruit):
    page = render_html([inspections(fruit)[0]])
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_halves_of_surrogate_pairs_do_not_break_a_page():
    standalone_page("\ud800", "", "", "").encode()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["inspect", *arguments])
    return stopped.value.code or 0


def test_the_command_shows_outline_passages_and_spans(fruit, capsys):
    assert run(str(fruit)) == 0
    shown = capsys.readouterr().out
    assert "Fruit" in shown
    assert "Trees  [32–37]" in shown
    assert "Apples came first.  [9–27]" in shown


def test_the_command_writes_json_and_a_page(fruit, tmp_path, capsys):
    assert run(str(fruit), "--json", "--html", str(tmp_path / "out.html")) == 0
    assert json.loads(capsys.readouterr().out)["documents"][0]["text"] == MARKDOWN
    assert drawn_text((tmp_path / "out.html").read_text(encoding="utf-8")) == MARKDOWN


def test_the_command_names_what_cannot_be_read(folder_of, capsys):
    folder = folder_of({"a.pdf": "no PDF"})
    assert run(str(folder / "a.pdf")) == 2
    assert "is not a PDF that can be opened" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_one_line(fruit, tmp_path, capsys):
    assert run(str(fruit), "--html", str(tmp_path / "no" / "out.html")) == 2
    assert "cannot be written (No such file or directory)" in capsys.readouterr().err


def test_the_command_needs_no_model(fruit):
    code = (
        "import sys\nfrom assistant.cli import main\n"
        "try: main(['inspect', sys.argv[1]])\nexcept SystemExit as end: code = end.code\n"
        "print(code or 0, sorted({'torch', 'sentence_transformers', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(fruit)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


@pytest.mark.model
def test_tokens_are_counted_as_the_packaged_encoder_counts_them():
    from assistant.encoders import load_encoder
    from assistant.encoders.counting import packaged_token_counter

    texts = ["Apples were first planted in 1930.", "", "日本語 🙂 é́", "word " * 400]
    assert packaged_token_counter()(texts) == load_encoder().count_tokens(texts)
