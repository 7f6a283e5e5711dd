"""Resolve noun phrases to the parties of an event.

"The transport ministers of Estonia and Latvia" are two parties, each with its role; in "Berg's talks" the party is
Berg; "the two leaders" are the parties named last.  References come from `mentions`, political roles from the lexicon's
`[actors]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.office_phrases import OfficePhrases
from worker.extract.events.party_appositions import apposed_name, listed_names, name_before
from worker.extract.events.party_pronouns import pronoun_actor
from worker.extract.events.plural_anaphora import antecedents, counted_parties, offices_of, owners_of_office
from worker.extract.events.political_role import POLITICAL, PoliticalRoles, singular_of
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, ActorType

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_MAX_OF_PHRASES = 3
"""Maximum number of nested of-phrases: "envoys of the ministry of fisheries of Iceland"."""
_POSSESSIVES = ("'s", "\N{RIGHT SINGLE QUOTATION MARK}s")
_MAX_NESTED_ANAPHORA = 4
"""Maximum number of plural anaphora that are resolved for each other: the antecedents of "both sides" may include "the
two leaders"."""


class PartyResolver:
    """Resolver of the noun phrases of one article to parties."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, roles: PoliticalRoles) -> None:
        self.doc, self.clauses, self.lexicon, self.roles = doc, clauses, lexicon, roles
        self.offices = OfficePhrases(doc, clauses, lexicon)
        self._resolved: dict[tuple[int, int], Actor] = {}
        """Parties already resolved, by first and last token, since phrases are looked up many times."""
        self._antecedents_of: dict[tuple[int, int], list[Actor]] = {}
        """Antecedents of plural anaphora already resolved, by first token and head, since the search is long."""
        self._open_anaphora: list[int] = []
        """First tokens of the plural anaphora whose antecedents are being searched, the outermost first."""
        self._parties: dict[NounPhrase, list[Actor]] = {}
        """Parties of a phrase and its conjuncts: verbs, nouns and searches for antecedents look at the same phrases."""
        self._left_out = False
        """Whether the phrase being resolved contains an anaphor that was left out, as its own search is open."""

    def parties_of(self, noun: NounPhrase | None) -> list[Actor]:
        """Return the parties of a noun phrase and its conjuncts, each name once; empty for None."""
        if noun is None:
            return []
        known = self._parties.get(noun)
        if known is None:
            outer, self._left_out = self._left_out, False
            known = self._read_parties(noun)
            if not self._left_out:
                self._parties[noun] = known
            self._left_out = outer or self._left_out
        return list(known)

    def _read_parties(self, noun: NounPhrase) -> list[Actor]:
        found: dict[str, Actor] = {}
        joined = self.clauses.conjuncts(noun)
        if (office := self._plural_office_of(joined)) is not None:
            joined = [office]
        listed = [
            *self._left_of_office(self.clauses.conjuncts(noun)[0]),
            *self._before_joiner(joined[0]),
            *(self._governing_office(member) for member in joined if not self._is_first_of_two_roles(member)),
        ]
        for member in [*listed, *self._after_including(joined[-1]), *self._right_of_of_phrase(noun)]:
            for actor in self.phrase_parties(member):
                found.setdefault(actor.name.casefold(), actor)
        return list(found.values())

    def _plural_office_of(self, countries: list[NounPhrase]) -> NounPhrase | None:
        """Return the plural office of a list of countries: "[the presidents] of Latvia and Estonia"; else None."""
        at = countries[0].first - 1
        if at < 1 or len(countries) == 1 or self.doc.text.lower[at] != "of":
            return None
        office = self.clauses.noun_phrase(at - 1)
        is_office = office is not None and office.last == at and self.offices.is_office(office)
        listed = is_office and all(self._is_country(country) for country in countries)
        return office if listed and office is not None and self.offices.is_plural(office) else None

    def _left_of_office(self, country: NounPhrase) -> list[NounPhrase]:
        """Return the conjuncts before a plural office whose of-phrase begins with the country.

        "[Berg] and the presidents of Latvia and Estonia met": "Berg" for the country "Latvia".
        """
        at = country.first - 1
        office = self.clauses.noun_phrase(at - 1) if at > 0 and self.doc.text.lower[at] == "of" else None
        if (
            office is None
            or office.last != at
            or not self.offices.is_office(office)
            or not self.offices.is_plural(office)
        ):
            return []
        return [n for n in self.clauses.conjuncts(office) if n.first < office.first]

    def _is_first_of_two_roles(self, noun: NounPhrase) -> bool:
        """Return whether a phrase is the first of two roles of one person: "[chairman] and CEO Ana Berg"."""
        text = self.doc.text
        titles = word_set(self.lexicon.actors.offices, self.lexicon.actors.business_roles)
        if text.tags[noun.first] in {"DT", "PRP$"} or text.lower[noun.head] not in titles:
            return False
        following = self.clauses.noun_phrase(noun.last + 1) if self.offices.word_after(noun) in {"and", "&"} else None
        is_named = following is not None and text.tags[following.head] == "NNP" and following.first < following.head
        return is_named and following is not None and text.lower[following.first] in titles

    def _political_parties(self, noun: NounPhrase) -> list[Actor]:
        return [actor for actor in self.parties_of(noun) if self.roles.political_role(actor) == POLITICAL]

    def _governing_office(self, noun: NounPhrase) -> NounPhrase:
        """Return the office whose of-phrase contains the noun ("[the envoys of the rebels]"), or else the noun."""
        at = noun.first - 1
        outer = self.clauses.noun_phrase(at - 1) if at > 0 and self.doc.text.lower[at] == "of" else None
        if (
            outer is None
            or outer.last != at
            or self.doc.text.lower[outer.head] in word_set(self.lexicon.actors.quantity_nouns)
            or self.doc.text.words[outer.head] in self.lexicon.meeting_class_heads
        ):
            return noun
        return outer if self.offices.is_office(outer) and not self._is_country(noun) else noun

    def _right_of_of_phrase(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return conjuncts of an office after its of-phrase: "officials of the port and [envoys] of Oslo"."""
        of = (
            self.clauses.noun_phrase(noun.last + 1)
            if self.offices.is_office(noun)
            and self.offices.word_after(noun) in word_set(self.lexicon.actors.origin_prepositions)
            else None
        )
        if of is None:
            return []
        single = (
            not self.offices.is_plural(noun) and self.roles.political_role(self.resolve(of.first, of.last)) == POLITICAL
        )
        joined = [n for n in self.clauses.conjuncts(of)[1:] if n.first > of.first]
        return [n for n in joined if self.offices.is_office(n) or (single and self._is_name(n))]

    def _is_name(self, noun: NounPhrase) -> bool:
        return self.doc.text.tags[noun.head] == "NNP"

    def _after_including(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the noun phrases that a phrase includes or that are joined to it, with their conjuncts.

        A and B in "leaders, including A and B", "Norway along with A", "Norway as well as A and B".
        """
        text = self.doc.text
        at = noun.last + (noun.last < len(text.words) and text.words[noun.last] == ",")
        if at >= len(text.words) or text.lower[at] not in self.lexicon.first_words_of_joiners:
            return []
        after = next((at + len(p) for p in self.lexicon.party_joiners if tuple(text.lower[at : at + len(p)]) == p), at)
        following = self.clauses.noun_phrase(after) if at < after < len(text.words) else None
        return self.clauses.conjuncts(following) if following is not None and following.first == after else []

    def _before_joiner(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the conjuncts to which a phrase is joined: "[Norway] as well as the council voted"."""
        text, at = self.doc.text, noun.first
        if at == 0 or text.lower[at - 1] not in self.lexicon.last_words_of_joiners:
            return []
        length = next(
            (len(p) for p in self.lexicon.party_joiners if tuple(text.lower[max(0, at - len(p)) : at]) == p), 0
        )
        before = self.clauses.noun_phrase(at - length - 1) if 0 < length < at else None
        return self.clauses.conjuncts(before) if before is not None else []

    def phrase_parties(self, noun: NounPhrase) -> list[Actor]:
        """Return the parties of one phrase: one per country for plural offices, the antecedents of a plural anaphor."""
        if found := self._antecedents(noun):
            return found
        if self.offices.is_plural(noun) and (countries := self._countries_of(noun)):
            return [self._country_office(country, noun) for country in countries]
        if self.offices.is_plural(noun) and (holders := self._offices_of_both(noun)):
            return holders
        if (whole := self._quantified(noun)) is not None:
            return self.phrase_parties(whole)
        if several := self.doc.mentions.resolve_members(noun.head) or self._listed_members(noun):
            return several
        actor = self.phrase_actor(noun)
        return [actor] if actor is not None else []

    def _listed_members(self, noun: NounPhrase) -> list[Actor]:
        """Return the persons listed after "two members of the board" or "one member of the board"; else empty."""
        is_member = self.doc.text.lower[noun.head] in word_set(self.lexicon.actors.members)
        is_counted = self.doc.text.tags[noun.first] == "CD"
        return listed_names(self, noun) if is_member and is_counted else []

    def _quantified(self, noun: NounPhrase) -> NounPhrase | None:
        """Return the phrase after a quantifier: "all of [the ministers]", "most of [the parties]"; else None."""
        if (
            self.doc.text.lower[noun.head] not in word_set(self.lexicon.actors.quantifiers)
            or self.offices.word_after(noun) != "of"
        ):
            return None
        inner = self.clauses.noun_phrase(noun.last + 1)
        return inner if inner is not None and inner.first == noun.last + 1 else None

    def _antecedents(self, noun: NounPhrase) -> list[Actor]:
        """Return the antecedents of a plural anaphor; empty for any other phrase, and if none are found.

        The search meets the anaphor again where the candidates are coordinated with it ("Berg and both ministers").
        """
        if (noun.first, noun.head) in self._antecedents_of:
            return self._antecedents_of[noun.first, noun.head]
        size = counted_parties(noun, self.clauses, self.lexicon)
        if size <= 1:
            return []
        if noun.first in self._open_anaphora or len(self._open_anaphora) >= _MAX_NESTED_ANAPHORA:
            self._left_out = True
            return []
        self._open_anaphora.append(noun.first)
        found = antecedents(noun, size, self.clauses, self._political_parties, self.lexicon)
        self._open_anaphora.pop()
        return self._antecedents_of.setdefault((noun.first, noun.head), found)

    def phrase_actor(self, noun: NounPhrase) -> Actor | None:
        """Return the actor of a phrase with its of-phrases; None if it cannot be a party (a date, a measure)."""
        text = self.doc.text
        tag = text.tags[noun.head]
        if (
            (tag not in {"PRP", "WP"} and text.lower[noun.head] in self.lexicon.non_actors)
            or self.clauses.is_time_expression(noun)
            or tag in {"EX", "VBG", "DT"}
            or (text.lower[noun.head] == "one" and self.offices.word_after(noun) != "of")
            or text.words[noun.head][0].isdigit()
        ):
            return None
        if tag in {"PRP", "WP"}:
            return pronoun_actor(self, noun)
        if tuple(text.lower[max(0, noun.first - 2) : noun.first]) in self.lexicon.exceptive_quantifiers:
            mention = text.span(noun.first - 2, noun.last)
            return Actor(name=mention.text, mention=mention, type="group")  # "all but two members"
        named = apposed_name(self, noun) or name_before(self, noun)
        return named or self.resolve(
            noun.first, self.offices.of_phrase_end(noun) if self.offices.takes_of(noun) else noun.last
        )

    def possessor(self, noun: NounPhrase, before: int) -> Actor | None:
        """Return the possessor within a phrase before a token: "Oslo's", "his"; None if there is none."""
        text = self.doc.text
        for at in range(before - 1, noun.first - 1, -1):
            if text.tags[at] == "POS" and at > noun.first:
                if text.lower[at - 1] in self.doc.lexicon.time_nouns:
                    return None  # "July's summit"
                return self.resolve(noun.first, at)
            if text.tags[at] in {"PRP$", "PRP"}:
                return self.resolve(at, at + 1)
        return None

    def modifier_parties(self, noun: NounPhrase, before: int) -> list[Actor]:
        """Return the parties among the modifiers of a noun: "the EU decision", "Oslo-led talks"."""
        text, main, found = self.doc.text, self.doc.lexicon, []
        ahead = noun.first - 1
        hyphenated = ahead >= 0 and "-" in text.words[ahead] and text.tags[ahead] in {"VBN", "JJ"}
        for at in range(ahead if hyphenated else noun.first, before):
            word = text.words[at]
            name = word.split("-")[0]
            code = main.countries.get(name)
            if code or (name.isupper() and name.replace(".", "").isalpha() and len(name) > 1):
                kind: ActorType = "country" if code else "organisation"
                found.append(Actor(name=name, mention=text.span(at, at + 1), type=kind, country=code))
                found += self._second_country(at)
            elif "-" in word and (person := self.doc.mentions.person_at(at)) is not None:
                found.append(Actor(name=person.name, type="person", role=person.role, country=person.country))
        return found

    def _second_country(self, at: int) -> list[Actor]:
        """Return the second country of a compound: Latvia in "the Estonia-Latvia accord"; empty if there is none."""
        name = self.doc.text.words[at].partition("-")[2]
        code = self.doc.lexicon.countries.get(name)
        return [Actor(name=name, mention=self.doc.text.span(at, at + 1), type="country", country=code)] if code else []

    def resolve(self, first: int, last: int) -> Actor:
        """Return the actor of a token range without a possessive ending, resolved once."""
        last -= last - first > 1 and self.doc.text.tags[last - 1] == "POS"
        known = self._resolved.get((first, last))
        if known is None:
            known = self.doc.mentions.resolve(first, last)
            if (
                known.mention is not None
                and known.name.endswith(_POSSESSIVES)
                and known.name[:-2] in known.mention.text
            ):
                known = msgspec.structs.replace(known, name=known.name[:-2])
            code = self.doc.lexicon.countries.get(known.name) if known.type == "group" else None
            if code is not None:  # part of a longer phrase: "Latvia and Estonia | new ferries"
                known = Actor(name=known.name, mention=known.mention, type="country", country=code)
            if known.type == "person" and known.name.lower() in word_set(self.lexicon.actors.world_regions):
                known = Actor(name=known.name, mention=known.mention, type="organisation")
            self._resolved[first, last] = known
        return known

    def _countries_of(self, noun: NounPhrase) -> list[NounPhrase]:
        """Return the country phrases of "ministers of A, B and C"; empty if the of-phrase names no country."""
        text, at = self.doc.text, noun.last
        for _ in range(_MAX_OF_PHRASES):
            if at >= len(text.words) or text.lower[at] not in word_set(self.lexicon.actors.origin_prepositions):
                return []
            following = self.clauses.noun_phrase(at + 1)
            if following is None or following.first != at + 1:
                return []
            listed = [n for n in self.clauses.conjuncts(following) if n.first >= following.first]
            countries = [n for n in listed if self._is_country(n)]
            if countries:
                return countries
            at = following.last
        return []

    def _offices_of_both(self, noun: NounPhrase) -> list[Actor]:
        """Return the office of each country in "the ministers of both countries"; empty for any other phrase."""
        of = owners_of_office(noun, self.clauses) if self.offices.is_office(noun) else None
        return offices_of(noun, of, self._antecedents(of), self.doc.text) if of is not None else []

    def _is_country(self, noun: NounPhrase) -> bool:
        return self.resolve(noun.first, noun.last).type == "country"

    def _country_office(self, country: NounPhrase, office: NounPhrase) -> Actor:
        of = self.resolve(country.first, country.last)
        first = office.first + (self.doc.text.tags[office.first] == "DT")
        is_held = singular_of(self.doc.text.lower[office.head]) in word_set(self.lexicon.actors.offices)
        role = singular_of(self.doc.text.slice(first, office.last)) if is_held else None  # a delegation is no role
        return Actor(name=of.name, mention=of.mention, type="country", role=role, country=of.country)
