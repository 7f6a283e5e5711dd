"""A person, with the names, roles and country collected from the whole article."""

from __future__ import annotations

from msgspec import Struct

from worker.extract.lexicon.gazetteer import Gender
from worker.schema import Actor, Span


class Person(Struct, eq=False):
    """A person, or an unidentified bearer of a name of several words."""

    name_words: list[str]
    """The words of the fullest name."""
    suffix: str = ""
    """Generational suffix: "Jr.", "III"."""
    confirmed: bool = False
    """Whether a title, role or given name shows that it is a person."""
    gender: Gender | None = None
    role: str | None = None
    role_words: frozenset[str] = frozenset()
    """Lower-case words of all roles, abbreviations in their long form."""
    role_heads: frozenset[str] = frozenset()
    """The head nouns of all roles: "minister" and "deputy" of "the minister and deputy of the premier"."""
    former_heads: frozenset[str] = frozenset()
    """The head nouns of roles that are no longer held."""
    country: str | None = None
    role_country: str | None = None
    """The country mentioned in a role, whether represented or not; "" for an international organisation."""
    occurrences: list[int] = []
    """First tokens of the occurrences of the name, in order."""

    @property
    def name(self) -> str:
        """The fullest name, as written."""
        return " ".join([*self.name_words, self.suffix]).strip()

    def to_actor(self, mention: Span | None) -> Actor:
        """Return the person as an actor of an event."""
        return Actor(name=self.name, mention=mention, type="person", role=self.role, country=self.country)
