"""Statement candidates: token ranges and rule of one attribution, before its speaker is resolved."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.document import Document
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.statements.phrase_kinds import TokenRange
from worker.schema import Act


class StatementCandidate(Struct, kw_only=True):
    """One attribution.  Mutable: later stages add continued quotations and credited outlets."""

    source: TokenRange | None
    """The words that name the speaker; None for a question without a named asker or a passive without an agent."""
    cue: TokenRange
    """Empty (start = end) for a quotation without a cue."""
    content: list[TokenRange]
    """Disjoint token ranges in text order."""
    act: Act = "say"
    rule: str
    """The construction, as events name it in `rule`."""
    thought: bool = False
    """Whether the cue reports a thought or feeling."""
    target: TokenRange | None = None
    """The party addressed, accused, criticised or praised."""
    venue: TokenRange | None = None
    """Where the statement was made ("a news conference")."""
    named_elsewhere: bool = False
    """Whether the source is outside the evidence: the interviewee, named at the top of the article."""
    via: list[str] = []
    """Credited news outlets, outermost last."""

    def content_includes(self, token: int) -> bool:
        """Return whether the token is part of the content."""
        return any(first <= token < last for first, last in self.content)

    @property
    def first(self) -> int:
        """First token of source, cue and content."""
        own = self.source if not self.named_elsewhere else None
        return min(self.content[0][0], self.cue[0], own[0] if own else self.cue[0])

    @property
    def last(self) -> int:
        """Token after the last of source, cue and content."""
        own = self.source if not self.named_elsewhere else None
        return max(self.content[-1][1], self.cue[1], own[1] if own else 0)


def is_in_content(candidates: list[StatementCandidate], token: int) -> bool:
    """Return whether a token is content of a candidate.

    The content of a question without a named asker ("was asked how …") does not count.
    """
    for candidate in candidates:  # loops are faster than any(); called for every verb
        for first, last in candidate.content:
            if first <= token < last and not (candidate.rule == "passive" and candidate.act == "ask"):
                return True
    return False


def is_in_cue(candidates: list[StatementCandidate], token: int) -> bool:
    """Return whether a token belongs to the cue of a candidate."""
    return any(c.cue[0] <= token < c.cue[1] for c in candidates)


def content_limit(candidates: list[StatementCandidate], cue: int, last: int) -> int:
    """Return the latest possible end of the content of the cue at token `cue`: the start of the next attribution.

    If no attribution follows the cue, it is `last`, the end of the sentence.
    """
    attribution_starts = [min(c.cue[0], c.source[0] if c.source else c.cue[0]) for c in candidates if c.cue[0] > cue]
    content_starts = [start for c in candidates for start, _ in c.content if start > cue]
    return min([last, *attribution_starts, *content_starts])


def content_start_before(doc: Document, first: int, before: int, candidates: list[StatementCandidate]) -> int:
    """Return where content that ends at token `before` starts: `first`, or the end of the last candidate before it.

    Leading commas, dashes, colons, semicolons and full stops are skipped.
    """
    start = max([first, *(c.last for c in candidates if c.last <= before)])
    while start < before and doc.text.words[start] in COMMA_AND_DASHES | {";", ":", "."}:
        start += 1
    return start
