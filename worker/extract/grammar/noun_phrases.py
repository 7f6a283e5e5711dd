"""The boundaries and head of a base noun phrase: "the Estonian transport minister".

A new phrase begins after a complete one at a time expression ("met Hale | yesterday"), at a name after a common noun
("after the meeting | Hale left") and at a determiner.
"""

from __future__ import annotations

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.grammar.time_phrases import starts_name_after_time, starts_time_expression
from worker.extract.lexicon.lexicon import Lexicon

_HEADS = frozenset({"NN", "NNS", "NNP"})
_MODIFIERS = frozenset({"JJ", "CD", "NN", "NNS", "NNP", "FW", "POS"})
_REPETITIONS = frozenset({"times"})
"""Nouns after a number that count repetitions."""
CURRENCIES = frozenset({"$", "£", "€", "#", "US$"})
"""Currency marks before an amount."""


def find_noun_phrase_end(text: AnnotatedText, at: int, limit: int, lexicon: Lexicon) -> tuple[int, int]:
    """Return the end (exclusive, at most `limit`) and the head of the noun phrase that starts at a token."""
    tags, end, head = text.tags, at, -1
    while end < limit:
        tag = tags[end]
        if tag in _MODIFIERS:
            if (tag == "POS" and head < 0) or (head >= 0 and _starts_new_phrase(text, at, end, lexicon)):
                break
            if tag in _HEADS or (tag == "CD" and head < 0):
                head = end
        elif tag in {"DT", "PRP$"}:
            if not _may_follow_determiner(text, at, end, lexicon):
                break
        elif not _is_inner(text, end, limit, head) and not _is_name_particle(text, end, limit, lexicon):
            break
        end += 1
    return max(end, at + 1), head if head >= 0 else max(end, at + 1) - 1


def _starts_new_phrase(text: AnnotatedText, first: int, at: int, lexicon: Lexicon) -> bool:
    """Return whether a new noun phrase starts inside a run of nouns.

    This is so at a time expression, at a name after a common noun that is no role ("as a result | Kyiv …"), and at a
    plural after a name with a title.
    """
    tags, before = text.tags, text.lower[at - 1]
    times = lexicon.time_nouns
    if (tags[at] == "JJ" or text.lower[at] in times) and starts_time_expression(text, at, lexicon):
        return True
    if before in times and starts_name_after_time(text, first, at, lexicon):
        return True
    if tags[at] == "CD" and at + 1 < len(tags) and text.lower[at + 1] in _REPETITIONS:
        return True  # "met Hale | four times"
    if tags[at] == "NNP":
        if tags[at - 1] == "CD":
            return text.lower[at - 2] in lexicon.time_nouns and at - 2 >= first  # "On May 26 | Hale left"
        common = tags[at - 1] in {"NN", "NNS"} and text.words[at - 1][0].islower()
        return common and before not in lexicon.roles and before not in lexicon.organisation_heads
    if tags[at] != "NNS" or tags[at - 1] != "NNP" or at - first < 3 or tags[at - 2] != "NNP":  # noqa: PLR2004
        return False
    run = at
    while run > first and tags[run - 1] == "NNP":
        run -= 1
    return run > first and text.lower[run - 1] in lexicon.roles


def _may_follow_determiner(text: AnnotatedText, first: int, at: int, lexicon: Lexicon) -> bool:
    """Return whether a determiner is allowed: as the first word, or after a predeterminer ("all the", "half a")."""
    return at == first or (
        at == first + 1 and text.tags[first] == "DT" and text.lower[first] in lexicon.closed_classes.predeterminers
    )


def _is_inner(text: AnnotatedText, at: int, limit: int, head: int) -> bool:
    """Return whether an adverb, participle or "&" belongs to the phrase because an adjective or noun follows."""
    tag = text.tags[at]
    following = text.tags[at + 1] if at + 1 < limit else ""
    if tag == "RB":
        return following in {"JJ", "CD", "VBN", "VBG", "RB"} and head < 0
    if tag in {"VBN", "VBG"}:
        return head < 0 and following in _MODIFIERS
    word = text.words[at]
    if word in CURRENCIES:
        return following == "CD"
    return word == "&" and following == "NNP"


def _is_name_particle(text: AnnotatedText, at: int, limit: int, lexicon: Lexicon) -> bool:
    """Return whether the word is a particle inside a name, with capitals on both sides: "van der"."""
    if text.lower[at] not in lexicon.name_particles or text.tags[at - 1] not in {"NNP", "FW"}:
        return False
    following = at + 1
    while following < limit and following < at + 3 and text.lower[following] in lexicon.name_particles:
        following += 1
    return following < limit and text.words[following][0].isupper()
