"""Registry of the persons and organisations that an article names, built before any mention is resolved.

All names are read first, so that a surname in the first line already leads to the fullest name of the article.  The
role and country of a person are collected from all occurrences of the name.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import msgspec

from worker.extract.coreference.appositions import apposed_role
from worker.extract.coreference.countries import CountryFinder
from worker.extract.coreference.headlines import find_headlines
from worker.extract.coreference.name_kinds import is_common_word
from worker.extract.coreference.name_matching import match_key, strip_generation
from worker.extract.coreference.names import Name, find_names, is_party_tag
from worker.extract.coreference.organisation_aliases import OrganisationAliases
from worker.extract.coreference.organisation_evidence import named_as_organisations
from worker.extract.coreference.organisation_roles import described_as_organisations, organisation_roles
from worker.extract.coreference.person import Person
from worker.extract.coreference.person_index import PersonIndex
from worker.extract.coreference.person_roles import PersonRoles
from worker.extract.coreference.roles import with_adjacent_role, with_shared_role
from worker.extract.grammar.chunker import Chunks
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_COMMON_NOUN_TAGS = (["NN"], ["NNS"], ["NN", "VB"], ["VB", "NN"])
_FULL_NAME = 2
"""Words of the shortest full name."""
_MAX_PARTY_TAG = 6
"""Tokens of the longest tag of party and state, brackets included."""
_MAX_HEADLINE_NAME = 3
"""Words of a name in a headline."""


class NameRegistry:
    """The names of one article, the persons that they denote, and the other names of its organisations."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, countries: CountryFinder) -> None:
        self.text = text
        self.chunks = chunks
        self.lexicon = lexicon
        self.countries = countries
        names = [with_adjacent_role(text, chunks, lexicon, name) for name in find_names(text, chunks, lexicon)]
        self.names = with_shared_role(text, lexicon, names)
        self.person_at: dict[int, Person] = {}
        """First token of a name -> its person."""
        self.names_in_phrase: dict[int, list[Name]] = {}
        """Index of a noun phrase -> the names in it."""
        self.aliases = OrganisationAliases(text, chunks, lexicon)
        self.person_words = load_person_words(lexicon.language)
        self.organisation_roles = organisation_roles(text, chunks, lexicon, self.names)
        self.names = described_as_organisations(text, self.names, self.organisation_roles)
        self.names = named_as_organisations(text, lexicon, self.names)
        self.index = PersonIndex(text, lexicon, self.person_words)
        self.roles = PersonRoles(self.index, countries)
        self._headlines = find_headlines(text)
        """Paragraphs in which all words are capitalised."""
        self._titled: set[str] = set()
        """Surnames that occur after a courtesy title."""
        self._read()

    @property
    def persons(self) -> list[Person]:
        """The persons in the order in which their names were read."""
        return self.index.persons

    # ------------------------------------------------------------ reading
    def _read(self) -> None:
        """Register all names: full names first, then single names, then organisations."""
        for name in self.names:
            self.names_in_phrase.setdefault(name.phrase, []).append(name)
        short = [n for n in self.names if n.kind in {"person", "unknown"} and n.last - n.first == 1]
        self._titled = {match_key(self.text.words[n.first]) for n in short if n.gender is not None}
        full = [n for n in self.names if n.kind in {"person", "unknown"} and n.last - n.first > 1]
        for name in full:
            if self.text.paragraph_of[name.first] not in self._headlines:
                self._add_full_name(name)
        for name in full:
            if self.text.paragraph_of[name.first] in self._headlines:
                self._add_headline_name(name)
        # names with a gender first: "Mrs. Hale" decides between two persons
        for name in sorted(short, key=lambda n: n.gender is None):
            self._add_single_name(name)
        for name in self.names:
            if name.kind == "organisation":
                self.aliases.add(name)
        self._complete_names()
        for person in self.persons:
            person.occurrences.sort()

    def _add_full_name(self, name: Name) -> None:
        """Record a name of several words, of a known person with a compatible name or of a new one."""
        tokens, suffixes = self._name_words(name), self.lexicon.closed_classes.generational_suffixes
        if len(tokens) < _FULL_NAME:  # a surname and "Jr."
            return
        person = self.index.compatible_person(tokens)
        if person is None:
            person = Person(name_words=tokens, occurrences=[])
            self.index.add_full_name(person)
        elif len(tokens) > len(person.name_words):
            person.name_words = tokens
        if self.text.lower[name.last - 1] in suffixes:
            person.suffix = self.text.words[name.last - 1]
        self._record(person, name)

    def _name_words(self, name: Name) -> list[str]:
        """Return the words of a name without letters after it ("MP"), generational suffix and caption nouns."""
        tokens = self.text.words[name.first : name.last]
        while len(tokens) > _FULL_NAME and tokens[-1].isupper() and tokens[-1].lower() in self.lexicon.post_nominals:
            tokens = tokens[:-1]
        return self._strip_caption_nouns(strip_generation(tokens, self.lexicon.closed_classes.generational_suffixes))

    def _strip_caption_nouns(self, tokens: list[str]) -> list[str]:
        """Strip nouns that captions append to a name: "Ida Lunde Rally", "Lunde Speech"."""
        known, at = load_tagger(self.lexicon.language).tag_dictionary, len(tokens)
        least = 1 if match_key(tokens[0]) in self._titled else 2
        while at > least and known.get(tokens[at - 1].lower()) in _COMMON_NOUN_TAGS and tokens[at - 1] not in known:
            at -= 1
        given = at == 1 or tokens[0].lower() in self.lexicon.given_names
        return tokens[:at] if given and not tokens[-1].isupper() else tokens

    def _add_headline_name(self, name: Name) -> None:
        """Record a run of capitalised words of a headline: the person of the text whose surname it contains.

        "TAMM SAYS PORT" is Tamm; a run that begins with a given name is a name of its own if the text contains none of
        its words.
        """
        for i in range(name.last - 1, name.first - 1, -1):
            person = self.index.latest_with_surname(self.text.words[i])
            if person is not None:
                self.person_at[name.first] = person
                person.occurrences.append(name.first)
                return
        if name.kind == "person" and self.text.lower[name.first] in self.lexicon.given_names:
            initial = len(self.text.words[name.first + 1].rstrip(".")) == 1
            end = name.first + (_MAX_HEADLINE_NAME if initial else _FULL_NAME)
            self._add_full_name(msgspec.structs.replace(name, last=min(end, name.last)))

    def _add_single_name(self, name: Name) -> None:
        """Record a single word: a surname known from elsewhere, else a person only if a title or role is given."""
        word = self.text.words[name.first]
        person = self.index.find_person(name.first, name.gender, self.roles_before(name))
        person = person or self.index.find_misspelt(word, name.gender)
        if person is None:
            if name.kind != "person":
                return
            person = Person(name_words=[word], occurrences=[])
            self.index.add(person)
        self._record(person, name)

    def _complete_names(self) -> None:
        """Complete surnames by full names inside other names: "Mr. Dahl" by "Erik Dahl Memorial Day"."""
        alone = {p.name_words[0]: p for p in self.persons if len(p.name_words) == 1}
        for i in [i for i, word in enumerate(self.text.words) if word in alone]:
            word, person = self.text.words[i], alone[self.text.words[i]]
            given = self.text.words[i - 1] if i else ""
            if not given[:1].isupper() or i - 1 in self.person_at or len(person.name_words) > 1:
                continue
            gender = self._gender_of(given)
            named = given.lower() in self.lexicon.given_names or self._is_unknown_word(i - 1)
            if named and (gender is None or person.gender in {None, gender}):
                person.name_words = [given, word]
                person.gender = person.gender or gender

    def _is_unknown_word(self, token: int) -> bool:
        """Return whether a capitalised word is no word of the language, title, role, demonym or seat of power."""
        word, low, lexicon = self.text.words[token], self.text.lower[token], self.lexicon
        known = load_tagger(lexicon.language).tag_dictionary
        if self.text.tags[token] != "NNP" or word.isupper() or low in known or low[-1] == ".":
            return False
        return not (
            low in lexicon.roles or low in lexicon.titles or word in lexicon.demonyms or word in lexicon.seats_of_power
        )

    # ------------------------------------------------------------ occurrences
    def _record(self, person: Person, name: Name) -> None:
        """Add an occurrence of a name, with its role, to a person."""
        person.occurrences.append(name.first)
        self.person_at[name.first] = person
        person.confirmed = person.confirmed or name.kind == "person"
        word = person.name_words[0]
        surname_first = word.lower() in self.lexicon.family_names_first and match_key(word) in self._titled
        given = self._gender_of(word) if len(person.name_words) > 1 and not surname_first else None
        person.gender = person.gender or name.gender or given
        if person.country is None:
            titled = name.role_first >= 0 or not person.role_heads.isdisjoint(self.lexicon.offices)
            person.country = self.countries.country_after_name(name.last, titled=titled)
        self._record_party_tag(person, name.last)
        if name.role_first < 0:
            self._record_party(person, name)
            return
        self.roles.add(person, name.role_first, name.role_last, name.outer_first)
        if name.role_last <= name.first:
            self._record_apposition(person, name)

    def _record_apposition(self, person: Person, name: Name) -> None:
        """Record a further role in an apposition after the name: "Senator Ida Hale, the committee chairwoman,"."""
        if name.last != self.chunks.noun_phrases[name.phrase].last:
            return
        role = apposed_role(self.text, self.chunks, self.lexicon, name.last)
        if role is not None and self.text.words[role[1] : role[1] + 1] in ([","], ["."], [")"]):
            self.roles.add(person, *role, name.first)

    def _record_party_tag(self, person: Person, at: int) -> None:
        """Record the tag of party and state after a name as words of the role: "Jo Fry (R-Fla.)", "Jo Fry, R-Fla.,"."""
        words = self.text.words
        if words[at : at + 1] == ["("] and ")" in words[at + 2 : at + _MAX_PARTY_TAG]:
            tag = words[at + 1 : words.index(")", at)]
        elif words[at : at + 1] == [","] and any(map(is_party_tag, words[at + 1 : at + 2])):
            tag = words[at + 1 : at + 2]
        else:
            return
        known = self.person_words.party_tags
        named = {known.get(part.rstrip("."), "") for token in tag for part in token.replace("–", "-").split("-")}
        person.role_words |= {word for name in named for word in name.split()}
        person.role_heads |= named & self.lexicon.roles
        self.index.add_role(person, named & self.lexicon.roles)

    def _record_party(self, person: Person, name: Name) -> None:
        """Record the party that a possessor before the name gives: "Labour's Ida Hale"."""
        party = self.countries.party_before(name.first)
        if party is not None:
            person.role = person.role or party[0]
            person.country = person.country or party[1]

    def _gender_of(self, given: str) -> Gender | None:
        """Return the gender of a given name; None if it is unknown.  "Nils-Erik" has the gender of "Nils"."""
        names = self.lexicon.given_names
        return names.get(given.lower()) or names.get(given.partition("-")[0].lower())

    def add_speaker(self, name: Name) -> Person:
        """Add an otherwise unexplained name as a person, because it is a speaker."""
        tokens = strip_generation(
            self.text.words[name.first : name.last], self.lexicon.closed_classes.generational_suffixes
        )
        person = Person(name_words=tokens, confirmed=True, occurrences=[name.first])
        self.index.add(person)
        return person

    # ------------------------------------------------------------ look-ups
    def recurs(self, name: Name) -> bool:
        """Return whether a name has several words or occurs again, as names of persons do."""
        if not self.may_be_person(name):
            return False
        return name.last - name.first > 1 or self._word_counts[self.text.words[name.first]] > 1

    def may_be_person(self, name: Name) -> bool:
        """Return whether an unexplained name may be a person's: no people, party, headline or word of the language."""
        text, first, last = self.text, name.first, name.last
        if text.paragraph_of[first] in self._headlines or text.lower[last - 1] in self.lexicon.groups:
            return False
        if last - first > 1:
            return True
        word = text.words[first]
        place = word in self.countries.names.table.names or self.index.names_other(first)
        if place or text.lower[first] in self.lexicon.closed_classes.generational_suffixes:
            return False
        opens = text.sentence_range(first)[0] == first
        return not is_common_word(text, self.lexicon, first, opens=opens)

    @cached_property
    def _word_counts(self) -> Counter[str]:
        """Occurrences of every word."""
        return Counter(self.text.words)

    def names_in(self, token: int) -> list[Name]:
        """Return the names in the noun phrase at a token."""
        return self.names_in_phrase.get(self.chunks.noun_phrase_of[token], [])

    def roles_before(self, name: Name) -> frozenset[str]:
        """Return the role words before a name."""
        return frozenset(self.text.lower[name.outer_first : name.first]) & self.lexicon.roles
