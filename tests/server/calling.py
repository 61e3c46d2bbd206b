"""Ways to call a server, and what the served documents say."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.server import Served

PASSWORDS = {"anna": "a long secret", "ben": "another secret"}
FILES = {
    "letter.txt": "The harbour of Almaty\n\nApples grow in Almaty since 1887. Pears grow nowhere near it.\n",
    "notes/places.md": "# Places\n\nThe harbour opened in 1995. The lighthouse keeper is called Ilya.\n",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(served: Served, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
    """One request; a body that is no bytes is sent as JSON."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", served.page.server_port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        streams = "event-stream" in response.getheader("content-type", "")
        text = "" if streams else response.read().decode("utf-8", "replace")
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
    finally:
        connection.close()


@dataclass(frozen=True)
class Guarded:
    """A server with accounts: anna is an editor, ben a reader; each has a token."""

    served: Served
    users: Path
    tokens: Mapping[str, str]

    def bearer(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[name]}"}
