"""The page's look: a Gradio theme of system fonts only, and our style sheet, served as one file by ourselves."""

from __future__ import annotations

from importlib.resources import files

import gradio as gr

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Noto Sans Mono", "monospace")


def static(name: str) -> str:
    """Return the text of a file in ``assistant/ui/static``."""
    return (files("assistant.ui") / "static" / name).read_text(encoding="utf-8")


def style_sheets() -> list[str]:
    """Names of the style sheets: the page's own first, then one for each pane that has one."""
    names = sorted(each.name for each in (files("assistant.ui") / "static").iterdir() if each.name.endswith(".css"))
    return sorted(names, key=lambda name: name != "page.css")


def theme() -> gr.themes.Base:
    """Return the theme: quiet paper and ink, light and dark; colours are those of ``static/page.css``."""
    look = gr.themes.Base(font=SANS, font_mono=MONO, text_size="md", radius_size="md")
    look.set(
        body_background_fill="#faf9f6",
        body_background_fill_dark="#181715",
        body_text_color="#22211e",
        body_text_color_dark="#e9e5dc",
        body_text_color_subdued="#625f58",
        body_text_color_subdued_dark="#a9a398",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#201f1c",
        background_fill_secondary="#f3f1ec",
        background_fill_secondary_dark="#262421",
        border_color_primary="#e3dfd6",
        border_color_primary_dark="#3a3732",
        color_accent="#1f5582",
        link_text_color="#1f5582",
        link_text_color_dark="#9cc7ee",
        input_background_fill="#ffffff",
        input_background_fill_dark="#201f1c",
        button_primary_background_fill="#1f5582",
        button_primary_background_fill_dark="#9cc7ee",
        button_primary_background_fill_hover="#174468",
        button_primary_background_fill_hover_dark="#b9d8f4",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#12202c",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover="#f0ede6",
        button_secondary_background_fill_hover_dark="#2b2926",
        button_secondary_border_color="#cfcabf",
        button_secondary_border_color_dark="#4a463f",
        button_secondary_text_color="#22211e",
        button_secondary_text_color_dark="#e9e5dc",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_shadow="none",
    )
    look.custom_css = "\n".join(static(name) for name in style_sheets())
    return look
