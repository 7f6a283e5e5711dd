"""Registry of the persons and organisations that an article names, built before any mention is resolved.

All names are read first, so that a surname in the first line already leads to the fullest name of the article.  The
role and country of a person are collected from all occurrences of the name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

import msgspec

from worker.extract.coreference.countries import CountryFinder
from worker.extract.coreference.headlines import find_headlines
from worker.extract.coreference.name_kinds import is_common_word
from worker.extract.coreference.name_matching import are_compatible, differ_by_one_letter, match_key, strip_generation
from worker.extract.coreference.names import Name, find_names
from worker.extract.coreference.organisation_aliases import OrganisationAliases
from worker.extract.coreference.organisation_roles import described_as_organisations, organisation_roles
from worker.extract.coreference.person import Person
from worker.extract.coreference.person_nouns import is_person_noun, singular_role
from worker.extract.coreference.roles import role_heads, with_adjacent_role, with_shared_role
from worker.extract.grammar.chunker import Chunks
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_EMPTY: frozenset[str] = frozenset()
_MAX_NAMESAKES = 40
"""Persons of one surname that are compared; further ones are ignored."""
_RECENT_SPEAKERS = 6
"""Latest speakers among whom a surname shared by two persons is looked up."""
_MIN_FUZZY_LETTERS = 6
"""Letters from which a surname may differ in one letter."""
_COMMON_NOUN_TAGS = (["NN"], ["NNS"], ["NN", "VB"], ["VB", "NN"])
_MIN_INNER_LETTERS = 4
"""Letters of an inner word of a name by which the person may be called."""
_MAX_HEADLINE_NAME = 3
"""Words of a name in a headline."""
_MAX_ROLE_WORDS = 8
"""Words from which a longer role is no longer preferred."""


class NameRegistry:
    """The persons named in one article, by surname, given name, role and position."""

    def __init__(self, text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, countries: CountryFinder) -> None:
        self.text = text
        self.chunks = chunks
        self.lexicon = lexicon
        self.countries = countries
        names = [with_adjacent_role(text, chunks, lexicon, name) for name in find_names(text, chunks, lexicon)]
        self.names = with_shared_role(text, lexicon, names)
        self.persons: list[Person] = []
        self.speakers: list[Person | None] = []
        """Speakers so far, in text order; None for a speaker who is not a person."""
        self.person_at: dict[int, Person] = {}
        """First token of a name -> its person."""
        self.role_holder_at: dict[int, Person] = {}
        """Token of a role beside a name -> the holder."""
        self.names_in_phrase: dict[int, list[Name]] = {}
        """Index of a noun phrase -> the names in it."""
        self.aliases = OrganisationAliases(text, chunks, lexicon)
        self.person_words = load_person_words(lexicon.language)
        self.organisation_roles = organisation_roles(text, chunks, lexicon, self.names)
        self.names = described_as_organisations(text, self.names, self.organisation_roles)
        self._by_surname: dict[str, list[Person]] = {}
        self._by_given: dict[str, list[Person]] = {}
        self._family_first: dict[str, list[Person]] = {}
        """First word of a name -> persons whose name begins with the surname ("Ban Ki-moon")."""
        self._by_middle: dict[str, list[Person]] = {}
        """Inner word of a name -> persons: "Hernandez" in "Arturo Hernandez Grisanti"."""
        self._by_role: dict[str, list[Person]] = {}
        self._headlines: frozenset[int] = frozenset()
        """Paragraphs in which all words are capitalised."""
        self._titled: set[str] = set()
        """Surnames that occur after a courtesy title."""
        self._read()

    def _read(self) -> None:
        """Register all names: full names first, then single names, then organisations."""
        for name in self.names:
            self.names_in_phrase.setdefault(name.phrase, []).append(name)
        short = [n for n in self.names if n.kind in {"person", "unknown"} and n.last - n.first == 1]
        self._titled = {match_key(self.text.words[n.first]) for n in short if n.gender is not None}
        full = [n for n in self.names if n.kind in {"person", "unknown"} and n.last - n.first > 1]
        headlines = self._headlines = find_headlines(self.text)
        for name in full:
            if self.text.paragraph_of[name.first] not in headlines:
                self._add_full_name(name)
        for name in full:
            if self.text.paragraph_of[name.first] in headlines:
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

    def _add_headline_name(self, name: Name) -> None:
        """Record a run of capitalised words of a headline: the person of the text whose surname it contains.

        "TAMM SAYS PORT" is Tamm; a run that begins with a given name is a name of its own if the text contains none of
        its words.
        """
        for i in range(name.last - 1, name.first - 1, -1):
            known = self._by_surname.get(match_key(self.text.words[i]))
            if known is not None:
                self.person_at[name.first] = known[-1]
                known[-1].occurrences.append(name.first)
                return
        if name.kind == "person" and self.text.lower[name.first] in self.lexicon.given_names:
            end = name.first + (_MAX_HEADLINE_NAME if len(self.text.words[name.first + 1].rstrip(".")) == 1 else 2)
            self._add_full_name(msgspec.structs.replace(name, last=min(end, name.last)))

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

    def infer_countries_of_servants(self) -> None:
        """Give advisers and other servants the country of the person they serve; call when all roles are known."""
        for person in self.persons:
            if person.country is None and not (
                person.role_heads.isdisjoint(self.person_words.servant_roles)
                and person.role_heads.isdisjoint(self.lexicon.offices)
            ):
                person.country = self.country_of_principal(person.role_words, person)

    def _add_full_name(self, name: Name) -> None:
        """Record a name of several words, of a known person with a compatible name or of a new one."""
        tokens = self.text.words[name.first : name.last]
        while len(tokens) > 2 and tokens[-1].isupper() and tokens[-1].lower() in self.lexicon.post_nominals:  # noqa: PLR2004
            tokens = tokens[:-1]
        tokens = self._strip_caption_nouns(strip_generation(tokens, self.lexicon.closed_classes.generational_suffixes))
        if len(tokens) < 2:  # noqa: PLR2004 - a surname and "Jr."
            return
        person = next(
            (
                p
                for p in self._by_surname.get(match_key(tokens[-1]), [])[-_MAX_NAMESAKES:]
                if are_compatible(p.name_words, tokens)
            ),
            None,
        )
        if person is None:
            person = Person(name_words=tokens, occurrences=[])
            self.persons.append(person)
            self._by_surname.setdefault(match_key(tokens[-1]), []).append(person)
            self._by_given.setdefault(match_key(tokens[0]), []).append(person)
            if self._is_family_name_first(tokens):
                self._family_first.setdefault(match_key(tokens[0]), []).append(person)
            for inner in tokens[1:-1]:
                if inner[0].isupper() and len(inner) >= _MIN_INNER_LETTERS:
                    self._by_middle.setdefault(match_key(inner), []).append(person)
        elif len(tokens) > len(person.name_words):
            person.name_words = tokens
        if self.text.lower[name.last - 1] in self.lexicon.closed_classes.generational_suffixes:
            person.suffix = self.text.words[name.last - 1]
        self._record(person, name)

    def _is_family_name_first(self, tokens: list[str]) -> bool:
        """Return whether a name begins with the surname: "Lee Jae-myung", "Xi Jinping"."""
        first, given = tokens[0].lower(), self.lexicon.given_names
        if "-" in tokens[-1] and first not in given:
            return True
        return first in self.lexicon.family_names_first and (tokens[-1].lower() not in given or "-" in tokens[-1])

    def _strip_caption_nouns(self, tokens: list[str]) -> list[str]:
        """Strip nouns that captions append to a name: "Ida Lunde Rally", "Lunde Speech"."""
        known, at = load_tagger(self.lexicon.language).tag_dictionary, len(tokens)
        least = 1 if match_key(tokens[0]) in self._titled else 2
        while at > least and known.get(tokens[at - 1].lower()) in _COMMON_NOUN_TAGS and tokens[at - 1] not in known:
            at -= 1
        given = at == 1 or tokens[0].lower() in self.lexicon.given_names
        return tokens[:at] if given and not tokens[-1].isupper() else tokens

    def _add_single_name(self, name: Name) -> None:
        """Record a single word: a surname known from elsewhere, else a person only if a title or role is given."""
        person = self.find_person(name.first, name.gender, self.roles_before(name))
        person = person or self._find_misspelt(name)
        if person is None:
            if name.kind != "person":
                return
            person = Person(name_words=[self.text.words[name.first]], occurrences=[])
            self.persons.append(person)
            self._by_surname.setdefault(match_key(self.text.words[name.first]), []).append(person)
        self._record(person, name)

    def _find_misspelt(self, name: Name) -> Person | None:
        """Return the person whose long surname differs by one letter (misspelling, transliteration); else None."""
        word = match_key(self.text.words[name.first])
        if len(word) < _MIN_FUZZY_LETTERS:
            return None
        near = (
            p
            for p in self.persons[:_MAX_NAMESAKES]
            if len(p.name_words) > 1 and differ_by_one_letter(match_key(p.name_words[-1]), word)
        )
        return next((p for p in near if name.gender is None or p.gender in {None, name.gender}), None)

    def country_of_principal(self, words: Iterable[str], servant: Person | None = None) -> str | None:
        """Return the country of the politician that lower-case words name ("Hale campaign"); None if there is none.

        `servant` is excluded.
        """
        for word in sorted(words):
            for other in self._by_surname.get(word, [])[:_MAX_NAMESAKES]:
                if other is not servant and other.country is not None and len(other.name_words) > 1:
                    return other.country
        return None

    def _record(self, person: Person, name: Name) -> None:
        """Add an occurrence of a name, with its role, to a person."""
        person.occurrences.append(name.first)
        self.person_at[name.first] = person
        person.confirmed = person.confirmed or name.kind == "person"
        given = self._gender_of(person.name_words[0]) if len(person.name_words) > 1 else None
        person.gender = person.gender or name.gender or given
        if person.country is None:
            person.country = self.countries.country_after_name(name.last, titled=name.role_first >= 0)
        if name.role_first < 0:
            self._record_party(person, name)
            return
        self.add_role(person, name.role_first, name.role_last, name.outer_first)

    def _record_party(self, person: Person, name: Name) -> None:
        """Record the party that a possessor before the name gives: "Labour's Ida Hale"."""
        party = self.countries.party_before(name.first)
        if party is not None:
            person.role = person.role or party[0]
            person.country = person.country or party[1]

    def add_role(self, person: Person, first: int, last: int, outer: int) -> None:
        """Record that a person holds the role in the tokens `first` up to `last`.

        A possessor may precede the role, from token `outer` on.  Text that contains no role or title is ignored.
        """
        lower = self.text.lower[first:last]
        words = self.person_words.expand(lower)
        if not any(self._is_role_or_title(word) for word in (*lower, *words)):
            return
        for i in range(first, last):
            self.role_holder_at[i] = person
        heads = role_heads(lower, self.lexicon, self.person_words)
        for word in heads:
            holders = self._by_role.setdefault(word, [])
            if person not in holders:
                holders.append(person)
        if self._is_more_informative(person, heads, self.text.slice(first, last)):
            role = self.text.slice(first, last)
            shared = self._is_plural(lower[-1]) and self.lexicon.closed_classes.role_prepositions.isdisjoint(lower)
            person.role = singular_role(role) if shared else role
        past = heads if words & self.person_words.past_modifiers else _EMPTY
        person.former_heads = (person.former_heads | past) - (heads - past) if past else person.former_heads - heads
        person.role_words |= words
        person.role_heads |= heads
        if heads & self.person_words.envoy_roles:
            last = next((i for i in range(first, last) if self.text.lower[i] == "to"), last)
        if person.country is None:
            person.country = self.countries.country_of_role(heads, outer, first, last)
        person.role_country = person.role_country or self.countries.country_in_role(outer, first, last)

    def _is_role_or_title(self, word: str) -> bool:
        bare = word.rstrip(".")
        return is_person_noun(word, self.lexicon) or bare in self.lexicon.titles or self._is_plural(word)

    def _is_plural(self, word: str) -> bool:
        """Return whether the last word of a role is the plural of a role or title: "Senators", "Reps."."""
        bare = word.rstrip(".")
        return bare.endswith("s") and (bare[:-1] in self.lexicon.roles or bare[:-1] in self.lexicon.titles)

    def _is_more_informative(self, person: Person, heads: frozenset[str], role: str) -> bool:
        """Return whether `role` should replace the person's recorded role.

        An office replaces any other role; otherwise the longer role does, up to a maximum length.
        """
        if person.role is None:
            return True
        offices, relational = self.lexicon.offices, self.person_words.relational_roles
        official, known = bool((heads & offices) - relational), bool((person.role_heads & offices) - relational)
        if official != known:
            return official
        return len(role) > len(person.role) and len(role.split()) < _MAX_ROLE_WORDS

    def holders_of(self, head: str) -> list[Person]:
        """Return the persons introduced by a role or one of its hyponyms, in text order."""
        kinds = self.person_words.hyponyms.get(head, _EMPTY)
        found = self._by_role.get(head, [])[:_MAX_NAMESAKES]
        return found + [
            p for kind in sorted(kinds) for p in self._by_role.get(kind, [])[:_MAX_NAMESAKES] if p not in found
        ]

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
        self.persons.append(person)
        self._by_surname.setdefault(match_key(tokens[-1]), []).append(person)
        return person

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
        place = word in self.countries.names.table.names or self._names_other(first)
        if place or text.lower[first] in self.lexicon.closed_classes.generational_suffixes:
            return False
        opens = text.sentence_range(first)[0] == first
        return not is_common_word(text, self.lexicon, first, opens=opens)

    @cached_property
    def _word_counts(self) -> Counter[str]:
        """Occurrences of every word."""
        return Counter(self.text.words)

    def find_person(self, token: int, gender: str | None, role_words: frozenset[str] = _EMPTY) -> Person | None:
        """Return the person that a single name refers to: by surname, else by given name; None if there is none.

        Among several candidates: those with a matching role, not relatives, then the last speaker, else the most
        frequent.
        """
        word = match_key(self.text.words[token])
        courtesy = token > 0 and self.text.lower[token - 1].rstrip(".") in self.lexicon.closed_classes.courtesy_titles
        tables = (self._by_surname, self._family_first if courtesy else self._by_given, self._by_middle)
        for known in tables[:1] if self._names_other(token) and not courtesy else tables:
            bearers = [p for p in known.get(word, [])[:_MAX_NAMESAKES] if gender is None or p.gender in {None, gender}]
            titled = [p for p in bearers if role_words & p.role_words]
            bearers = titled if role_words and titled else bearers
            if len(bearers) > 1:
                bearers = [p for p in bearers if not p.role_heads & self.person_words.kinship_terms] or bearers
            if len(bearers) > 1:
                spoke = [p for p in self.speakers[-_RECENT_SPEAKERS:] if p in bearers]
                return spoke[-1] if spoke else max(bearers, key=lambda p: (len(p.occurrences), -p.occurrences[0]))
            if bearers:
                return bearers[0]
        return None

    def _names_other(self, token: int) -> bool:
        """Return whether a word names a country, capital, people, medium or international organisation."""
        word, low, lexicon = self.text.words[token], self.text.lower[token], self.lexicon
        named = word in lexicon.countries or word in lexicon.demonyms or word in lexicon.seats_of_power
        return named or low in lexicon.acronyms or low in lexicon.outlets

    def names_in(self, token: int) -> list[Name]:
        """Return the names in the noun phrase at a token."""
        return self.names_in_phrase.get(self.chunks.noun_phrase_of[token], [])

    def roles_before(self, name: Name) -> frozenset[str]:
        """Return the role words before a name."""
        return frozenset(self.text.lower[name.outer_first : name.first]) & self.lexicon.roles
