"""HTML files that stand alone: nothing is loaded, and no script runs but the one that was written into them."""

from __future__ import annotations

import base64
import hashlib
from html import escape


def standalone_page(title: str, body: str, style: str, script: str) -> str:
    """One HTML document with a content security policy that forbids it to load anything.

    Args:
        title: as text; it is escaped here.
        body: HTML; every text in it is escaped already.
        style, script: the only ones the policy lets through.
    """
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(title)}</title><style>{style}</style></head><body><main>
{body}
</main><script>{script}</script></body></html>
"""
    return html.encode("utf-8", errors="replace").decode("utf-8")


def _hash(text: str) -> str:
    """What a content security policy calls a style or script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
