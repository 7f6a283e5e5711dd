"""A possible trigger of a meeting: its reading, and the judgement of the rules of meetings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from worker.extract.dates import TimeExpression
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.grammar.chunker import NounPhrase, VerbGroup

Verdict = Literal["opens", "back", "rejected", "unlisted"]
"""Judgement of the rules: the trigger identifies a meeting · it points back to one · it is hypothetical, domestic or
without a political party · they do not know the word or the construction.
"""
Source = Literal["construction", "modifier", "direction", "clause", "nothing"]
"""Where the parties are from: the construction of the trigger, the modifiers of the noun, "to" and "from" after a call,
the subject of the clause."""


class MeetingTrigger(Struct, kw_only=True, eq=False):
    """One verb or noun of encounter."""

    candidate: EventCandidate
    word_class: str
    """Class of the verb or noun in the lexicon."""
    lemma: str
    verdict: Verdict
    source: Source = "construction"
    phrase: NounPhrase | None = None
    """The noun phrase of a nominal trigger; None for a verb."""
    group: VerbGroup | None = None
    """The verb of a verbal trigger; None for a noun."""
    light: VerbGroup | None = None
    """The verb before a meeting noun that shares its subject with it or governs it; None if there is none."""
    own: VerbGroup | None = None
    """The verb whose subject a meeting noun is; None if there is none."""
    target: NounPhrase | None = None
    """The destination of a journey; None for any other trigger."""
    complement: str = ""
    """The preposition that begins the complement of a verb."""
    when: TimeExpression | None = None
    score: float = 0.0
    """Log-odds of mentioning a meeting."""
    features: list[str] = []
    """Features of the score."""
    first: int = -1
    last: int = -1
    head: int = -1
    """First token of the trigger, the token after it, the verb or noun itself."""
    governors: frozenset[int] = frozenset()
    acted_on: range = range(0)
    """Both empty: "flew to Riga to meet" tells two meetings, a journey and talks."""

    @property
    def verb(self) -> VerbGroup | None:
        """The verb of the trigger, or the light verb or predicate of its noun; None if there is none."""
        return self.group or self.light or self.own

    def __post_init__(self) -> None:
        """Set the tokens from the candidate."""
        self.first, self.last = self.candidate.first, self.candidate.last
        self.head = self.group.head if self.group is not None else self.candidate.last - 1
