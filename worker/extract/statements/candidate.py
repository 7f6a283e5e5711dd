"""What the constructions find before anybody is resolved: ranges of tokens and the name of the rule."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.statements.phrase_kinds import TokenRange
from worker.schema import Act


class StatementCandidate(Struct, kw_only=True):
    """One attribution.  Mutable, because continuations and credited outlets are added to it later."""

    source: TokenRange | None
    cue: TokenRange
    pieces: list[TokenRange]
    """Content, in text order, disjoint."""
    act: Act = "say"
    rule: str
    thought: bool = False
    """The cue reports a thought or feeling."""
    target: TokenRange | None = None
    venue: TokenRange | None = None
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


def covered(finds: list[StatementCandidate], token: int) -> bool:
    """Whether a token is content already; a question without a source ("was asked how …") hides nothing."""
    return any(f.covers(token) and not (f.rule == "passive" and f.act == "ask") for f in finds)


def is_cue(finds: list[StatementCandidate], token: int) -> bool:
    """Whether a token belongs to the cue of a find."""
    return any(f.cue[0] <= token < f.cue[1] for f in finds)


def limit_of(finds: list[StatementCandidate], cue: int, last: int) -> int:
    """Where the content of a cue at a token ends at the latest: where another attribution's own words begin."""
    others = [min(f.cue[0], f.source[0] if f.source else f.cue[0]) for f in finds if f.cue[0] > cue]
    words = [start for f in finds for start, _ in f.pieces if start > cue]
    return min([last, *others, *words])


def clause_start(doc: Document, first: int, edge: int, finds: list[StatementCandidate]) -> int:
    """Where content before token `edge` begins: at `first`, or after the last find before, marks stepped over."""
    start = max([first, *(f.last for f in finds if f.last <= edge)])
    while start < edge and doc.text.words[start] in COMMA_AND_DASHES | {";", ":", "."}:
        start += 1
    return start
