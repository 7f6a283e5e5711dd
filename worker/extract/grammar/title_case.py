"""Natural case of lines in title case or in capitals: "Court Blocks Ban" as "court blocks ban".

The capitals of such a line do not mark names.  The names are those that the article writes with a capital inside its
sentences, places and acronyms of the lexicon, and words that are unknown to the language.
"""

from __future__ import annotations

from worker.extract.grammar.pos_tagger import Tagger
from worker.extract.grammar.tokens import Tokens
from worker.extract.grammar.verb_forms import is_verb_form
from worker.extract.lexicon.lexicon import Lexicon

_VERBAL = frozenset({"VB", "VBD", "VBN", "VBP", "VBZ"})
_TITLE_LOWER_CASE = frozenset({"IN", "TO", "DT", "CC", "SC", "MD", "PRP", "PRP$", "WP", "RP", "RB"})
"""Tags of the words that a headline in title case may keep in lower case."""
_MAX_ACRONYM = 3
"""Letters up to which an unknown name in capitals is an acronym: "IMF"."""
_MAX_TITLE = 60
"""Tokens of the longest title."""
_INFLECTED_ENDINGS = ("s", "ed", "ing", "ly")


def title_lines(tokens: Tokens, model: Tagger, language: str) -> list[int]:
    """Return the numbers of the paragraphs in title case or capitals."""
    return [
        n
        for n, (first, last) in enumerate(tokens.paragraphs)
        if _is_title_case(tokens.words[first:last], model, language)
    ]


def _is_title_case(words: list[str], model: Tagger, language: str) -> bool:
    """Return whether a line is in title case.

    It is in capitals; or it has 3 to 25 words of more than three letters, at least four in five of them capitalised,
    and no verb in lower case.
    """
    if len(words) > _MAX_TITLE:
        return False
    long = [w for w in words if len(w) > 3 and w[0].isalpha()]  # noqa: PLR2004 - skips of, and, the, …
    if len(words) > 1 and all(w.isupper() for w in words if w[0].isalpha()) and long:
        return True
    if not 3 <= len(long) <= 25 or 5 * sum(w[0].isupper() for w in long) < 4 * len(long):  # noqa: PLR2004
        return False
    small = (w for w in words if w.islower())
    return not any(
        (not _VERBAL.isdisjoint(known) or (not known and is_verb_form(w, language)))
        for w in small
        if _TITLE_LOWER_CASE.isdisjoint(known := set(model.tag_dictionary.get(w, ())))
    )  # otherwise a sentence that is mostly names: "Hale met Belm in Oslo.", "Hale will meet Belm."


def write_natural_case(
    words: list[str], lines: list[tuple[int, int]], names: set[str], model: Tagger, lexicon: Lexicon
) -> None:
    """Give the words of the lines the case that they would have inside a sentence, in place.

    `names`: the words that the article writes with a capital inside its sentences.
    """
    inside = {i for first, last in lines for i in range(first, last)}
    common = {word for i, word in enumerate(words) if i not in inside and word.islower()}
    in_capitals = {name.upper(): name for name in names}
    for first, last in lines:
        capitals = not any(map(str.islower, "".join(words[first:last])))
        given = False
        for i in range(first, last):
            word, low = words[i], words[i].lower()
            if capitals and word in in_capitals:
                words[i] = in_capitals[word]
            elif word not in names and not (
                _is_given_name(words, i, last, model, lexicon)
                or _is_date_word(words, i, last, lexicon)
                or _is_name(word, low, common, model, lexicon, capitals=capitals, given=given)
            ):
                words[i] = low
            elif capitals:
                words[i] = word if _is_acronym(word, low, lexicon) else word.title()
            given = words[i][0].isupper() and low in lexicon.given_names


def _is_acronym(word: str, low: str, lexicon: Lexicon) -> bool:
    """Return whether a name in a line in capitals is an acronym: a known one, one with stops, or a short one."""
    return low in lexicon.acronyms or "." in word[:-1] or (len(word) <= _MAX_ACRONYM and low not in lexicon.given_names)


def _is_date_word(words: list[str], i: int, last: int, lexicon: Lexicon) -> bool:
    """Return whether a word is a weekday, or a month beside a number: "March 23", but not "May Vote"."""
    low = words[i].lower()
    numbered = any(0 <= at < last and words[at][0].isdigit() for at in (i - 1, i + 1))
    return low in lexicon.weekdays or (low in lexicon.time_names and numbered)


def _is_given_name(words: list[str], i: int, last: int, model: Tagger, lexicon: Lexicon) -> bool:
    """Return whether a word is a given name before a word that no dictionary lists: "Mark Tamm Resigns"."""
    if words[i].lower() not in lexicon.given_names or i + 1 >= last or not words[i + 1][0].isupper():
        return False
    following = words[i + 1].lower()
    known = model.tag_dictionary.get(following)
    return (known is None or known == ["NNP"]) and not is_verb_form(following, lexicon.language)


def _is_name(
    word: str, low: str, common: set[str], model: Tagger, lexicon: Lexicon, *, capitals: bool, given: bool
) -> bool:
    """Return whether a capital in a title marks a name: an acronym, a place, a given name, or an unknown word.

    `common`: words that the article writes in lower case.  `given`: whether a given name is the word before.
    """
    if not word[0].isupper():
        return False
    if word.isupper() and len(word) > 1 and (not capitals or "." in word[:-1]):
        return True
    title = word.title()
    if low in lexicon.acronyms:
        return low != "us" or not capitals
    if title in lexicon.countries or title in lexicon.demonyms or title in lexicon.seats_of_power:
        return True
    known = model.tag_dictionary.get(low, ())
    if low in common or low in lexicon.roles or low in lexicon.groups or is_verb_form(low, lexicon.language):
        return False
    if not known or known == ["NNP"] or given:
        return title in model.tag_dictionary or low in lexicon.given_names or given or not _is_inflected(low)
    return False


def _is_inflected(low: str) -> bool:
    """Return whether an unknown word has an ending of inflected or derived words: "tariffs", "scrapped"."""
    return low.endswith(_INFLECTED_ENDINGS) or not low.isalpha()
