"""One bearer of a name: what an article tells of a person from its first line to its last."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.lexicon.gazetteer import Gender
from worker.schema import Actor, Span


class Person(Struct, eq=False):
    """One person (or another bearer of a name of several words) of the article."""

    name_words: list[str]
    """The fullest name."""
    suffix: str = ""
    """Jr., III and the like."""
    confirmed: bool = False
    """Known to be a person, by title, role or given name."""
    gender: Gender | None = None
    role: str | None = None
    role_words: frozenset[str] = frozenset()
    """Lower-case words of every role given, spelled out."""
    role_heads: frozenset[str] = frozenset()
    """Of these the heads: "minister" of "the minister of transport and deputy of the premier"."""
    former_heads: frozenset[str] = frozenset()
    """Of these the ones held no more."""
    country: str | None = None
    role_country: str | None = None
    """The country that a role names, whether the bearer represents it or not; "" for an international body's."""
    occurrences: list[int] = []
    """Tokens where the name occurs, in order."""

    @property
    def name(self) -> str:
        """The fullest name, as written."""
        return " ".join([*self.name_words, self.suffix]).strip()

    def to_actor(self, mention: Span | None) -> Actor:
        """Return the person as a party of an event, meant by some words."""
        return Actor(name=self.name, mention=mention, type="person", role=self.role, country=self.country)
