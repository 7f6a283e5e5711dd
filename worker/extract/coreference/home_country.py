"""The country that an article is mostly about, by the names of countries, institutions and places in it."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from worker.extract.coreference.state_roles import load_state_roles
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.institution_names import ANY_COUNTRY, INTERNATIONAL, LOCAL, Codes
from worker.extract.lexicon.lexicon import Lexicon

_MIN_EVIDENCE = 1.5
"""Evidence below which a country cannot be the home country."""
_MIN_SHARE = 0.45
"""Share of all evidence that the home country needs."""
_MIN_LEAD = 1.5
"""Ratio of its evidence to that of the second country."""
_MIN_LATE_LEAD = 3.0
"""That ratio for a country that the article does not name first."""
_MIN_OWN_EVIDENCE = 1.0
"""Evidence that the home country needs beside its name before offices."""
_DATELINE_WEIGHT = 2.0
_MAX_TO_OFFICE = 5
"""Words from a country to the end of the office that it modifies: "Norwegian | deputy finance minister"."""
_MAX_HOLDER = 8
"""Words from a country to the end of the name of the holder of its office."""
_BETWEEN_PARTIES = frozenset({"VB", "IN", "TO"})
"""First letters of the tags of words between two parties of a clause."""
_INSIDE_PHRASE = frozenset({"JJ", "NN", "NNP", "NNS", "POS", "VBN"})
"""Tags of words between a country and the office that it modifies."""


class CountryMention(Struct, frozen=True, gc=False):
    """An occurrence of a name of the gazetteer."""

    token: int
    end: int
    codes: Codes
    weight: float
    """Its weight as evidence for the home country."""
    of_office: bool
    """Whether it modifies the office of a person: "US Secretary of State", "the president of Norway"."""


class OfficeModifiers:
    """Finder of the names of countries in one article that modify the office of a person."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self._offices = load_state_roles(lexicon.language).persons

    def includes(self, first: int, last: int) -> bool:
        """Return whether the name in tokens [first, last) modifies an office.

        A title of few countries ("Secretary of State") modifies itself if its country precedes it.  Without the
        country, readers know it: the title is evidence of the home country.
        """
        lower, tags = self.text.lower, self.text.tags
        if lower[first] in self._offices or lower[last - 1] in self._offices:
            before = first - (tags[first - 1] == "POS")
            return before > 0 and self.is_country(before - 1, before)
        for i in range(last, min(last + _MAX_TO_OFFICE, len(lower))):
            if lower[i].rstrip(".") in self._offices and not self._is_modifier(i):
                return True
            if tags[i] not in _INSIDE_PHRASE:
                break
        before = first - 1 - (lower[first - 1] == "the")
        return before > 0 and lower[before] == "of" and lower[before - 1] in self._offices

    def reaches(self, end: int, token: int) -> bool:
        """Return whether a country that ends at `end` modifies the office at `token`: "Romanian colleague, | Minister".

        No verb or preposition is between them, and no sentence ends.
        """
        same = self.text.sentence_of[end - 1] == self.text.sentence_of[token]
        return same and all(tag[:2] not in _BETWEEN_PARTIES for tag in self.text.tags[end:token])

    def holders(self, ends: list[int]) -> frozenset[str]:
        """Return the capitalised words after countries that modify offices.  `ends`: ends of the countries' names."""
        words = self.text.words
        return frozenset(word for end in ends for word in words[end : end + _MAX_HOLDER] if word[0].isupper())

    def has_bare_office(self, first: int, last: int, holders: frozenset[str]) -> bool:
        """Return whether tokens [first, last) name a person with an office that no country modifies.

        `holders`: words of the names after the offices that a country modifies.
        """
        words, lower, tags = self.text.words, self.text.lower, self.text.tags
        return any(
            words[i][0].isupper()
            and lower[i] in self._offices
            and tags[i + 1] == "NNP"
            and holders.isdisjoint(words[i + 1 : i + 3])
            for i in range(first, last - 1)
        )

    def _is_modifier(self, token: int) -> bool:
        """Return whether a common noun follows in the phrase: "UK general election"."""
        after = token + 1
        if after >= len(self.text.words) or self.text.tags[after] not in {"NN", "NNS"}:
            return False
        return self.text.words[after].islower() and self.text.lower[after] not in self._offices

    def is_country(self, first: int, last: int) -> bool:
        """Return whether tokens [first, last) are the name or demonym of a country."""
        name = " ".join(self.text.words[first:last])
        return name in self.lexicon.countries or name in self.lexicon.demonyms


def is_of_one_country(codes: Codes) -> bool:
    """Return whether a name means one country in every article."""
    return len(codes) == 1 and codes[0] != ANY_COUNTRY and codes[0][0] != LOCAL


def find_home(mentions: list[CountryMention], dateline: list[Codes]) -> str | None:
    """Return the country that an article is mostly about; None if no country prevails.

    The country prevails among all names, and among those that do not modify the offices of persons: an article that
    only quotes US officials is not about the US.  `dateline`: countries of the place of its dateline.
    """
    named = [(_codes_elsewhere(m.codes), m.weight, m.of_office) for m in mentions]
    named = [mention for mention in named if mention[0]]
    placed = [(codes, _DATELINE_WEIGHT) for codes in dateline]
    first_named = next((m.codes[0] for m in mentions if is_of_one_country(m.codes)), None)
    home = _prevailing(_evidence([(codes, weight) for codes, weight, _ in named] + placed), first_named)
    own = _evidence([(codes, weight) for codes, weight, of_office in named if not of_office] + placed)
    return home if home is not None and own[home] >= max(_MIN_OWN_EVIDENCE, *own.values()) else None


def _evidence(listed: list[tuple[Codes, float]]) -> defaultdict[str, float]:
    """Return country -> evidence.

    Names of several countries are first divided among them, then given to the one with most evidence.
    """
    divided: defaultdict[str, float] = defaultdict(float)
    for codes, weight in listed:
        for code in codes:
            divided[code] += weight / len(codes)
    evidence: defaultdict[str, float] = defaultdict(float)
    for codes, weight in listed:
        most = max(divided[code] for code in codes)
        strongest = [code for code in codes if divided[code] == most]
        for code in strongest:
            evidence[code] += weight / len(strongest)
    return evidence


def _codes_elsewhere(codes: Codes) -> Codes:
    """Return the countries of a name in an article about another country; empty for a generic name."""
    if not codes or codes[0] in {ANY_COUNTRY, INTERNATIONAL}:
        return ()
    return tuple(code for code in codes if code[0] != LOCAL)


def _prevailing(evidence: defaultdict[str, float], first_named: str | None) -> str | None:
    """Return the country with most evidence if its lead is sufficient; else None.

    A country that the article does not name first needs a larger lead: "Latvia answers Estonia: …".
    """
    ranked = sorted(evidence.items(), key=lambda item: (-item[1], item[0]))[:2]
    if not ranked or ranked[0][1] < _MIN_EVIDENCE or ranked[0][1] < _MIN_SHARE * sum(evidence.values()):
        return None
    country, most = ranked[0]
    lead = _MIN_LEAD if first_named in {None, country} else _MIN_LATE_LEAD
    return country if len(ranked) == 1 or most >= lead * ranked[1][1] else None
