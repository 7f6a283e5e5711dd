"""A candidate of a decision: a verb or noun that may denote one, with its parties and features."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, field

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.grammar.chunker import NounPhrase, VerbGroup
from worker.schema import Actor

UNRESOLVED = -1
"""Grade of an act without known parties."""
_NOTHING = range(0)


class ActParties(NamedTuple):
    """The parties of an act and the construction that names them."""

    parties: list[Actor]
    source: str
    """"subject", "agent", "owner", "modifier", a preposition, "report", "pronoun", "institution", "verb", "rule", or
    "none"; "patient", "place", "speaker" or "near" where the subject is what is decided on; "unresolved" for a subject
    that is no party.
    """
    phrase: NounPhrase | None = None
    """The subject; None for other constructions."""


NO_PARTIES = ActParties([], "none")


class Act(Struct, kw_only=True, eq=False):
    """A candidate of a decision.  Tokens are numbers in the article."""

    first: int
    last: int
    """First token of the trigger, and the token after it."""
    head: int
    lemma: str
    """Lemma of a verb with its particles, or the noun as written; "" for an unlisted word."""
    classes: tuple[str, ...]
    verb: VerbGroup | None = None
    noun: NounPhrase | None = None
    """The verb group or noun phrase; the other one is None."""
    who: ActParties = NO_PARTIES
    grade: int = UNRESOLVED
    """The highest political role of its parties, see `PoliticalRoles`; `UNRESOLVED` without parties."""
    reading: EventCandidate | None = None
    """The candidate that a rule found; None if no rule matches."""
    features: list[str] = field(default_factory=list)
    tense: str = ""
    """Tense of the verb, or of the verb before the noun; see `act_grammar.tense_of`."""
    score: float = 0.0
    governors: frozenset[int] = frozenset()
    acted_on: range = _NOTHING
    object: NounPhrase | None = None
