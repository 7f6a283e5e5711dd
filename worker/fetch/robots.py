"""Parse robots.txt (RFC 9309) for one user agent, and match URLs against its rules; no I/O.

The RFC leaves open how errors are read.  There, this follows google/robotstxt: misspelt directives, a missing colon,
the longest line, `index.html` for its directory.  Crawl-delay and Request-rate are extensions of the RFC.
"""

from __future__ import annotations

import math
import re
import zlib
from typing import Final, Self

import msgspec
from msgspec import Struct

from worker.urls import MAX_LENGTH

MAX_LINE_BYTES: Final = 8 * 2083 - 1
"""Bytes of a line that are read, as in google/robotstxt; the rest of the line is ignored."""
MAX_WILDCARD_RULES: Final = 1000
"""Most rules with `*` that are matched exactly: each may cost 0.2 ms for a URL of 2,048 characters."""
MAX_STARS: Final = 50
"""Most `*` in a rule that is matched exactly."""

_AGENT_KEYS: Final = (b"user-agent", b"useragent", b"user agent")
_ALLOW_KEYS: Final = (b"allow",)
_DISALLOW_KEYS: Final = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
"""Prefixes of the keys, in lower case, with the frequent misspellings."""

_PRODUCT: Final = re.compile(rb"[A-Za-z_-]*")
"""The product token at the start of a User-agent line (RFC 9309, 2.2.1); a version or a list after it is ignored."""
_DELAY: Final = re.compile(rb"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_RATE: Final = re.compile(rb"([0-9]+)\s*/\s*([0-9]+)\s*([smhd]?)", re.IGNORECASE)
_UNIT_S: Final = {b"": 1, b"s": 1, b"m": 60, b"h": 3600, b"d": 86_400}

_DECODED_IN_PATH: Final = re.compile(rb"[A-Za-z0-9._~!&'(),;=:@-]")
_DECODED_IN_QUERY: Final = re.compile(rb"[A-Za-z0-9._~!'(),:@/?-]")
"""Characters whose percent-encoding is decoded before a comparison: those that `worker.urls.normalise` decodes."""
_CHANGED_IN_PATH: Final = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!&'(),;=:@/?+-]")
_CHANGED_IN_PATTERN: Final = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9._~!&'(),;=:@/?+*-]")
"""What differs in the canonical form.  `*` and `$` of a path are encoded there, as those of a pattern are operators."""
_STARS: Final = re.compile(r"\*+")

_SHARED_AT_0: Final = 32
"""Byte for zero shared characters in the stored form; the bytes below are control characters, as is the separator."""
_MAX_SHARED: Final = 255 - _SHARED_AT_0


class RobotsRules(Struct, frozen=True, kw_only=True):
    """The rules of a robots.txt for one user agent: patterns in canonical form, the most specific (longest) first."""

    allowed: tuple[str, ...] = ()
    disallowed: tuple[str, ...] = ()
    delay_s: float = 0.0
    """Seconds between two requests that the site asks for; 0.0 where it sets none, math.inf where it overflows."""
    cut: int = 0
    """Number of rules over MAX_WILDCARD_RULES and MAX_STARS.

    Those that allow are ignored, those that disallow do so whatever follows their first `*`.
    """

    def rule_for(self, url: str) -> str | None:
        """Return the rule that decides on a normalised URL, as "Allow: /a" or "Disallow: /a"; None without a match.

        The longest pattern decides; of an allow and a disallow rule with patterns of one length, the former.
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


def parse_robots(body: bytes, agent: str) -> RobotsRules:
    """Return the rules of a robots.txt for a user agent, given by its product token; those for `*` if it names none.

    Any bytes are accepted; lines that are not understood have no effect.
    """
    parser = _Parser(agent)
    for line in body.removeprefix(b"\xef\xbb\xbf").splitlines():
        parser.add(*_split_line(line))
    return parser.rules()


# ---------------------------------------------------------------- lines and groups
def _split_line(line: bytes) -> tuple[bytes, bytes]:
    """Return key, in lower case, and value of a line; two empty ones if it has no key.

    A line without a colon is read as key and value if it consists of two words.
    """
    text = line[:MAX_LINE_BYTES].partition(b"\0")[0].partition(b"#")[0]
    key, colon, value = text.partition(b":")
    if not colon:
        words = text.split()
        key, value = words if len(words) == 2 else (b"", b"")  # noqa: PLR2004 - key and value
    return key.strip().lower(), value.strip()


class _Group:
    """Rules and delay of the groups that apply to one user agent."""

    def __init__(self) -> None:
        self.allowed: set[str] = set()
        self.disallowed: set[str] = set()
        self.delay_s = 0.0

    def allow(self, value: bytes) -> None:
        pattern = _pattern(value)
        self.allowed.add(pattern)
        directory, slash, name = pattern.rpartition("/")
        if slash and name.startswith("index.htm"):
            self.allowed.add(f"{directory}/$")

    def disallow(self, value: bytes) -> None:
        self.disallowed.add(_pattern(value))

    def delay(self, delay_s: float) -> None:
        self.delay_s = max(self.delay_s, delay_s)

    def rules(self) -> RobotsRules:
        wildcards = sorted(
            (p for p in self.allowed | self.disallowed if "*" in p), key=lambda p: (p.count("*"), len(p))
        )
        cut = {p for n, p in enumerate(wildcards) if n >= MAX_WILDCARD_RULES or p.count("*") > MAX_STARS}
        return RobotsRules(
            allowed=_most_specific_first(self.allowed - cut),
            disallowed=_most_specific_first(self.disallowed - cut | {_without_end(p) for p in self.disallowed & cut}),
            delay_s=self.delay_s,
            cut=len(cut),
        )


class _Parser:
    """Collects the groups of one user agent and those of `*` (RFC 9309, 2.2.1).

    A group ends at the first User-agent line after a rule.  Lines with other keys do not end it (2.2.4).  A rule
    applies to every user agent of its group, a delay to those that are named before it.
    """

    def __init__(self, agent: str) -> None:
        self._agent = agent.encode().lower()
        self._own: _Group | None = None
        self._any = _Group()
        self._names_own = self._names_any = self._has_rules = False

    def add(self, key: bytes, value: bytes) -> None:
        if key.startswith(_DISALLOW_KEYS):
            if group := self._rule_group():
                group.disallow(value)
        elif key.startswith(_ALLOW_KEYS):
            if group := self._rule_group():
                group.allow(value)
        elif key.startswith(_AGENT_KEYS):
            self._add_agent(value)
        elif (parse := _DELAY_PARSERS.get(key)) and (group := self._group()):
            group.delay(parse(value))

    def rules(self) -> RobotsRules:
        return (self._own or self._any).rules()

    def _add_agent(self, value: bytes) -> None:
        if self._has_rules:
            self._names_own = self._names_any = self._has_rules = False
        if value[:1] == b"*" and not value[1:2].strip():
            self._names_any = True
        elif _product(value) == self._agent:
            self._names_own = True
            self._own = self._own or _Group()

    def _group(self) -> _Group | None:
        if self._names_own:
            return self._own
        return self._any if self._names_any else None

    def _rule_group(self) -> _Group | None:
        self._has_rules = True
        return self._group()


def _product(value: bytes) -> bytes:
    found = _PRODUCT.match(value)
    return found[0].lower() if found else b""


def _parse_delay_s(value: bytes) -> float:
    found = _DELAY.match(value)
    return float(found[0]) if found else 0.0


def _parse_interval_s(value: bytes) -> float:
    """Return the seconds between two requests of a Request-rate ("1/5", "30/1m"); 0.0 if it is malformed."""
    found = _RATE.match(value)
    if found is None:
        return 0.0
    requests, period = float(found[1]), float(found[2])
    if requests == 0:
        return 0.0
    return math.inf if math.isinf(period) else period * _UNIT_S[found[3].lower()] / requests


_DELAY_PARSERS: Final = {
    b"crawl-delay": _parse_delay_s,
    b"crawl delay": _parse_delay_s,
    b"request-rate": _parse_interval_s,
    b"request rate": _parse_interval_s,
}


def _most_specific_first(patterns: set[str]) -> tuple[str, ...]:
    """Sort patterns by descending length, without those that match no URL; neighbours share long prefixes."""
    matching = (p for p in patterns if p[:1] in {"/", "*"} and len(p) - p.count("*") <= 3 * MAX_LENGTH)
    return tuple(sorted(matching, key=lambda p: (-len(p), p)))


def _without_end(pattern: str) -> str:
    """Return a pattern of the same length, thus as specific, that matches whatever follows the first `*`."""
    start = pattern.partition("*")[0]
    return start.ljust(len(pattern), "*")


# ---------------------------------------------------------------- patterns and paths
def _pattern(value: bytes) -> str:
    """Return a pattern in canonical form; in it `*` matches any characters, and `$` at its end the end of the path."""
    return _canonical(value.removesuffix(b"$"), _CHANGED_IN_PATTERN) + "$" * value.endswith(b"$")


def _path(url: str) -> str:
    """Return path and query of a normalised URL in canonical form."""
    return _canonical(url[url.index("/", url.index("://") + 3) :].encode(), _CHANGED_IN_PATH)


def _canonical(text: bytes, changed: re.Pattern[bytes]) -> str:
    """Return text in the form that is compared: its percent-encoding normalised (RFC 9309, 2.2.2)."""
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

    The leftmost match of each part leaves the longest rest for the next, so that no backtracking is needed.
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
    """Deflate patterns, each without the start that it shares with the one before, after a byte of its length."""
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
