"""Parse robots.txt (RFC 9309) for one user agent; no I/O.

Where the RFC leaves open how errors are read, this follows google/robotstxt: misspelt directives, a missing colon, the
longest line, `index.html` for its directory.  Crawl-delay and Request-rate are extensions of the RFC.
"""

from __future__ import annotations

import math
import re
from typing import Final

from worker.fetch.robots_rules import RobotsRules, canonical_pattern
from worker.urls import MAX_LENGTH

MAX_LINE_BYTES: Final = 8 * 2083 - 1
"""Bytes of a line that are read, as in google/robotstxt; the rest of the line is ignored."""
MAX_WILDCARD_RULES: Final = 1000
"""Largest number of rules with `*` that are matched exactly; each may take 0.2 ms for a URL of 2,048 characters."""
MAX_STARS: Final = 50
"""Largest number of `*` in a rule that is matched exactly."""

_AGENT_KEYS: Final = (b"user-agent", b"useragent", b"user agent")
_ALLOW_KEYS: Final = (b"allow",)
_DISALLOW_KEYS: Final = (b"disallow", b"dissallow", b"dissalow", b"disalow", b"diasllow", b"disallaw")
"""Prefixes of the keys, in lower case, with the frequent misspellings."""

_PRODUCT: Final = re.compile(rb"[A-Za-z_-]*")
"""The product token at the start of a User-agent line (RFC 9309, 2.2.1); a version or a list after it is ignored."""
_DELAY: Final = re.compile(rb"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_RATE: Final = re.compile(rb"([0-9]+)\s*/\s*([0-9]+)\s*([smhd]?)", re.IGNORECASE)
_UNIT_S: Final = {b"": 1, b"s": 1, b"m": 60, b"h": 3600, b"d": 86_400}


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
        pattern = canonical_pattern(value)
        self.allowed.add(pattern)
        directory, slash, name = pattern.rpartition("/")
        if slash and name.startswith("index.htm"):
            self.allowed.add(f"{directory}/$")

    def disallow(self, value: bytes) -> None:
        self.disallowed.add(canonical_pattern(value))

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
    applies to every user agent of its group, a delay only to those that are named before it.
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
    """Drop patterns that match no URL; sort the others by descending length, then so that neighbours share prefixes."""
    matching = (p for p in patterns if p[:1] in {"/", "*"} and len(p) - p.count("*") <= 3 * MAX_LENGTH)
    return tuple(sorted(matching, key=lambda p: (-len(p), p)))


def _without_end(pattern: str) -> str:
    """Return a pattern of equal length, so equally specific, that matches anything after its first `*`."""
    start = pattern.partition("*")[0]
    return start.ljust(len(pattern), "*")
