"""Make the XML of feeds well-formed while it is read, so that a fault in one entry does not affect the others.

Parsers that recover from errors drop `&amp;` after an undeclared entity, put all later entries into an element that is
not closed, and stop at a second root element.  Here, each fault is repaired where it occurs: references, characters
that XML does not allow, attributes, end tags that are missing or have no start tag.  Comments, processing instructions
and the DOCTYPE are dropped, so the XML parser sees no declaration of an entity.
"""

from __future__ import annotations

import re
import sys
from html.entities import html5
from typing import Final, Literal
from xml.sax.saxutils import escape

ENTRY_TAGS: Final = frozenset({"item", "entry", "url", "sitemap"})
"""Local names, in lower case, of elements that never contain themselves: a start tag closes one that is open."""
_FIELDS: Final = frozenset(
    {"title", "link", "guid", "id", "pubDate", "description", "loc", "lastmod", "updated", "published", "summary"}
)
"""Elements of an entry that do not contain each other: one that is not closed ends where the next begins."""
MAX_ELEMENT_DEPTH: Final = 200
"""Deepest nesting; deeper elements are dropped.  libxml2 stops at 256."""
MAX_TAG: Final = 1 << 16
"""Most characters of a tag."""

_NAME: Final = r"[A-Za-z_\u0080-\U0010ffff][\w:.\u00b7\u0080-\U0010ffff-]*"
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML does not allow."""
_REFERENCES: Final = r"""&\#(?:[xX](?P<high>[dD][89abAB][0-9a-fA-F]{2})|(?P<high_decimal>5[56]\d{3}));
     &\#(?:[xX](?P<low>[dD][c-fC-F][0-9a-fA-F]{2})|(?P<low_decimal>5[67]\d{3}));
    |&\#(?:[xX](?P<hexadecimal>[0-9a-fA-F]{1,7})|(?P<decimal>[0-9]{1,8}));
    |&(?P<named>[A-Za-z][A-Za-z0-9]{1,31});"""
"""References; the first form is one character, written as those of its two surrogates in UTF-16."""
_TOKEN: Final = re.compile(
    rf"""<(?P<leaf>{_NAME})(?:\s+{_NAME}\s*=\s*"[^"<&]*")*\s*>[^<&]*</(?P=leaf)\s*>
    |</(?P<end>{_NAME})[^<>]*>
    |<(?P<start>{_NAME})(?P<attributes>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>
    |<!\[(?P<cdata>CDATA)\[
    |<!(?P<comment>--)
    |<!(?P<doctype>(?i:DOCTYPE))\b
    |<(?P<instruction>\?)
    |{_REFERENCES}
    |(?P<stray>[<&])""",
    re.VERBOSE,
)
_BROKEN_TAG: Final = re.compile(rf"<(?:!\w[^<>]*|({_NAME})[^<>]*)>")
"""A declaration, or a start tag with an unclosed quotation mark."""
_WELL_FORMED: Final = re.compile(rf"""(?:\s+{_NAME}\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*\s*/?""")
_ATTRIBUTE: Final = re.compile(rf"""({_NAME})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>/][^\s"'>]*)))?""")
_REFERENCE: Final = re.compile(_REFERENCES, re.VERBOSE)
_PREDEFINED: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
_WINDOWS_1252: Final = {b: bytes([b]).decode("cp1252", "ignore") for b in range(0x80, 0xA0)}
"""Meaning of references to C1 controls, as in HTML: `&#146;` is an apostrophe."""
_HIGH: Final = range(0xD800, 0xDC00)
_LOW: Final = range(0xDC00, 0xE000)
"""Surrogates of UTF-16."""
_CDATA_END: Final = re.compile(r"\]\]>|(?=</(?:item|entry)\s*>)", re.IGNORECASE)
"""The end of a CDATA section; one that is not closed ends with its entry."""
_COMMENT: Final = re.compile(r".*?-->", re.DOTALL)
_INSTRUCTION: Final = re.compile("[^>]*>")
_DOCTYPE: Final = re.compile(r"[^\[>]*(?:>|\[.*?\]\s*>)", re.DOTALL)
"""The rest of a section that is dropped."""
_HELD_BACK: Final = 16
"""Characters at the end of a piece that may be the beginning of the end of a section."""
_REFERENCE_LENGTH: Final = 34
"""Most characters of a reference."""

_Mode = Literal["content", "cdata", "comment", "instruction", "doctype"]


class XmlMender:
    """Repairs a document piece by piece: `feed` the text in order, then call `finish`.

    The output is well-formed, but for prefixes without a declaration.  Text outside the root element is dropped.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._at = 0
        """Position in the buffer up to which it is processed."""
        self._mode: _Mode = "content"
        self._open: list[str] = []
        """Names of the open elements, as written, from the root inwards."""
        self._too_deep = 0
        """Number of open elements below MAX_ELEMENT_DEPTH, which are dropped."""
        self._out: list[str] = []

    def feed(self, text: str) -> str:
        """Return the repaired form of the text that is complete so far."""
        self._buffer += _FORBIDDEN.sub("", text)
        return self._mend(final=False)

    def finish(self) -> str:
        """Return the rest of the document, with the end tags of all open elements."""
        rest = self._mend(final=True)
        closing = "".join(f"</{name}>" for name in reversed(self._open))
        self._open.clear()
        return rest + closing

    def _mend(self, *, final: bool) -> str:
        while self._at < len(self._buffer) and self._step(final=final):
            pass
        self._buffer = self._buffer[self._at :]
        self._at = 0
        mended, self._out = "".join(self._out), []
        return mended

    def _step(self, *, final: bool) -> bool:
        """Process the next token; return False to wait for more text."""
        match self._mode:
            case "content":
                return self._read_content(final=final)
            case "cdata":
                return self._read_cdata(final=final)
            case "comment":
                return self._skip(_COMMENT, final=final)
            case "instruction":
                return self._skip(_INSTRUCTION, final=final)
            case "doctype":
                return self._skip(_DOCTYPE, final=final)

    # ------------------------------------------------------------ content
    def _read_content(self, *, final: bool) -> bool:
        found = _TOKEN.search(self._buffer, self._at)
        end = len(self._buffer) if found is None else found.start()
        if end > self._at:
            self._text(self._buffer[self._at : end])
            self._at = end
        if found is None:
            return True
        if not final and self._may_continue(found):
            return False
        self._at = found.end()
        self._token(found)
        return True

    def _may_continue(self, found: re.Match[str]) -> bool:
        """Return whether a token at the end of the buffer may be the beginning of a longer one."""
        rest = len(self._buffer) - found.start()
        match found.lastgroup:
            case "stray" if found["stray"] == "<":
                return rest < MAX_TAG and self._buffer.find("<", found.end()) < 0
            case "stray":
                return rest < _REFERENCE_LENGTH and ";" not in self._buffer[found.start() :]
            case "hexadecimal" | "decimal":
                return found.end() + _REFERENCE_LENGTH > len(self._buffer) and _code_point(found) in _HIGH
        return False

    def _token(self, found: re.Match[str]) -> None:
        match found.lastgroup:
            case "leaf":
                self._leaf(found)
            case "end":
                self._end(found["end"])
            case "attributes":
                self._start(found["start"], found["attributes"])
            case "cdata" | "comment" | "instruction" | "doctype":
                self._mode = found.lastgroup  # the groups are named after the modes
            case "stray":
                self._stray(found)
            case _:
                self._text(_mend_reference(found))

    def _text(self, text: str) -> None:
        if self._open and not self._too_deep:
            self._out.append(text.replace("]]>", "]]&gt;") if "]]>" in text else text)

    def _stray(self, found: re.Match[str]) -> None:
        """Process a character that begins no token: a broken tag, or text."""
        broken = _BROKEN_TAG.match(self._buffer, found.start()) if found["stray"] == "<" else None
        if broken is None:
            self._text("&lt;" if found["stray"] == "<" else "&amp;")
            return
        self._at = broken.end()
        if broken[1]:
            self._start(broken[1], "/" if broken[0].endswith("/>") else "")

    # ------------------------------------------------------------ elements
    def _leaf(self, found: re.Match[str]) -> None:
        """Process an element that contains only text, in one step: most elements of a sitemap are such."""
        self._close_before(found["leaf"])
        if not self._open:  # it is the root element: what follows is added to it
            self._out.append(found[0][: found[0].rindex("<")])
            self._open.append(found["leaf"])
        elif not self._too_deep and len(self._open) < MAX_ELEMENT_DEPTH:
            self._out.append(found[0].replace("]]>", "]]&gt;"))

    def _start(self, name: str, attributes: str) -> None:
        self._close_before(name)
        is_empty = attributes.endswith("/")
        if self._too_deep or len(self._open) >= MAX_ELEMENT_DEPTH:
            self._too_deep += not is_empty
            return
        if not _WELL_FORMED.fullmatch(attributes):
            attributes = _mend_attributes(attributes) + "/" * is_empty
        self._out.append(f"<{name}{attributes}>")
        if not is_empty:
            self._open.append(name)
        elif not self._open:  # an empty root element: what follows is added to it
            self._out[-1] = f"<{name}{attributes.removesuffix('/')}>"
            self._open.append(name)

    def _close_before(self, name: str) -> None:
        """Close what a start tag shows to be over: the entry before the next one, a field before the next one."""
        local = name.rpartition(":")[2].lower()
        if local in ENTRY_TAGS and name in self._open:
            self._too_deep = 0
            self._close(len(self._open) - 1 - self._open[::-1].index(name))
        elif name in _FIELDS and self._open[-1:] and self._open[-1] in _FIELDS:
            self._close(len(self._open) - 1)

    def _end(self, name: str) -> None:
        """Close the innermost open element of this name and those inside; without any, ignore the end tag.

        The root element is closed by `finish`, so that entries after its end tag are read, too.
        """
        if self._too_deep:
            self._too_deep -= 1
        elif name in self._open[1:]:
            self._close(len(self._open) - 1 - self._open[::-1].index(name))

    def _close(self, depth: int) -> None:
        """Close the open elements until `depth` are left."""
        while len(self._open) > depth:
            self._out.append(f"</{self._open.pop()}>")

    # ------------------------------------------------------------ sections
    def _read_cdata(self, *, final: bool) -> bool:
        """Write the content of a CDATA section as escaped text, as far as it is in the buffer."""
        found = _CDATA_END.search(self._buffer, self._at)
        end = found.start() if found else len(self._buffer) - _HELD_BACK * (not final)
        self._text(escape(self._buffer[self._at : max(self._at, end)]))
        self._at = found.end() if found else max(self._at, end)
        if found:
            self._mode = "content"
        return found is not None

    def _skip(self, section: re.Pattern[str], *, final: bool) -> bool:
        """Skip the rest of a comment, an instruction or a DOCTYPE, as far as it is in the buffer."""
        found = section.match(self._buffer, self._at)
        if found:
            self._at, self._mode = found.end(), "content"
        elif final:
            self._at = len(self._buffer)
        elif len(self._buffer) - self._at > MAX_TAG:
            self._at = len(self._buffer) - _HELD_BACK
        return found is not None


# ---------------------------------------------------------------- references and attributes
def _mend_reference(found: re.Match[str]) -> str:
    """Return a reference as XML knows it; that to an unknown entity is returned as text."""
    if found["named"]:
        return _mend_entity(found["named"])
    if found["high"] or found["high_decimal"]:
        high = int(found["high"], 16) if found["high"] else int(found["high_decimal"])
        low = int(found["low"], 16) if found["low"] else int(found["low_decimal"])
        if high in _HIGH and low in _LOW:
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        return _character(high) + _character(low)
    return _character(_code_point(found))


def _mend_entity(name: str) -> str:
    if name in _PREDEFINED:
        return f"&{name};"
    return escape(html5[f"{name};"]) if f"{name};" in html5 else f"&amp;{name};"


def _code_point(found: re.Match[str]) -> int:
    return int(found["hexadecimal"], 16) if found["hexadecimal"] else int(found["decimal"])


def _character(code: int) -> str:
    """Return a character as XML text: a replacement character for a lone surrogate, "" for one that XML forbids."""
    if code in _HIGH or code in _LOW or code > sys.maxunicode:
        return "\ufffd"
    character = _WINDOWS_1252.get(code) or chr(code)
    return "" if _FORBIDDEN.match(character) else escape(character)


def _mend_attributes(attributes: str) -> str:
    """Return attributes in double quotes, with references repaired; of several with one name, the first."""
    values: dict[str, str] = {}
    for name, *forms in _ATTRIBUTE.findall(attributes):
        values.setdefault(name, next(filter(None, forms), ""))
    return "".join(f' {name}="{_mend_value(value)}"' for name, value in values.items())


def _mend_value(value: str) -> str:
    parts, at = [], 0
    for found in _REFERENCE.finditer(value):
        parts += [escape(value[at : found.start()]), _mend_reference(found)]
        at = found.end()
    return "".join([*parts, escape(value[at:])]).replace('"', "&quot;")
