"""What a receiver checks a delivery by: the symmetric signatures, `v1`, of Standard Webhooks.  Pure.

A secret is `whsec_` and 24 to 64 bytes in base64.  Several may be in force while one is replaced by another; then a
delivery has a signature of each.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "whsec_"
SHORTEST_BYTES: Final = 24
LONGEST_BYTES: Final = 64


def keys(text: str) -> tuple[bytes, ...]:
    """Read secrets with blanks or line breaks between; UsageError for one that is none, which it does not repeat."""
    read = tuple(_key(word, nth) for nth, word in enumerate(text.split(), 1))
    if not read:
        raise UsageError(f"no webhook secret given: {HOW}")
    return read


def _key(word: str, nth: int) -> bytes:
    try:
        key = base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise UsageError(f"webhook secret {nth} is not base64: {HOW}") from None
    if not SHORTEST_BYTES <= len(key) <= LONGEST_BYTES:
        raise UsageError(f"webhook secret {nth} has {len(key)} bytes: {HOW}")
    return key


HOW: Final = (
    f"{PREFIX} and {SHORTEST_BYTES} to {LONGEST_BYTES} random bytes in base64, e.g. "
    f'"{PREFIX}$(head -c 32 /dev/urandom | base64)"'
)


def signature(secrets: Sequence[bytes], message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the header `webhook-signature` of a delivery attempted at that Unix time."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    made = (hmac.digest(key, signed, hashlib.sha256) for key in secrets)
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in made)
