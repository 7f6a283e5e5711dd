"""Bytes -> text: the encoding that the author used, whatever the labels say."""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PRESCAN_BYTES = 4096
"""How far a meta declaration is looked for; the standard says 1,024, real pages put it later."""
_META = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.IGNORECASE
)
_STATEFUL = {"iso2022_jp", "utf-16-le", "utf-16-be"}
"""Encodings that a strict UTF-8 decoder may swallow without complaint; believed when HTTP declares them."""
_SUPERSETS = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
    "iso-8859-11": "cp874",
}
"""Python's codec of the name is narrower than what browsers read under it."""
_LEAD_BYTE = 0xC0
"""From here on a byte can begin a sequence of UTF-8."""
_TOLERATED = 0.02
"""Share of bad sequences among the non-ASCII ones up to which a text counts as damaged UTF-8."""


def decode(body: bytes, declared: str | None = None) -> str:
    """Return the text of a page; never raises, bad bytes become U+FFFD.

    Order: byte order mark, strict UTF-8 (a long text that decodes is nothing else, whatever its label says), the
    HTTP header's label, the page's own, UTF-8 with a few damaged characters, statistics.  Labels mean what
    browsers mean by them (https://encoding.spec.whatwg.org/#names-and-labels): iso-8859-1 is windows-1252.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    header = _known(declared)
    if header in _STATEFUL:
        return body.decode(header, "replace")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _not_utf8(body, header)
    return _seven_bit(body, text)


def _seven_bit(body: bytes, text: str) -> str:
    """Tell ISO-2022-JP, whose bytes are all ASCII, by its escape sequences."""
    if b"\x1b" in body and (b"\x1b$" in body or b"\x1b(" in body):
        return body.decode("iso-2022-jp", "replace")
    return text


def _not_utf8(body: bytes, header: str | None) -> str:
    labels = [label for label in (header, _of_meta(body)) if label and label != "utf-8"]
    if labels:
        return _superset(body, labels[0])
    damaged = body.decode("utf-8", "replace")
    if damaged.count("\ufffd") <= _TOLERATED * sum(1 for c in body if c >= _LEAD_BYTE):
        return damaged
    return _superset(body, _known(detect_encoding(body)) or "cp1252")


def _superset(body: bytes, encoding: str) -> str:
    """Decode; the five bytes that windows-1252 leaves open are the C1 controls, as in browsers."""
    if encoding in {"windows-1252", "cp1252"}:
        try:
            return body.decode("cp1252")
        except UnicodeDecodeError:
            return "".join(map(_WINDOWS_1252.__getitem__, body))
    try:
        return body.decode(encoding, "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


_WINDOWS_1252 = [bytes([b]).decode("cp1252", "ignore") or chr(b) for b in range(256)]


def _of_meta(body: bytes) -> str | None:
    found = _META.search(body[:_PRESCAN_BYTES])
    label = _known(found[1].decode("ascii", "ignore")) if found else None
    return None if label and label.startswith("utf-16") else label


def _known(label: str | None) -> str | None:
    """Map a label to the codec's name, None where no browser knows it."""
    if not label:
        return None
    name: str | None = map_encoding_to_html5(label.strip().strip("\"'").lower(), False)
    return _SUPERSETS.get(name, name) if name else None
