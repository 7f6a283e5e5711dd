"""Determine whether a party acts in a political or institutional role, by its name, its role and the article.

"The finance minister", "Norway" and "the city council" do, "the singer" does not; for the bare name "Jaan Tamm" it is
unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.lexicon.event_lexicon import EventLexicon

PoliticalRole = Literal[0, 1, 2]
POSSIBLE: PoliticalRole = 1
POLITICAL: PoliticalRole = 2
"""0: not political; 1 (`POSSIBLE`): a name whose role the article does not give; 2: political or institutional."""


class PoliticalRoles:
    """Classifier of the parties of one article by their political role."""

    def __init__(self, doc: Document, lexicon: EventLexicon) -> None:
        self.doc, self.lexicon = doc, lexicon
        self.institutions = load_institutions(lexicon.language)

    def political_role(self, actor: Actor) -> PoliticalRole:
        """Return 2 for a political or institutional actor, 1 for a possible one, 0 for any other."""
        if actor.type == "country" or self.institutions.is_public(actor.name):
            return 2
        if actor.type == "person" and actor.name.lower() not in word_set(self.lexicon.actors.institutions):
            return self._role_of_person(actor)
        return self._role_of_organisation(actor)

    def _head_word(self, phrase: str) -> str:
        """Return the head of a phrase without possessive "'s": "officials from Oslo" -> "officials"; "" if empty."""
        tokens, after = (
            phrase.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split(),
            self.doc.lexicon.closed_classes.postmodifier_openers,
        )
        cut = next((i for i, token in enumerate(tokens) if token in after and i), len(tokens))
        return tokens[cut - 1].removesuffix("'s") if tokens else ""

    def _role_of_person(self, actor: Actor) -> PoliticalRole:
        role_text = (actor.role or "").lower()
        role = frozenset(role_text.replace("-", " ").replace(",", " ").split())
        if role & word_set(self.lexicon.actors.business_roles) or any(
            b in role_text for b in word_set(self.lexicon.actors.business_roles)
        ):
            return 0
        if role & word_set(self.lexicon.actors.offices) or actor.name.split()[-1] in self._politician_surnames:
            return 2
        return 0 if role & word_set(self.lexicon.actors.private) else 1

    def _role_of_organisation(self, actor: Actor) -> PoliticalRole:
        lower, main = actor.name.lower(), self.doc.lexicon
        plain = lower.removeprefix("the ").replace(".", "")
        if plain in main.international or plain in main.acronyms or actor.name in main.seats_of_power:
            return 2
        head = self._head_word(lower)
        if any(role in lower for role in word_set(self.lexicon.actors.business_roles)):
            return 0
        if head in word_set(self.lexicon.actors.private) or plain in word_set(self.lexicon.actors.ambiguous_bodies):
            return 0
        powers = word_set(self.lexicon.actors.institutions) | word_set(self.lexicon.actors.offices)
        if powers & {head, singular_of(head), head + "s"}:
            return 2
        if lower.startswith("the ") and head.capitalize() in main.demonyms:
            return 2
        if actor.type == "unnamed" and powers & set(lower.split()):
            return 2  # "Norway's president …", not split into name and role
        return 1 if actor.type == "organisation" else 0

    def head_words(self, actor: Actor) -> set[str]:
        """Return the head words of a party's name and of its role, in lower case."""
        return {self._head_word(actor.name.lower()), self._head_word((actor.role or "").lower())}

    def is_private(self, actor: Actor) -> bool:
        """Return whether a party is a private group by its head word: voters, relatives, customers."""
        return self._head_word(actor.name.lower()) in word_set(self.lexicon.actors.private)

    def can_be_guest(self, actor: Actor) -> bool:
        """Return whether the head word denotes people ("a delegation from Oslo") rather than money or institutions."""
        head = self._head_word(actor.name.lower())
        people = word_set(self.lexicon.actors.guest_groups) | word_set(self.lexicon.actors.offices)
        return bool(people & {head, singular_of(head)}) or (head.capitalize() in self.doc.lexicon.demonyms)

    @cached_property
    def _politician_surnames(self) -> frozenset[str]:
        """Capitalised words before "administration", "government" or "campaign": surnames of politicians."""
        text, heads = self.doc.text, word_set(self.lexicon.actors.political_attributes)
        found = set()
        for at in range(1, len(text.words)):
            if text.lower[at] in heads:
                before = at - 2 if text.tags[at - 1] == "POS" and at > 1 else at - 1
                if text.words[before][0].isupper():
                    found.add(text.words[before])
        return frozenset(found)


def singular_of(role: str) -> str:
    """Return a plural in -s without the -s: "defense ministers" -> "defense minister"."""
    return role[:-1] if role.endswith("s") and not role.endswith("ss") else role
