"""Salience of mentions, after Lappin and Leass, "An algorithm for pronominal anaphora resolution" (1994).

Subjects are more salient than objects, objects more than prepositional objects, and salience decays with every
sentence.  Speakers are most salient, because news text mentions them next.  Quotations are not counted.
"""

from __future__ import annotations

from worker.extract.grammar.chunker import Chunks, NounPhrase, VerbGroup
from worker.extract.grammar.punctuation import TYPESET_DASHES
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon

SPEAKER_SALIENCE, SUBJECT_SALIENCE, OBJECT_SALIENCE, OBLIQUE_SALIENCE = 260.0, 180.0, 130.0, 100.0
DECAY = 0.5
"""Factor on all salience at each new sentence."""
MIN_SALIENCE = 4.0
"""Salience below which an entity is dropped."""
_ASIDE_MARKS = TYPESET_DASHES | {",", "("}
_MAX_ASIDE_TOKENS = 24
"""Tokens between a subject and its verb that are searched: ", the minister of transport of Latvia, "."""


def initial_salience(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, phrase: NounPhrase) -> float:
    """Return the salience that a noun phrase has by its grammatical function."""
    before = phrase.first - 1
    opens = before < 0 or text.sentence_of[before] != text.sentence_of[phrase.first]
    governor = None if opens else chunks.verb_group(before)
    if governor is not None and not _is_nominative(text.lower[phrase.head], lexicon):
        return SPEAKER_SALIENCE if _is_inverted(text, lexicon, governor, phrase) else OBJECT_SALIENCE
    if not opens and _is_agent(text, chunks, lexicon, before):
        return SPEAKER_SALIENCE
    if not opens and text.tags[before] in {"IN", "TO"} and text.lower[before] not in lexicon.subordinators:
        return OBLIQUE_SALIENCE
    verb = _predicate(text, chunks, phrase)
    if verb is None:
        return OBJECT_SALIENCE
    return SPEAKER_SALIENCE if verb.finite and text.lower[verb.head] in lexicon.cues else SUBJECT_SALIENCE


def _is_agent(text: AnnotatedText, chunks: Chunks, lexicon: Lexicon, before: int) -> bool:
    """Return whether the word before a phrase is the "by" of a passive cue: "was announced by the mayor"."""
    verb = chunks.verb_group(before - 1) if text.lower[before] == "by" else None
    return verb is not None and verb.passive and text.lower[verb.head] in lexicon.cues


def _is_nominative(word: str, lexicon: Lexicon) -> bool:
    """Return whether a pronoun is a subject even after a verb: "said she would sail"."""
    return word in lexicon.closed_classes.subject_pronouns or word == "who"


def _is_inverted(text: AnnotatedText, lexicon: Lexicon, verb: VerbGroup, phrase: NounPhrase) -> bool:
    """Return whether the phrase is the subject after an inverted cue: "…," said Hale."""
    cue = lexicon.cues.get(text.lower[verb.head])
    before = verb.first - 1
    if cue is None or not cue.inverts or verb.passive or before < 0:
        return False
    return text.quotation_of[before] >= 0 or (text.words[before] == "," and text.tags[phrase.first] != "PRP")


def _predicate(text: AnnotatedText, chunks: Chunks, phrase: NounPhrase) -> VerbGroup | None:
    """Return the verb of a subject, over its of-phrases and an aside; None if there is none."""
    at, last = phrase.last, min(text.sentence_range(phrase.first)[1], phrase.last + _MAX_ASIDE_TOKENS)
    while at < last:
        verb = chunks.verb_group(at)
        if verb is not None:
            return verb
        if text.words[at] in _ASIDE_MARKS:
            at = at + 1 if chunks.verb_group(at + 1) is not None else _after_aside(text, at, last)
            continue
        joined = text.lower[at] == "and" and chunks.noun_phrase(at + 1) is not None  # "Lunde and Dahl said"
        if (
            not joined
            and text.tags[at] not in {"IN", "TO", "RB"}
            and chunks.noun_phrase(at) is None
            and text.words[at] != ")"
        ):
            return None
        following = chunks.noun_phrase(at)
        at = following.last if following is not None else at + 1
    return None


def _after_aside(text: AnnotatedText, at: int, last: int) -> int:
    closing = ")" if text.words[at] == "(" else text.words[at]
    return next((i + 1 for i in range(at + 1, last) if text.words[i] == closing), last)
