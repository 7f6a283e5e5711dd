"""Where content starts after a cue: a quotation, a that-clause, a question, a bare clause or an infinitive.

Recipient, time and place may come between: "told reporters on Monday that …".
"""

from __future__ import annotations

from typing import Literal

from worker.extract.document import Document
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.content.adjuncts import adjunct_end
from worker.extract.statements.content.clause_start import has_clause_ahead, starts_clause, starts_mistagged_clause
from worker.extract.statements.content.fronted_clauses import fronted_clause_start
from worker.extract.statements.phrase_kinds import is_party, is_venue_or_time

ContentForm = Literal["quotation", "that", "question", "clause", "infinitive", "phrase"]
"""Grammatical form of the content."""

_MAX_ADJUNCTS = 14
"""Maximum number of adverbials between a cue and its content: "said in an interview with X on Monday in Y that …"."""


def find_content_start(doc: Document, cue: Cue, at: int, limit: int) -> tuple[int, ContentForm] | None:
    """Return the first token and the form of the content after a cue; None where no content starts before `limit`.

    `at` is the token after the cue.  An infinitive with its own subject starts at that subject ("asked | the crew to
    leave").
    """
    text, start = doc.text, at
    recipient = False
    for skipped in range(_MAX_ADJUNCTS):
        if at >= limit:
            return None
        opening = fronted_clause_start(doc, cue, at, limit) if not skipped else -1
        if opening >= 0:
            return opening, "clause"
        quotation = _quotation_after_recipient(doc, cue, at, limit) if not skipped else -1
        if quotation >= 0:
            return quotation, "quotation"
        form = _form_at(doc, cue, at, limit, direct=skipped == 0, recipient=recipient)
        if form is not None:
            if form == "infinitive" and cue.object_infinitive and recipient and (cue.act == "ask" or not cue.recipient):
                return start, form
            if form == "infinitive" and at > start and text.lower[at - 1] == "not":
                return at - 1, form
            return at + (text.words[at] in {":", ","}), form
        step = adjunct_end(doc, at, limit)
        if step is None:
            return None
        phrase = doc.chunks.noun_phrase(at)
        if phrase is not None and phrase.first == at == start and _is_object(doc, cue, phrase):
            return None
        recipient = recipient or (phrase is not None and not is_venue_or_time(doc, phrase))
        at = step
    return None


def _quotation_after_recipient(doc: Document, cue: Cue, at: int, limit: int) -> int:
    """Return the start of the quotation after a recipient and a comma: "told the committee, | “…”"; else -1."""
    phrase = doc.chunks.noun_phrase(at) if cue.recipient and cue.clause else None
    if phrase is None or phrase.first != at or phrase.last + 1 >= limit or doc.text.words[phrase.last] != ",":
        return -1
    quoted = doc.text.quotation_of[at] < 0 and doc.text.quotation_starting_at(phrase.last + 1) is not None
    return phrase.last + 1 if quoted else -1


def _is_object(doc: Document, cue: Cue, phrase: NounPhrase) -> bool:
    """Return whether the phrase right after the cue is its object, modified by the clause after it.

    "stressed the part | that guests play", "told the tale of a man | who fell"
    """
    if is_venue_or_time(doc, phrase) or is_party(doc, phrase):
        return False
    following = doc.text.lower[phrase.last] if phrase.last < len(doc.text.words) else ""
    if cue.recipient:
        return following == "of" and doc.text.tags[phrase.head] == "NN"
    return cue.phrase and not cue.object_infinitive and following == "that"


def _form_at(doc: Document, cue: Cue, at: int, limit: int, *, direct: bool, recipient: bool) -> ContentForm | None:
    """Return the form of the content that starts at a token; None if the cue allows no content that starts there.

    `direct`: the token directly follows the cue.  `recipient`: a recipient precedes it.
    """
    text = doc.text
    word, tag = text.lower[at], text.tags[at]
    after_mark = at + (word in {":", ","})
    if after_mark < limit and text.quotation_starting_at(after_mark) is not None:
        if cue.object_infinitive and recipient and "to" in text.lower[after_mark + 1 : after_mark + 3]:
            return "infinitive"
        return "quotation" if cue.clause else None
    if word == ":" and at + 1 < limit:
        return "clause" if cue.clause else None
    if _starts_infinitive(doc, at, limit) or (direct and _starts_mistagged_infinitive(doc, cue, at, limit)):
        return "infinitive" if (cue.infinitive and not recipient) or (cue.object_infinitive and recipient) else None
    if not cue.clause or (cue.object_infinitive and _starts_object_with_infinitive(doc, at, limit)):
        return None
    if word == "that" and tag in {"SC", "IN", "WP", "DT"} and has_clause_ahead(doc, at + 1, limit):
        relative = tag == "WP" and not direct and doc.chunks.verb_group(at + 1) is not None
        described = not recipient if cue.thought else recipient and not cue.recipient
        return None if relative and described else "that"  # "found in the cells | that carry oxygen"
    if (
        word in doc.lexicon.wh_openers
        and tag in {"WP", "SC", "IN"}
        and (
            direct
            or (recipient and (cue.recipient or cue.question))
            or word not in doc.lexicon.closed_classes.relative_question_words
        )
    ):
        return "question" if _has_verb_ahead(doc, at + 1, limit) else None
    if cue.quotation or (tag == "VBG" and not direct and word in doc.lexicon.cue_forms):
        return None  # "wrote a letter | saying …": the participle is the cue
    if starts_clause(doc, at, limit, after_cue=direct and not recipient):
        return "clause"
    return "clause" if direct and not cue.phrase and starts_mistagged_clause(doc, at, limit) else None


def _starts_object_with_infinitive(doc: Document, at: int, limit: int) -> bool:
    """Return whether an object with its infinitive starts here ("urged | the crew to leave"), which is no clause."""
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or phrase.last + 1 >= limit:
        return False
    return _starts_infinitive(doc, phrase.last + (doc.text.lower[phrase.last] == "not"), limit)


def _starts_infinitive(doc: Document, at: int, limit: int) -> bool:
    """Return whether an infinitive starts here: "to stay", "to “stay here”", "to quietly stay"."""
    text = doc.text
    if text.lower[at] != "to" or at + 2 >= limit:
        return text.tags[at] == "TO" and doc.chunks.verb_group(at) is not None
    verb = doc.chunks.verb_group(at + 1 + (text.words[at + 1] in doc.lexicon.quotation_marks))
    return doc.chunks.verb_group(at) is not None or (verb is not None and text.tags[verb.head] == "VB")


def _starts_mistagged_infinitive(doc: Document, cue: Cue, at: int, limit: int) -> bool:
    """Return whether an "adjective" after "to" is the verb after a promise or refusal: "vowed to | tackle fraud"."""
    tags = doc.text.tags[at + 1 : min(at + 3, limit)]
    controlled = cue.infinitive and cue.act in {"promise", "threaten", "decline"} and not cue.prepositions
    return controlled and doc.text.lower[at] == "to" and tags[:1] == ["JJ"] and tags[1:] in (["NN"], ["NNS"], ["DT"])


def _has_verb_ahead(doc: Document, at: int, limit: int) -> bool:
    """Return whether a verb group starts within 12 tokens."""
    return any(doc.chunks.verb_group_of[i] >= 0 for i in range(at, min(limit, at + 12)))
