"""Who is logged in, and the way out: a part of the page's heading where accounts are set."""

from __future__ import annotations

from assistant.ui.escaping import text_to_html
from assistant.ui.roles import Account


def render_account(account: Account | None) -> str:
    """Return the user's name with a button that logs out; empty where nobody has to log in."""
    if account is None or not account.name:
        return ""
    return (
        f'<form class="fn-account" method="post" action="logout"><span>{text_to_html(account.name)}</span>'
        '<button type="submit">Log out</button></form>'
    )
