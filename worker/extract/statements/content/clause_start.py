"""Where a clause starts: a subject with its modifiers, followed by its finite verb."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import (
    COMMA_AND_LONG_DASHES,
    TYPESET_DASHES,
)
from worker.extract.statements.content.adjuncts import aside_end, is_bare_time

_MAX_SUBJECT_STEPS = 10
"""Maximum number of modifiers between a subject's head and its verb."""
_ASIDE_OPENS = COMMA_AND_LONG_DASHES | {"("}
_ASIDE_ENDS = TYPESET_DASHES | {",", "(", ")"}


def has_clause_ahead(doc: Document, at: int, limit: int) -> bool:
    """Return whether a verb or quotation follows soon, so that "that" is a conjunction."""
    for i in range(at, min(limit, at + 25)):
        verb = doc.chunks.verb_group(i)
        if verb is not None and (verb.finite or verb.infinitive or doc.text.tags[verb.head] == "VBN"):
            return True
        if doc.text.quotation_of[i] >= 0 and i < at + 3:
            return True
    return False


def starts_clause(doc: Document, at: int, limit: int, *, after_cue: bool) -> bool:
    """Return whether a bare clause starts at a token: a noun phrase with its modifiers, then a finite verb.

    `after_cue`: the token directly follows a cue, where "said | Monday …" is an adverbial rather than a subject and a
    preposition may open the clause.
    """
    if at >= limit:
        return False
    text, correlatives = doc.text, doc.lexicon.closed_classes.correlatives
    while at + 1 < limit and text.lower[at] in correlatives:
        at += 1
    word = text.lower[at]
    if word == "there":
        return _has_verb_after_adverbs(doc, at + 1, limit)
    if text.tags[at] == "SC" and word not in {"that", "so"}:
        return word in doc.lexicon.closed_classes.conditional_conjunctions and has_clause_ahead(doc, at, limit)
    if text.tags[at] in {"IN", "WP"} and not after_cue:
        return False
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at:
        return text.tags[at] == "VBG" and doc.chunks.verb_group(at) is not None and has_clause_ahead(doc, at + 1, limit)
    if after_cue and is_bare_time(doc, phrase):
        return False
    return word in doc.lexicon.closed_classes.subject_pronouns or _reaches_verb(doc, phrase.last, limit)


def starts_main_clause(doc: Document, at: int, limit: int) -> bool:
    """Return whether a noun phrase directly followed by its finite verb starts at a token."""
    phrase = doc.chunks.noun_phrase(at) if at < limit and doc.text.quotation_of[at] < 0 else None
    if phrase is None or phrase.first != at or phrase.last >= limit:
        return False
    verb = doc.chunks.verb_group(phrase.last)
    return verb is not None and verb.finite and verb.first == phrase.last


def starts_mistagged_clause(doc: Document, at: int, limit: int) -> bool:
    """Return whether the "participle" after a noun phrase is its finite verb: "said the fees | raised …"."""
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or is_bare_time(doc, phrase):
        return False
    verb = doc.chunks.verb_group(phrase.last) if phrase.last < limit else None
    return verb is not None and verb.first == phrase.last and not verb.infinitive and not verb.passive


def _reaches_verb(doc: Document, at: int, limit: int) -> bool:
    """Return whether the subject that ends before a token is followed by its finite verb, modifiers between.

    The verb of a relative clause is not the subject's: "(kept) the vows of men | who left".
    """
    relative = False
    for _ in range(_MAX_SUBJECT_STEPS):
        if at >= limit:
            return False
        verb = doc.chunks.verb_group(at)
        if verb is not None and verb.finite and not relative:
            return True
        step = verb.last if verb is not None else _subject_step(doc, at, limit)
        if verb is not None and verb.finite:
            relative = False
            phrase = doc.chunks.noun_phrase(verb.last)
            step = phrase.last if phrase is not None and phrase.first == verb.last else verb.last
        joined = doc.chunks.verb_group(at + 1) if doc.text.tags[at] == "CC" else None
        if step is None or (joined is not None and doc.text.tags[joined.head] == "VBZ"):
            return False  # "(keeps) the title | and travels"
        relative = relative or doc.text.tags[at] == "WP"
        at = step
    return False


def _subject_step(doc: Document, at: int, limit: int) -> int | None:
    """Return the end of the modifier of a subject at a token: an aside, a relative pronoun, a prepositional phrase.

    None where no modifier starts.
    """
    text = doc.text
    phrase = doc.chunks.noun_phrase(at)
    if text.tags[at] == "WP":
        return at + 1
    if phrase is not None and phrase.first == at:
        return None
    aside = aside_end(doc, at, limit) if text.words[at] in _ASIDE_OPENS else None
    if aside is not None and doc.chunks.verb_group(aside) is not None:
        return aside
    joint = text.tags[at] in {"IN", "CC", "RB", "RP"} or text.words[at] in _ASIDE_ENDS
    if not joint and text.quotation_of[at] < 0:
        return None
    following = doc.chunks.noun_phrase(at + 1)
    if following is None or following.first != at + 1:
        return at + 1
    if text.lower[at] in doc.lexicon.closed_classes.temporal_subordinators and _is_told(doc, following.last, limit):
        return None  # "the plan | after the court said …"
    return None if text.words[at] in {",", "and"} and text.tags[following.head] == "PRP" else following.last


def _is_told(doc: Document, at: int, limit: int) -> bool:
    """Return whether a finite cue with a clause starts at a token: "(after the court) | said it was late"."""
    verb = doc.chunks.verb_group(at) if at < limit else None
    cue = doc.lexicon.cues.get(doc.text.lower[verb.head]) if verb is not None and verb.finite else None
    if cue is None or verb is None or not cue.clause or cue.thought or verb.passive or verb.last >= limit:
        return False
    subject = doc.chunks.noun_phrase(verb.last)
    return doc.text.lower[verb.last] == "that" or (subject is not None and subject.first == verb.last)


def _has_verb_after_adverbs(doc: Document, at: int, limit: int) -> bool:
    """Return whether a finite verb follows, adverbs skipped."""
    while at < limit and doc.text.tags[at] == "RB" and doc.chunks.verb_group(at) is None:
        at += 1
    verb = doc.chunks.verb_group(at) if at < limit else None
    return verb is not None and verb.finite
