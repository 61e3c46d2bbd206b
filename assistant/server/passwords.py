"""Passwords as scrypt hashes, each with its own salt and the parameters it was made with. Standard library only.

Kept as ``scrypt$N$r$p$salt$hash``, salt and hash in base64, so that parameters can grow without asking everybody for a
new password.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from assistant.errors import InputError

SHORTEST = 8
"""Fewest characters of a password that is set."""
LONGEST = 1_000
"""Most characters of a password that is set or tried: hashing must not cost what a stranger decides."""
_HASH_BYTES = 32
_SALT_BYTES = 16
_MOST_MEMORY = 256 * 2**20


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: ``128 * n * r`` bytes of memory, and time in proportion to ``n * r * p``."""

    n: int = 2**15
    r: int = 8
    p: int = 3


COST = Cost()
"""32 MiB and three passes: what OWASP's password storage guide names beside 128 MiB and one."""


class PasswordError(InputError):
    """A password that cannot be set."""


def check_new(password: str) -> str:
    """The password, if it may be set.

    Raises:
        PasswordError: if it is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(
            f"the password has {len(password):,} characters; give one of {SHORTEST} to {LONGEST:,} characters"
        )
    return password


def hashed(password: str, cost: Cost | None = None) -> str:
    """The form in which a password is kept, made at ``COST`` unless told otherwise; another one each time."""
    cost = cost or COST
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join(
        ("scrypt", str(cost.n), str(cost.r), str(cost.p), _text(salt), _text(_scrypt(password, salt, cost)))
    )


def matches(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept; compared in constant time.

    Raises:
        ValueError: if what was kept is no hash of ours.
    """
    cost, salt, wanted = _parts(kept)
    return hmac.compare_digest(_scrypt(password[: LONGEST + 1], salt, cost), wanted)


def is_hash(kept: str) -> bool:
    """Whether this is a hash of ours."""
    try:
        _parts(kept)
    except ValueError:
        return False
    return True


def _parts(kept: str) -> tuple[Cost, bytes, bytes]:
    try:
        kind, n, r, p, salt, wanted = kept.split("$")
        cost = Cost(int(n), int(r), int(p))
        parts = cost, base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("not a password hash") from error
    power = cost.n > 1 and cost.n & (cost.n - 1) == 0
    fits = cost.r > 0 and 0 < cost.p <= 64 and 128 * cost.n * cost.r <= _MOST_MEMORY // 2
    if kind != "scrypt" or not power or not fits or len(parts[1]) < _SALT_BYTES or len(parts[2]) != _HASH_BYTES:
        raise ValueError("not a password hash")
    return parts


def _scrypt(password: str, salt: bytes, cost: Cost) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=_MOST_MEMORY, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
