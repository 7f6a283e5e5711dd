"""What the constructions find before anybody is resolved: ranges of tokens and the name of the rule."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.sources import Range
from worker.schema import Act


class Find(Struct, kw_only=True):
    """One attribution.  Mutable, because continuations and credited outlets are added to it later."""

    source: Range | None
    cue: Range
    pieces: list[Range]
    """Content, in text order, disjoint."""
    act: Act = "say"
    rule: str
    confidence: float
    target: Range | None = None
    venue: Range | None = None
    via: list[str] = []

    def covers(self, token: int) -> bool:
        """Is the token part of the content?"""
        return any(first <= token < last for first, last in self.pieces)

    @property
    def first(self) -> int:
        """First token of all."""
        return min(self.pieces[0][0], self.cue[0], self.source[0] if self.source else self.cue[0])

    @property
    def last(self) -> int:
        """Token after the last of all."""
        return max(self.pieces[-1][1], self.cue[1], self.source[1] if self.source else 0)
