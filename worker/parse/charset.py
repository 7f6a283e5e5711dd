"""Decode HTML from bytes by its actual encoding, which declared labels often get wrong."""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PRESCAN_BYTES = 4096
"""First bytes that are searched for a meta declaration; the HTML standard says 1,024, real pages put it later."""
_META = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,500}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.IGNORECASE
)
_STATEFUL = {"iso2022_jp", "utf-16-le", "utf-16-be"}
"""Encodings whose bytes can also be valid UTF-8; used when HTTP declares them."""
_SUPERSETS = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
    "iso-8859-11": "cp874",
}
"""Label -> codec, for labels whose Python codec of that name covers less than browsers decode."""
_MIN_LEAD_BYTE = 0xC0
"""Lowest byte that begins a multi-byte sequence in UTF-8."""
_MAX_DAMAGED = 0.02
"""Share of invalid sequences among the non-ASCII ones up to which a text is treated as damaged UTF-8."""


def decode_html(body: bytes, declared: str | None = None) -> str:
    """Return the text of a page; `declared` is the charset of the HTTP header.  Never raises: bad bytes become U+FFFD.

    The first of these decides: byte order mark; strict UTF-8, which other encodings practically never satisfy; the
    HTTP header; the page's meta declaration; UTF-8 with few invalid sequences; statistics.  Labels are those of
    https://encoding.spec.whatwg.org/#names-and-labels: iso-8859-1 means windows-1252.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    header = codec_name(declared)
    if header in _STATEFUL:
        return body.decode(header, "replace")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _decode_other(body, header)
    return body.decode("iso-2022-jp", "replace") if _is_iso_2022_jp(body) else text


def _is_iso_2022_jp(body: bytes) -> bool:
    """Return whether the bytes contain an escape sequence of ISO-2022-JP, an encoding with ASCII bytes only."""
    return b"\x1b" in body and (b"\x1b$" in body or b"\x1b(" in body)


def _decode_other(body: bytes, header: str | None) -> str:
    """Decode bytes that are not valid UTF-8."""
    labels = [label for label in (header, _meta_codec(body)) if label and label != "utf-8"]
    if labels:
        return _decode_as(body, labels[0])
    damaged = body.decode("utf-8", "replace")
    if damaged.count("\ufffd") <= _MAX_DAMAGED * sum(1 for c in body if c >= _MIN_LEAD_BYTE):
        return damaged
    return _decode_as(body, codec_name(detect_encoding(body)) or "cp1252")


def _decode_as(body: bytes, encoding: str) -> str:
    """Decode with a codec, or UTF-8 if Python has no such codec.

    The five bytes undefined in windows-1252 become C1 controls, as in browsers.
    """
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
"""Byte -> character."""


def _meta_codec(body: bytes) -> str | None:
    """Return the codec that a meta or XML declaration names; None without declaration.

    None for UTF-16 too, which ASCII markup contradicts.
    """
    found = _META.search(body[:_PRESCAN_BYTES])
    codec = codec_name(found[1].decode("ascii", "ignore")) if found else None
    return None if codec and codec.startswith("utf-16") else codec


def codec_name(label: str | None) -> str | None:
    """Return Python's codec for an encoding label; None for a label that browsers do not know."""
    if not label:
        return None
    name: str | None = map_encoding_to_html5(label.strip().strip("\"'").lower(), False)
    return _SUPERSETS.get(name, name) if name else None
