"""Structure of Markdown: the text is the source, spans leave out the marks."""

from __future__ import annotations

from pathlib import Path

from made_files import outline, path_to, read

SOURCE = """\
---
title: "The front title"
tags: [a, b]
---

Intro with *emphasis*
over two lines.

# First **bold** heading #

- an item
  that goes on

  with a second paragraph
- another
  1. nested item

> quoted words
> go on

Setext heading
--------------

| Name | Age |
|------|----:|
| Ann  |  30 |

```python
def f():
    return 1
```

    indented code

![only an image](x.png)

<!-- a comment -->
"""


def test_every_kind_of_block(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.md", SOURCE)) == [
        ("paragraph", "Intro with *emphasis*\nover two lines."),
        ("h1", "First **bold** heading"),
        ("list_item", "an item\n  that goes on"),
        ("list_item", "with a second paragraph"),
        ("list_item", "another"),
        ("list_item", "nested item"),
        ("paragraph", "quoted words\n> go on"),
        ("h2", "Setext heading"),
        ("table_row", "Name | Age"),
        ("table_row", "Ann  |  30"),
        ("code", "def f():\n    return 1"),
        ("code", "indented code"),
    ]


def test_the_text_is_the_source(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", SOURCE).text == SOURCE


def test_the_path_of_headings_leaves_out_their_markup(tmp_path: Path) -> None:
    assert path_to(read(tmp_path, "a.md", SOURCE), "Ann") == ("First bold heading", "Setext heading")


def test_spans_hold_with_any_line_breaks(tmp_path: Path) -> None:
    unix = outline(read(tmp_path, "a.md", SOURCE))
    for line_break in ("\r\n", "\r"):
        other = outline(read(tmp_path, "a.md", SOURCE.replace("\n", line_break)))
        assert [(kind, text.replace(line_break, "\n")) for kind, text in other] == unix


def test_the_front_matter_names_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", SOURCE).title == "The front title"
    assert read(tmp_path, "b.md", '+++\ntitle = "Other"\n+++\n\nWords.').title == "Other"


def test_the_front_matter_names_author_date_and_language(tmp_path: Path) -> None:
    source = "---\nTitle: T\nauthor: 'Ann'\ndate: 2024-05-01\nlang: de\nlayout: post\n---\n\nWords."
    assert read(tmp_path, "a.md", source).metadata == {"author": "Ann", "date": "2024-05-01", "language": "de"}


def test_else_the_highest_heading_is_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "## Part\n\nWords.\n\n# *The* title\n\nWords.").title == "The title"


def test_else_the_file_name_is(tmp_path: Path) -> None:
    assert read(tmp_path, "notes.md", "Only words.").title == "notes"


def test_levels_that_are_jumped_over_are_no_part_of_the_path(tmp_path: Path) -> None:
    document = read(tmp_path, "a.md", "# A\n\n### C\n\ndeep words\n\n## B\n\nother words\n")
    assert path_to(document, "deep") == ("A", "C")
    assert path_to(document, "other") == ("A", "B")


def test_list_marks_inside_words_stay(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.md", "- - twice nested\n- 2\\. not a number\n> - quoted item\n")) == [
        ("list_item", "twice nested"),
        ("list_item", "2\\. not a number"),
        ("list_item", "quoted item"),
    ]


def test_an_unclosed_fence_reaches_the_end(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.md", "```\nline one\nline two")) == [("code", "line one\nline two")]


def test_rules_around_a_heading_are_no_front_matter(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.md", "---\n\n# Title\n\n---\n\nWords.")) == [
        ("h1", "Title"),
        ("paragraph", "Words."),
    ]
