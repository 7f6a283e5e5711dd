"""What the head of an HTTP response says, as far as fetching needs it; and what a body is where its head is silent."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

MAX_RETRY_AFTER_S: Final = 86_400.0
"""Longest wait that a server may ask of us."""

_UNKNOWN: Final = frozenset({"*/*", "unknown/unknown", "application/unknown"})
"""What servers send that do not know (MIME sniffing standard, section 5)."""

_SNIFFED_BYTES: Final = 1445
"""As far as the MIME sniffing standard looks."""

_MARKUP = re.compile(
    rb"\s*<(?:!--|(?:!doctype\s+html|html|head|body|script|style|title|meta|div|p|h1|table|a|br)[\s/>])", re.IGNORECASE
)
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def media_type(content_type: str) -> str:
    """Return "text/html" of "Text/HTML; charset=x"; "" where the header is empty, unknown or no media type."""
    named = content_type.partition(";")[0].strip().lower()
    return named if "/" in named and named not in _UNKNOWN else ""


def charset(content_type: str) -> str | None:
    """Return the charset parameter in lower case as the server spells it; None where there is none."""
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").strip().lower() or None
    return None


def retry_after_s(header: str | None, now: datetime) -> float | None:
    """Return the seconds that Retry-After asks for, at most a day; None where it is absent or says nothing.

    RFC 9110, 10.2.3: a number of seconds, or an HTTP date, which is in the past for "at once" (0.0).
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


def sniff(body: bytes) -> str:
    """Guess the media type of a body that came without one, after the MIME sniffing standard, 6 and 7.1."""
    head = body.removeprefix(b"\xef\xbb\xbf")[:_SNIFFED_BYTES]
    if _MARKUP.match(head):
        return "text/html"
    if head.lstrip().startswith(b"<?xml"):
        return "application/xml"
    return "application/octet-stream" if _BINARY.search(head) else "text/plain"
