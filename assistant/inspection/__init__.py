"""What was read from a file, for people to look at: outline, blocks, passages with their spans, pages, warnings."""

from assistant.inspection.page import render_html
from assistant.inspection.values import Inspection, inspect_file, to_json

__all__ = ["Inspection", "inspect_file", "render_html", "to_json"]
