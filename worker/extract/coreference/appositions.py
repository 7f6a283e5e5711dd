"""Roles after a name: appositions, letters, and roles of the name before it in a conjunction.

"Jaan Tamm, the foreign minister", "Jaan Tamm (the mayor of Riga)", "Jaan Tamm, 54, a violinist", "Jaan Tamm MP".
"""

from __future__ import annotations

from worker.extract.coreference.person_nouns import is_person_noun, is_role_word
from worker.extract.grammar.chunker import Chunks, NounPhrase
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon

_MAX_ROLE_TOKENS = 16
_OPENERS = {",": ",", "(": ")"}
"""Mark before an apposition -> mark after it; an apposition in commas may also end the sentence."""


def apposed_role(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, at: int) -> tuple[int, int] | None:
    """Return the token range of a role that follows a name which ends at `at`; None if there is none."""
    if at + 1 >= len(text.words) or text.words[at] not in _OPENERS:
        return None
    start = _skip_age(text, at + 1)
    if start < len(text.words) and text.lower[start] in lexicon.closed_classes.tenure_adverbs:
        start += 1
    first = start
    if start < len(text.words) and text.tags[start] in {"VBG", "VBN"} and text.lower[start] in lexicon.role_modifiers:
        start += 1  # "ranking Republican"
    phrase = _apposed_phrase(text, chunks, lexicon, start)
    if phrase is None:
        return None
    end = _role_end(text, chunks, phrase.last, lexicon)
    if text.words[at] == "(" and text.words[end : end + 1] != [")"]:
        return None
    return (first + 1 if text.tags[first] in {"DT", "PRP$"} else first), end


def _skip_age(text: AnnotatedText, at: int) -> int:
    """Return the position after an age in commas: "Jaan Tamm, 54, a violinist"."""
    aged = at + 1 < len(text.words) and text.words[at].isdigit() and text.words[at + 1] == ","
    return at + 2 if aged else at


def _apposed_phrase(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, start: int) -> NounPhrase | None:
    """Return the noun phrase at `start` if it denotes a person; the last part if the chunker split it at an acronym."""
    phrase = chunks.noun_phrase(start) if start < len(text.words) else None
    if phrase is None or phrase.first != start:
        return None
    following = chunks.noun_phrase(phrase.last) if phrase.last < len(text.words) else None
    if following is not None and following.first == phrase.last and is_role_word(text.lower[following.head], lexicon):
        phrase = following  # "a former state | GOP chair"
    head = text.lower[phrase.head]
    if is_role_word(head, lexicon):
        return phrase
    described = text.lower[start] in {"a", "an", "the"} and text.tags[phrase.head] == "NN"
    return phrase if described and is_person_noun(head, lexicon) else None


def _role_end(text: AnnotatedText, chunks: Chunks, at: int, lexicon: Lexicon) -> int:
    """Return the end of the of-, for- and at-phrases of a role."""
    limit = min(len(text.words), at + _MAX_ROLE_TOKENS)
    while at + 1 < limit and (text.lower[at] in lexicon.closed_classes.office_prepositions or text.words[at] == "and"):
        following = chunks.noun_phrase(at + 1)
        if following is None or following.first != at + 1:
            break
        at = following.last
    return at


def letters_after(text: AnnotatedText, first: int, last: int, lexicon: Lexicon) -> tuple[int, int] | None:
    """Return the token of an office after a name in [first, last): "MP" in "Jaan Tamm MP"; None if there is none."""
    for at in (last - 1, last):
        if first + 1 < at < len(text.words) and text.words[at].isupper() and text.lower[at] in lexicon.offices:
            return (at, at + 1) if text.lower[at] in lexicon.post_nominals else None
    return None
