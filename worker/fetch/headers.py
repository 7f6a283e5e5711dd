"""Parse response headers, and sniff the media type of a body without Content-Type."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

MAX_RETRY_AFTER_S: Final = 86_400.0
"""Longest Retry-After that is honoured, in seconds."""

_UNKNOWN_TYPES: Final = frozenset({"*/*", "unknown/unknown", "application/unknown"})
"""Media types that mean "unknown" (MIME Sniffing Standard, section 5)."""

_SNIFFED_BYTES: Final = 1445
"""Number of bytes that the MIME Sniffing Standard examines."""

_MARKUP = re.compile(
    rb"\s*<(?:!--|(?:!doctype\s+html|html|head|body|script|style|title|meta|div|p|h1|table|a|br)[\s/>])", re.IGNORECASE
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,9})\b", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def parse_media_type(content_type: str) -> str:
    """Return the media type in lower case without parameters; "" if the header is empty, unknown or malformed."""
    named = content_type.partition(";")[0].strip().lower()
    return named if "/" in named and named not in _UNKNOWN_TYPES else ""


def parse_charset(content_type: str) -> str | None:
    """Return the charset parameter of a Content-Type in lower case, not validated; None if there is none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").strip().lower() or None
    return None


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Return the delay of a Retry-After header in seconds, at most a day; None if it is absent or malformed.

    RFC 9110, 10.2.3: a number of seconds, or an HTTP date; a date in the past is 0.0.
    """
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,20}", text):
        return min(float(text), MAX_RETRY_AFTER_S)
    try:
        until = parsedate_to_datetime(text)
        wait_s = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(wait_s, 0.0), MAX_RETRY_AFTER_S)


def parse_max_age(cache_control: str) -> float | None:
    """Return the seconds for which a response is fresh (RFC 9111, 5.2.2.1); None if the header does not say."""
    found = _MAX_AGE.search(cache_control)
    return float(found[1]) if found else None


def escape_bytes(value: str) -> str:
    """Return a Location with the bytes that are not UTF-8 (lone surrogates in aiohttp's form) percent-encoded.

    Browsers do the same: a server that writes `/café` in Latin-1 expects `/caf%E9`.  A value in UTF-8 is returned
    unchanged, because its host may be an internationalised name; in any other, all non-ASCII bytes are encoded.
    """
    if not any("\udc80" <= char <= "\udcff" for char in value):
        return value
    return "".join(chr(b) if b < 0x80 else f"%{b:02X}" for b in value.encode("utf-8", "surrogateescape"))  # noqa: PLR2004 - ASCII


def sniff_media_type(body: bytes) -> str:
    """Return the media type of a body that has no Content-Type (MIME Sniffing Standard, 6 and 7.1, simplified)."""
    head = body.removeprefix(b"\xef\xbb\xbf")[:_SNIFFED_BYTES]
    if _MARKUP.match(head):
        return "text/html"
    if head.lstrip().startswith(b"<?xml"):
        return "application/xml"
    return "application/octet-stream" if _BINARY.search(head) else "text/plain"
