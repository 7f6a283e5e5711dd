"""Features of a statement's act: the parties, countries and offices in the content, the speaker's own or others.

"The opposition said [the minister …]" judges a rival; "the ministry said [it …]" announces its own plans.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document
from worker.extract.lexicon.institution_names import load_institutions

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.statements.phrase_kinds import TokenRange
    from worker.schema import Actor

_OWN_WORDS = frozenset({"we", "i", "our", "my", "its", "their", "his", "her"})
_PRONOUNS = frozenset({"it", "they", "he", "she"})
_DEFINITE = frozenset({"the", "this", "that", "these", "those"})
_INDEFINITE = frozenset({"a", "an"})


def act_party_features(doc: Document, content: list[TokenRange], speaker: Actor | None, side: str) -> list[str]:
    """Return the kinds of parties in the content and of its first phrase, alone and with the speaker's side."""
    own = _own_words(speaker)
    named = {kind for span in content for kind in _named_kinds(doc, span, speaker, own)}
    opening = _opening_kind(doc, content[0], speaker, own)
    kinds = [*(f"mentions:{kind}" for kind in sorted(named)), f"opens:{opening}"]
    return [*kinds, *(f"side+{kind}+{side}" for kind in kinds)]


def _own_words(speaker: Actor | None) -> frozenset[str]:
    """Return the words of the speaker's name and role."""
    return frozenset(f"{speaker.name} {speaker.role or ''}".split()) if speaker is not None else frozenset()


def _named_kinds(doc: Document, span: TokenRange, speaker: Actor | None, own: frozenset[str]) -> set[str]:
    """Return the kinds of the countries, parties, institutions and offices in a span of content."""
    text, offices, found = doc.text, doc.lexicon.speaker_kinds.get("executive", frozenset()), set()
    institutions = load_institutions(doc.lexicon.language)
    for i in range(*span):
        word, low = text.words[i], text.lower[i]
        if low in offices:
            found.add("own office" if low in own or word in own else "office")
        if word == low:
            continue
        country = _country(doc, word)
        if country is not None:
            found.add(_kind_of_country(country, speaker))
        elif (kind := institutions.class_of(word)) is not None:
            found.add(f"{'own' if word in own else 'other'} {'party' if kind == 'parties' else 'institution'}")
    return found


def _country(doc: Document, word: str) -> str | None:
    """Return the country that a capitalised word names: by its name, its demonym or its seat of power."""
    lexicon = doc.lexicon
    return lexicon.countries.get(word) or lexicon.demonyms.get(word) or lexicon.seats_of_power.get(word)


def _kind_of_country(country: str, speaker: Actor | None) -> str:
    if speaker is None or speaker.country is None:
        return "country"
    return "own country" if country == speaker.country else "other country"


def _opening_kind(doc: Document, span: TokenRange, speaker: Actor | None, own: frozenset[str]) -> str:
    """Return the kind of the noun phrase at the start of the content; "none" without one."""
    at, last = span
    while at < last and (doc.text.tags[at] in {"PUNCT", "CC"} or doc.text.lower[at] == "that"):
        at += 1
    phrase = doc.chunks.noun_phrase(at) if at < last else None
    if phrase is None:
        return "none"
    return _named_phrase(doc, phrase, speaker, own) or _unnamed_phrase(doc, phrase)


def _named_phrase(doc: Document, phrase: NounPhrase, speaker: Actor | None, own: frozenset[str]) -> str | None:
    """Return the kind of a phrase that names a party or refers to the speaker; None for any other phrase."""
    text = doc.text
    words, lower = text.words[phrase.first : phrase.last], text.lower[phrase.first : phrase.last]
    if not _OWN_WORDS.isdisjoint(lower):
        return "own"
    countries = {country for word in words if (country := _country(doc, word)) is not None}
    if speaker is not None and speaker.country in countries:
        return "own country"
    if countries:
        return "other country" if speaker is not None and speaker.country is not None else "country"
    if any(word in own for word in words if word[0].isupper()):
        return "own name"
    if lower[-1] in doc.lexicon.speaker_kinds.get("executive", ()):
        return "office"
    name = text.slice(phrase.first, phrase.last)
    return "institution" if load_institutions(doc.lexicon.language).class_of(name) is not None else None


def _unnamed_phrase(doc: Document, phrase: NounPhrase) -> str:
    """Return "pronoun", "name", "definite", "indefinite" or "bare"."""
    first, head = doc.text.lower[phrase.first], doc.text.lower[phrase.last - 1]
    if head in _PRONOUNS:
        return "pronoun"
    if doc.text.tags[phrase.head] == "NNP":
        return "name"
    return "definite" if first in _DEFINITE else "indefinite" if first in _INDEFINITE else "bare"
