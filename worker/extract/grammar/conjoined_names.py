"""Conjunctions inside one name or office: "Energy and Mines Minister Ida Lunde", "Ports and Harbours Commission".

The chunker ends a noun phrase at "and" and at a comma.  The parts of such a name are one noun phrase; those of "Tamm
and Finance Minister Lunde" are two.  A part that names a field ("Energy") consists of common nouns; "Tamm" does
not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.lexicon.institution_names import load_institutions

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import Chunks, NounPhrase
    from worker.extract.grammar.sentences import AnnotatedText
    from worker.extract.lexicon.lexicon import Lexicon

_COMMON = frozenset({"NN", "NNS", "JJ", "VBG"})
_MAX_WORDS = 4
"""Words of a conjunct that is not the last: "Natural Resources"."""
_MAX_ITEMS = 6
"""Conjuncts of one name."""


def join_conjoined_names(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon) -> None:
    """Join the noun phrases of `chunks` that are conjuncts of one name, in place."""
    phrases, lower = chunks.noun_phrases, text.lower
    joined: list[NounPhrase] = []
    for phrase in phrases:
        if lower[phrase.first - 1] == "and" and joined and joined[-1].last == phrase.first - 1:
            first = _first_conjunct(text, joined, phrase, lexicon)
            if first < len(joined):
                phrase = type(phrase)(joined[first].first, phrase.last, phrase.head)  # noqa: PLW2901 - the whole name
                del joined[first:]
        joined.append(phrase)
    if len(joined) == len(phrases):
        return
    phrases[:] = joined
    for number, phrase in enumerate(joined):
        chunks.noun_phrase_of[phrase.first : phrase.last] = [number] * (phrase.last - phrase.first)


def _first_conjunct(text: AnnotatedText, before: list[NounPhrase], last: NounPhrase, lexicon: Lexicon) -> int:
    """Return the index in `before` of the first conjunct of the name that `last` ends; its length if there is none.

    `last` follows the last phrase of `before` and "and".
    """
    none = len(before)
    if _is_listed_pair(text, before[-1], last, lexicon):
        return none - 1
    first = none - 1
    while first > 0 and none - first < _MAX_ITEMS and text.words[before[first].first - 1] == ",":
        if before[first - 1].last != before[first].first - 1 or not _is_field(text, before[first], lexicon):
            break
        first -= 1
    for start in range(first, none):
        if _is_field_list(text, before[start:], lexicon) and (
            _ends_office(text, before[start], last, lexicon)
            or _ends_body(text, before[start], last, lexicon)
            or _follows_governor(text, before[start], last, lexicon)
        ):
            return start
    return none


def _is_field_list(text: AnnotatedText, phrases: list[NounPhrase], lexicon: Lexicon) -> bool:
    """Return whether each conjunct before the last one names a field; a determiner may precede the first."""
    return all(_is_field(text, phrase, lexicon, opens=i == 0) for i, phrase in enumerate(phrases))


def _is_listed_pair(text: AnnotatedText, left: NounPhrase, right: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether two conjuncts are a listed name: "Trinidad and Tobago", "Marks and Spencer"."""
    pair = f"{text.words[left.last - 1]} and {text.words[right.first]}"
    if pair in lexicon.countries or pair.lower() in lexicon.conjoined_names:
        return True
    if not (text.words[left.last - 1][0].isupper() and text.words[right.first][0].isupper()):
        return False
    institutions = load_institutions(lexicon.language).classes
    return any(
        " ".join(text.words[first:last]) in institutions
        for first in range(max(left.first, left.last - _MAX_WORDS), left.last)
        for last in range(right.first + 1, min(right.last, right.first + _MAX_WORDS) + 1)
    )


def _is_field(text: AnnotatedText, phrase: NounPhrase, lexicon: Lexicon, *, opens: bool = False) -> bool:
    """Return whether a phrase is the name of a field: "Energy", "the Natural Resources", "trade"."""
    first = phrase.first
    while opens and first < phrase.last - 1 and not _is_field_word(text, first, lexicon):
        first += 1  # "the", "Norwegian", "Senate", "UN"
    return phrase.last - first <= _MAX_WORDS and all(
        _is_field_word(text, i, lexicon) for i in range(first, phrase.last)
    )


def _is_field_word(text: AnnotatedText, token: int, lexicon: Lexicon) -> bool:
    """Return whether a word names a field or is a part of such a name: a capitalised common noun or a department."""
    word, low = text.words[token], text.lower[token]
    if low in lexicon.departments:
        return True
    if not word[0].isupper() or low in lexicon.roles or low in lexicon.titles or low in lexicon.body_heads:
        return False
    known = load_tagger(lexicon.language).tag_dictionary
    tags = known.get(low) or known.get(low[:-3] + "y" if low.endswith("ies") else low.removesuffix("s"))
    return tags is not None and not _COMMON.isdisjoint(tags) and text.tags[token] not in {"DT", "PRP$", "POS", "CD"}


def _field_end(text: AnnotatedText, phrase: NounPhrase, lexicon: Lexicon) -> int:
    """Return the end of the field at the start of a phrase; its first token if there is none."""
    end = phrase.first
    while end < phrase.last and end < phrase.first + _MAX_WORDS and _is_field_word(text, end, lexicon):
        end += 1
    return end


def _ends_office(text: AnnotatedText, left: NounPhrase, right: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether the last conjunct is a field and an office, in one case: "Energy | Mines Minister Ida Lunde"."""
    end = _field_end(text, right, lexicon)
    if end in {right.first, right.last} or text.lower[end] not in lexicon.state_offices:
        return False
    capital = text.words[end][0].isupper()
    return capital == text.words[left.last - 1][0].isupper() == text.words[right.first][0].isupper()


def _ends_body(text: AnnotatedText, left: NounPhrase, right: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether the last conjunct is a field and the head of a body: "Relief | Works Agency".

    A conjunct before it that is a whole body itself is another name: "the World Bank | International Monetary Fund".
    """
    words = left.last - left.first - (text.tags[left.first] == "DT")
    if words > 1 and text.lower[left.last - 1] in lexicon.organisation_heads:
        return False
    end = _field_end(text, right, lexicon)
    if end in {right.first, right.last} or not text.words[left.last - 1][0].isupper():
        return False
    return text.lower[end] in lexicon.body_heads and text.words[right.first][0].isupper()


def _follows_governor(text: AnnotatedText, left: NounPhrase, right: NounPhrase, lexicon: Lexicon) -> bool:
    """Return whether the conjuncts are the fields of a body or office before "of": "Ministry of | Trade | Industry"."""
    governor = left.first - 2
    if governor < 0 or text.lower[left.first - 1] not in {"of", "for", "on"}:
        return False
    word = text.lower[governor]
    if word not in lexicon.body_heads and word not in lexicon.state_offices and word != "state":
        return False
    end = _field_end(text, right, lexicon)
    named = right.first < end < right.last - 1 and text.lower[end] in lexicon.given_names  # "Industry Ida Lunde"
    return (end == right.last or named) and (
        text.words[left.first][0].isupper() == text.words[right.first][0].isupper()
    )
