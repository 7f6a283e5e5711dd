"""The symmetric signature, `v1`, of Standard Webhooks.

A secret is the prefix `whsec_` and 24 to 64 bytes in base64. While a secret is being replaced, both the old and the
new one are configured, and a delivery carries a signature of each.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from worker.errors import UsageError
from worker.schema.plurals import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

WHSEC_PREFIX: Final = "whsec_"
MIN_SECRET_BYTES: Final = 24
MAX_SECRET_BYTES: Final = 64
SECRET_FORMAT: Final = (
    f"{WHSEC_PREFIX} and {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} random bytes in base64, e.g. "
    f'"{WHSEC_PREFIX}$(head -c 32 /dev/urandom | base64)"'
)
"""The format of a secret, and a command that makes one, for error messages."""


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """Decode secrets that are separated by white space.

    UsageError if there is none or one is invalid; the message gives the number of the secret and never its text.
    """
    secrets = tuple(_parse_secret(word, number) for number, word in enumerate(text.split(), 1))
    if not secrets:
        raise UsageError(f"no webhook secret given: {SECRET_FORMAT}")
    return secrets


def _parse_secret(word: str, number: int) -> bytes:
    try:
        secret = base64.b64decode(word.removeprefix(WHSEC_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise UsageError(f"webhook secret {number} is not base64: {SECRET_FORMAT}") from None
    if not MIN_SECRET_BYTES <= len(secret) <= MAX_SECRET_BYTES:
        raise UsageError(f"webhook secret {number} has {plural(len(secret), 'byte')}: {SECRET_FORMAT}")
    return secret


def sign(secrets: Sequence[bytes], message_id: str, timestamp_s: int, body: bytes) -> str:
    """Return the header `webhook-signature` of an attempt at Unix time `timestamp_s`: one HMAC-SHA256 per secret."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    macs = (hmac.digest(secret, signed, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs)
