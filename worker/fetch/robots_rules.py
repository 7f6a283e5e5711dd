"""Rules of a robots.txt for one user agent: matching (RFC 9309, 2.2.2) and a compact stored form; no I/O."""

from __future__ import annotations

import re
import zlib
from typing import Final, Self

import msgspec
from msgspec import Struct

_DECODED_IN_PATH: Final = re.compile(rb"[A-Za-z0-9._~!&'(),;=:@-]")
_DECODED_IN_QUERY: Final = re.compile(rb"[A-Za-z0-9._~!'(),:@/?-]")
"""Characters whose percent-encoding is decoded before a comparison: those that `worker.urls.normalise` decodes."""
_CHANGED_IN_PATH: Final = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!&'(),;=:@/?+-]")
_CHANGED_IN_PATTERN: Final = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!&'(),;=:@/?+*-]")
"""What the canonical form changes.  It encodes `*` and `$` in a path, because in a pattern they are operators."""
_STARS: Final = re.compile(r"\*+")

_SHARED_AT_0: Final = 32
"""Byte that means zero shared characters in the stored form; lower bytes are control characters, like the separator."""
_MAX_SHARED: Final = 255 - _SHARED_AT_0


class RobotsRules(Struct, frozen=True, kw_only=True):
    """The rules of a robots.txt for one user agent: patterns in canonical form, the most specific (longest) first."""

    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    delay_s: float = 0.0
    """Delay between two requests that the file sets; 0.0 if it sets none, math.inf if the number overflows."""
    cut: int = 0
    """Number of rules with `*` beyond the limits of `worker.fetch.robots`.

    Such a rule is ignored if it allows; if it disallows, it matches anything after its first `*`.
    """

    def rule_for(self, url: str) -> str | None:
        """Return the rule that decides on a normalised URL, as "Allow: /a" or "Disallow: /a"; None without a match.

        The longest pattern decides; if an allow and a disallow pattern are equally long, the allow rule does.
        """
        path = _path(url)
        disallowed = _first_match(self.disallowed, path)
        if disallowed is None or path == "/robots.txt":  # always allowed (RFC 9309, 2.2.2)
            return None
        allowed = _first_match(self.allowed, path)
        if allowed is not None and len(allowed) >= len(disallowed):
            return f"Allow: {allowed}"
        return f"Disallow: {disallowed}"

    def allows(self, url: str) -> bool:
        """Return whether a normalised URL may be requested."""
        rule = self.rule_for(url)
        return rule is None or rule.startswith("Allow")

    def encode(self) -> bytes:
        """Return the stored form: the patterns front-coded (as in a dictionary) and deflated; `decode` reads it."""
        return _ENCODER.encode((_pack(self.allowed), _pack(self.disallowed), self.delay_s, self.cut))

    @classmethod
    def decode(cls, stored: bytes) -> Self:
        """Return the rules of a stored form; raises ValueError if it is not one."""
        try:
            allowed, disallowed, delay_s, cut = _DECODER.decode(stored)
            return cls(allowed=_unpack(allowed), disallowed=_unpack(disallowed), delay_s=delay_s, cut=cut)
        except (msgspec.DecodeError, zlib.error, IndexError) as e:
            raise ValueError(f"not the stored form of a robots.txt: {e}") from e


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(tuple[bytes, bytes, float, int])


# ---------------------------------------------------------------- patterns and paths
def canonical_pattern(value: bytes) -> str:
    """Return a pattern in canonical form: `*` matches any characters, a final `$` the end of the path."""
    return _canonical(value.removesuffix(b"$"), _CHANGED_IN_PATTERN) + "$" * value.endswith(b"$")


def _path(url: str) -> str:
    """Return path and query of a normalised URL in canonical form."""
    return _canonical(url[url.index("/", url.index("://") + 3) :].encode(), _CHANGED_IN_PATH)


def _canonical(text: bytes, changed: re.Pattern[bytes]) -> str:
    """Return text with its percent-encoding normalised for comparison (RFC 9309, 2.2.2)."""
    if not changed.search(text):
        return text.decode("ascii")
    path, mark, query = text.partition(b"?")
    return (_requote(path, changed, _DECODED_IN_PATH) + mark + _requote(query, changed, _DECODED_IN_QUERY)).decode()


def _requote(text: bytes, changed: re.Pattern[bytes], decoded: re.Pattern[bytes]) -> bytes:
    def replace(found: re.Match[bytes]) -> bytes:
        char = found[0] if len(found[0]) == 1 else bytes.fromhex(found[0][1:].decode())
        return char if decoded.fullmatch(char) else b"%%%02X" % char[0]

    return changed.sub(replace, text)


def _first_match(patterns: tuple[str, ...], path: str) -> str | None:
    for pattern in patterns:
        if path.startswith(pattern) or (("*" in pattern or pattern[-1] == "$") and _matches(pattern, path)):
            return pattern
    return None


def _matches(pattern: str, path: str) -> bool:
    """Return whether a pattern with `*` or `$` matches.

    The leftmost match of each part leaves the most text for the next, so no backtracking is needed.
    """
    first, *parts = _STARS.sub("*", pattern.removesuffix("$")).split("*")
    if not path.startswith(first):
        return False
    if not parts:
        return path == first
    at = len(first)
    for part in parts[:-1]:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if pattern[-1] == "$":
        return path.endswith(parts[-1]) and at + len(parts[-1]) <= len(path)
    return path.find(parts[-1], at) >= 0


# ---------------------------------------------------------------- stored form
def _pack(patterns: tuple[str, ...]) -> bytes:
    """Front-code and deflate patterns: each is a byte for the length shared with the pattern before, then the rest."""
    lines, before = [], ""
    for pattern in patterns:
        shared = _shared_length(before, pattern)
        lines.append(chr(_SHARED_AT_0 + shared) + pattern[shared:])
        before = pattern
    return zlib.compress("\n".join(lines).encode("latin-1"), 9) if lines else b""


def _shared_length(one: str, other: str) -> int:
    """Return the number of equal characters at the start of both, at most _MAX_SHARED."""
    length = min(len(one), len(other), _MAX_SHARED)
    while one[:length] != other[:length]:
        length -= 1
    return length


def _unpack(packed: bytes) -> tuple[str, ...]:
    patterns, before = [], ""
    for line in zlib.decompress(packed).decode("latin-1").split("\n") if packed else ():
        before = before[: ord(line[0]) - _SHARED_AT_0] + line[1:]
        patterns.append(before)
    return tuple(patterns)
