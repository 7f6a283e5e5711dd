"""Determine whether a party acts in a political or institutional role, by its name, its role and the article.

"The finance minister", "Norway" and "the city council" do, "the singer" does not; for the bare name "Jaan Tamm" it is
unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from worker.extract.lexicon.company_names import load_company_names
from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.lexicon.event_lexicon import EventLexicon

PoliticalRole = Literal[0, 1, 2]
_NON_POLITICAL_FIELDS = frozenset({"sport", "culture"})
"""Subject fields without political bodies."""
POSSIBLE: PoliticalRole = 1
POLITICAL: PoliticalRole = 2
"""0: not political; 1 (`POSSIBLE`): a name whose role the article does not give; 2: political or institutional."""


class PoliticalRoles:
    """Classifier of the parties of one article by their political role."""

    def __init__(self, doc: Document, lexicon: EventLexicon) -> None:
        self.doc, self.lexicon = doc, lexicon
        self.institutions = load_institutions(lexicon.language)
        self._companies = load_company_names(lexicon.language)
        self._roles: dict[tuple[str, str, str | None, str | None], PoliticalRole] = {}
        """Roles already determined, by name, type, country and role of the actor."""

    def political_role(self, actor: Actor) -> PoliticalRole:
        """Return 2 for a political or institutional actor, 1 for a possible one, 0 for any other."""
        key = actor.name, actor.type, actor.country, actor.role
        found = self._roles.get(key)
        if found is None:
            found = self._roles[key] = self._determine_role(actor)
        return found

    def _determine_role(self, actor: Actor) -> PoliticalRole:
        if actor.country is not None or actor.type == "country" or self.institutions.is_public(actor.name):
            return POLITICAL
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
        words = self.lexicon.actors
        role_text = (actor.role or "").lower()
        role = [word.rstrip(".") for word in role_text.replace("-", " ").replace(",", " ").split()]
        if actor.name.split()[-1] in self._politician_surnames or any(
            phrase in role_text for phrase in word_set(words.legal_offices)
        ):
            return POLITICAL
        if phrase := next((phrase for phrase in word_set(words.business_roles) if phrase in role_text), ""):
            return POLITICAL if self._is_place((actor.role or "")[: role_text.index(phrase)].strip()) else 0
        head = self._head_word(role_text)
        if head in word_set(words.sector_roles) or (
            head in word_set(words.shared_offices) and self._is_of_sport_or_culture(actor.role)
        ):
            return 0
        if not word_set(words.offices).isdisjoint(role) or self._is_member(role):
            return POLITICAL
        return 0 if not word_set(words.private).isdisjoint(role) else POSSIBLE

    def _is_of_sport_or_culture(self, phrase: str | None) -> bool:
        """Return whether a phrase has a modifier from sport or culture, or names a club or company.

        Examples: "film director", "Steelers captain", "head of Netflix".
        """
        words = (phrase or "").removeprefix("the ").split()
        fields = self.lexicon.fields_of_word
        head = self._head_word((phrase or "").lower())
        if any(
            word.lower() != head and not _NON_POLITICAL_FIELDS.isdisjoint(fields.get(word.lower(), ()))
            for word in words
        ):
            return True
        return not self._companies.isdisjoint(words)

    def _is_place(self, name: str) -> bool:
        """Return whether a name is that of a country, region or city: "[Hong Kong] chief executive"."""
        return name in self.doc.lexicon.countries or name in self.institutions.places

    def _is_member(self, words: list[str]) -> bool:
        """Return whether the words denote a member of an institution: "MPC member", "council members"."""
        members = word_set(self.lexicon.actors.members)
        return not members.isdisjoint(words) and any(self._is_power(word) for word in words if word not in members)

    def _is_power(self, word: str) -> bool:
        """Return whether a word is the head of an institution or office, an acronym of one, or a country."""
        powers = word_set(self.lexicon.actors.institutions, self.lexicon.actors.offices)
        main = self.doc.lexicon
        return (
            not powers.isdisjoint(word_forms(word))
            or word.replace(".", "") in main.acronyms
            or word.replace(".", "") in main.international
            or word.capitalize() in main.demonyms
        )

    def _role_of_organisation(self, actor: Actor) -> PoliticalRole:
        lower, main, words = actor.name.lower(), self.doc.lexicon, self.lexicon.actors
        plain = lower.removeprefix("the ").replace(".", "")
        if plain in main.international or plain in main.acronyms or actor.name in main.seats_of_power:
            return POLITICAL
        head = self._head_word(lower)
        if any(role in lower for role in word_set(words.business_roles)):
            return 0
        if head in word_set(words.members):
            return self._role_of_members(lower)
        if head in word_set(words.private) or plain in word_set(words.ambiguous_bodies):
            return 0
        powers = word_set(words.institutions, words.offices)
        if not powers.isdisjoint(word_forms(head)):
            is_shared = head in word_set(words.shared_bodies, words.shared_offices)
            return POSSIBLE if is_shared and self._is_of_sport_or_culture(actor.name) else POLITICAL
        if head.capitalize() in main.demonyms and (lower.startswith("the ") or not head.endswith("s")):
            return POLITICAL  # "the Danes", "French"; but "Americans" are people
        if actor.type == "unnamed" and not word_set(words.offices).isdisjoint(lower.split()):
            return POLITICAL  # "Norway's president …", not split into name and role
        is_possible = actor.type == "organisation" or not word_set(words.campaigners).isdisjoint(word_forms(head))
        return POSSIBLE if is_possible else 0

    def _role_of_members(self, phrase: str) -> PoliticalRole:
        """Return the role of members or a part of a body: "members of the council", "OPEC members", "two members"."""
        words, members = phrase.replace("'s", "").split(), word_set(self.lexicon.actors.members)
        others = [word for word in words if word not in members]
        if any(self._is_power(word) for word in others):
            return POLITICAL
        is_private = not word_set(self.lexicon.actors.private).isdisjoint(others)
        is_named = not word_set(self.lexicon.actors.member_nouns).isdisjoint(words)
        return POSSIBLE if is_named and not is_private else 0

    def head_words(self, actor: Actor) -> set[str]:
        """Return the head words of a party's name and of its role, in lower case."""
        return {self._head_word(actor.name.lower()), self._head_word((actor.role or "").lower())}

    def is_private(self, actor: Actor) -> bool:
        """Return whether a party is a private group by its head word: voters, relatives, customers."""
        return self._head_word(actor.name.lower()) in word_set(self.lexicon.actors.private)

    def can_be_guest(self, actor: Actor) -> bool:
        """Return whether the head word denotes people ("a delegation from Oslo") rather than money or institutions."""
        head = self._head_word(actor.name.lower())
        people = word_set(self.lexicon.actors.guest_groups, self.lexicon.actors.offices)
        return not people.isdisjoint(word_forms(head)) or (head.capitalize() in self.doc.lexicon.demonyms)

    @cached_property
    def _politician_surnames(self) -> frozenset[str]:
        """Surnames that the article marks as those of politicians: "the Larsen administration", "President Larsen"."""
        text, found = self.doc.text, set()
        heads, titles = word_set(self.lexicon.actors.political_attributes), word_set(self.lexicon.actors.offices)
        for at in range(1, len(text.words)):
            if text.lower[at] in heads:
                before = at - 2 if text.tags[at - 1] == "POS" and at > 1 else at - 1
                if text.words[before][0].isupper():
                    found.add(text.words[before])
            elif (
                text.tags[at] == "NNP" and text.lower[at - 1].rstrip(".") in titles and not self._is_of_company(at - 1)
            ):
                name = self.doc.chunks.noun_phrase(at)
                found.add(text.words[name.head if name is not None and name.head >= at else at])
        return frozenset(found)

    def _is_of_company(self, title: int) -> bool:
        """Return whether the title that ends at a token is used in companies: "chief financial [officer]"."""
        words = self.doc.text.lower[max(0, title - 2) : title + 1]
        return words[-1] == "officer" and words[0] == "chief"


def word_forms(word: str) -> set[str]:
    """Return a word with the singulars and the plural that it may have: "agencies" -> "agency", "agencie", …."""
    forms = {word, word + "s", word.removesuffix("s")}
    if word.endswith("ies"):
        forms.add(word[:-3] + "y")
    if word.endswith("es"):
        forms.add(word[:-2])
    if word.endswith("men"):
        forms.add(word[:-3] + "man")
    return forms


def singular_of(role: str) -> str:
    """Return a plural in -s without the -s: "defense ministers" -> "defense minister"."""
    return role[:-1] if role.endswith("s") and not role.endswith("ss") else role
