"""The address to listen on, checked before anything is built: what is wrong with it is one line and a command."""

from __future__ import annotations

import errno
import socket

from assistant.errors import InputError

LOOPBACK = ("127.0.0.1", "localhost")
"""Addresses that only this machine reaches."""


class ServeError(InputError):
    """The page cannot be served as asked: the port is taken, the host unknown, the login malformed."""


def claim_port(host: str, port: int) -> int:
    """Return ``port``, or a free one for 0, after checking that it can be listened on.

    Raises:
        ServeError: it cannot; says why, and which command to use instead.
    """
    if not 0 <= port <= 65535:
        raise ServeError(f"Port {port} is not between 0 and 65535. Use: footnote serve --port 7860")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise ServeError(f"Host {host!r} is not known here. Use: footnote serve --host 127.0.0.1") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            raise ServeError(_refusal(host, port, error)) from None
        return int(probe.getsockname()[1])


def _refusal(host: str, port: int, error: OSError) -> str:
    code = error.errno
    other = port + 1 if 1024 <= port < 65535 else 7860
    if code == errno.EADDRINUSE:
        return f"Port {port} is in use. Use another: footnote serve --port {other}"
    if code == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine. Use: footnote serve --host 127.0.0.1"
    if code in (errno.EACCES, errno.EPERM):
        return f"Port {port} may not be used by this account. Use another: footnote serve --port {other}"
    return f"Port {port} cannot be used ({error}). Use another: footnote serve --port {other}"
