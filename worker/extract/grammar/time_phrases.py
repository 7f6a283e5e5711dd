"""Time expressions among the noun phrases: their boundaries, and names that look like them.

"Met Hale | yesterday", "on Monday | President Hale left"; but "Anna May" is a person and "the Sunday Post" a paper.
"""

from __future__ import annotations

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon

_BEFORE_SUBJECT = frozenset({"PUNCT", "VBD", "VBZ"})


def is_time_expression(text: AnnotatedText, first: int, last: int, head: int, lexicon: Lexicon) -> bool:
    """Return whether a noun phrase is a time expression: "Friday", "last week", "two days ago"."""
    timed = text.lower[head] in lexicon.time_nouns and text.tags[first] != "PRP"
    return timed and not is_name_like_time(text, first, last, lexicon)


def is_name_like_time(text: AnnotatedText, first: int, last: int, lexicon: Lexicon) -> bool:
    """Return whether a noun phrase is a person named like a month or season: "Anna May", or "May" as a subject."""
    end = last - 1
    if text.tags[end] != "NNP":
        return False
    if text.lower[end] not in lexicon.time_names:  # "Anna Early"; but "August" is a month first
        given = end == first + 1 and text.lower[first] in lexicon.given_names
        return given and text.lower[first] not in lexicon.time_nouns and text.lower[end] not in lexicon.weekdays
    if end > first:
        return text.tags[end - 1] == "NNP" and text.lower[end - 1] not in lexicon.time_nouns
    return end > 0 and text.tags[end - 1] in _BEFORE_SUBJECT and text.tags[last : last + 1] != ["CD"]


def starts_time_expression(text: AnnotatedText, at: int, lexicon: Lexicon) -> bool:
    """Return whether a time expression without a preposition starts at a token: "met Hale | yesterday", "| May 20"."""
    word, before = text.lower[at], text.lower[at - 1]
    if word in lexicon.time_adjectives:
        return at + 1 < len(text.words) and _is_time_noun(text, at + 1, lexicon)
    if before in lexicon.time_nouns or word not in lexicon.time_nouns:
        return False
    if word in lexicon.weekdays:
        return before not in lexicon.holiday_modifiers
    if word in lexicon.deictic_days:
        return text.words[at].islower()
    following = text.tags[at + 1] if at + 1 < len(text.tags) else ""
    if following == "RB" and text.tags[at] == "NNS":
        return text.lower[at + 1] in lexicon.time_nouns  # "Belm | hours later"
    return following == "CD" and text.words[at][0].isupper() and text.tags[at - 1] != "CD"  # no "20 May 2020"


def starts_name_after_time(text: AnnotatedText, first: int, at: int, lexicon: Lexicon) -> bool:
    """Return whether a name or titled person starts right after a time: "on Monday | President Hale".

    False inside a single name: "the Sunday Post".
    """
    if text.tags[at] == "NNP" and at == first + 1 and first > 0 and text.tags[first - 1] == "IN":
        return text.lower[at] not in lexicon.time_nouns
    word = text.lower[at].rstrip(".")
    titled = at + 1 < len(text.words) and text.tags[at + 1] == "NNP"
    return titled and (word in lexicon.roles or word in lexicon.titles)


def _is_time_noun(text: AnnotatedText, at: int, lexicon: Lexicon) -> bool:
    return text.lower[at] in lexicon.time_nouns and text.tags[at] in {"NN", "NNP"}
