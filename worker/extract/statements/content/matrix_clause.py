"""Where content ends before the matrix clause continues.

"who back the fees | agree", "his claim that it was shut | surprised us".
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.content.clause_start import starts_clause, starts_main_clause
from worker.extract.statements.content.content_end import trim_end
from worker.extract.statements.cues import cue_of_verb


def end_before_matrix_verb(doc: Document, first: int, last: int, *, open_clauses: int) -> int:
    """Return where content ends before the verb of the matrix clause; `last` where no such verb follows.

    "who back the fees | agree", "his claim that it was shut | surprised us".  Each clause has one finite verb.
    `open_clauses`: clauses of the content whose verb is still to come; a word that opens a clause adds one, a verb
    closes one.  A verb after a conjunction ("and left") shares a subject and closes none.
    """
    text, at = doc.text, first
    while at < last:
        verb = doc.chunks.verb_group(at) if text.quotation_of[at] < 0 else None
        if verb is None or verb.first != at:
            if not open_clauses and _is_past_before_pronoun(doc, at):
                return trim_end(doc, first, at)
            open_clauses += _opens_clause(doc, at, first)
            at += 1
            continue
        # "to help | encourage"
        is_bare_infinitive = text.tags[verb.head] == "VB" and doc.chunks.verb_group(at - 1) is not None
        if (verb.finite and not is_bare_infinitive) or (not open_clauses and _is_past_after_predicate(doc, verb)):
            if not open_clauses and text.tags[at - 1] != "CC" and not _has_subject(doc, at, first):
                return trim_end(doc, first, at)
            open_clauses = max(0, open_clauses - 1)
        at = verb.last
    return last


def _opens_clause(doc: Document, at: int, first: int) -> bool:
    """Return whether a token opens a clause inside content: a conjunction, a relative pronoun or a bare subject."""
    text = doc.text
    if at == first or text.quotation_of[at] >= 0:
        return False
    if text.tags[at] in {"SC", "WP"}:
        return doc.chunks.verb_group(at - 1) is None or text.tags[at - 1] != "SC"
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at:
        return False
    cue = cue_of_verb(doc, before) if (before := doc.chunks.verb_group(at - 1)) is not None else None
    beside = doc.chunks.noun_phrase(at - 1) is not None and text.tags[at - 1] != "WP"  # "the ferry | he bought"
    return (beside or (cue is not None and cue.clause)) and starts_main_clause(doc, at, len(text.words))


def _is_past_after_predicate(doc: Document, verb: VerbGroup) -> bool:
    """Return whether a "participle" is the past tense of the matrix verb: "that it was late | surprised us"."""
    text, at, before = doc.text, verb.first - 1, doc.chunks.verb_group(verb.first - 1)
    if text.tags[verb.head] != "VBN" or verb.last - verb.first > 1 or verb.last >= len(text.words):
        return False
    if before is not None and text.lower[before.head] not in doc.lexicon.be:
        return True
    after_predicate = before is not None or (text.tags[at] in {"JJ", "RB"} and doc.chunks.noun_phrase(at) is None)
    return after_predicate and text.tags[verb.last] in {"DT", "PRP", "PRP$", "NN", "NNS", "NNP"}


def _is_past_before_pronoun(doc: Document, at: int) -> bool:
    """Return whether an "adjective" is a past tense, because an indefinite pronoun follows: "surprised | everyone"."""
    text = doc.text
    past = text.tags[at] in {"JJ", "VBN"} and text.lower[at].endswith("ed") and at + 1 < len(text.words)
    return past and text.lower[at + 1] in doc.lexicon.indefinite and doc.chunks.noun_phrase(at + 1) is not None


def _has_subject(doc: Document, verb: int, first: int) -> bool:
    """Return whether the noun phrase before a verb is its subject: after a conjunction, or as a pronoun."""
    phrase = doc.chunks.noun_phrase(verb - 1)
    if phrase is None or phrase.first <= first:
        return False
    pronoun = doc.text.tags[phrase.head] in {"PRP", "WP"}
    return pronoun or doc.text.tags[phrase.first - 1] in {"SC", "WP", "CC"}


def end_before_main_clause(doc: Document, first: int, last: int) -> int:
    """Return where content ends before a main clause; `last` where none follows.

    "Despite his claim that it rains | , crowds came."
    """
    for at in range(first + 1, last - 1):
        phrase = doc.chunks.noun_phrase(at + 1) if doc.text.words[at] == "," and doc.text.quotation_of[at] < 0 else None
        if phrase is not None and phrase.first == at + 1 and starts_clause(doc, at + 1, last, after_cue=False):
            return trim_end(doc, first, at)
    return last
