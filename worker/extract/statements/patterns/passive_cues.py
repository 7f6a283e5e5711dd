"""Cues in the passive: "was accused by X of …", "was told that …", "it was reported that …", "is expected to …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.adjuncts import adjunct_end
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.complements import Complement, find_complement
from worker.extract.statements.content.content_end import content_end, phrase_end
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import passive_agent
from worker.extract.statements.source.preverbal_subject import preverbal_subject


def match_passive_cue(doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int) -> StatementCandidate | None:
    """Match a passive cue: "was accused by X of …", "was told that …", "it was reported that …", "is expected to …".

    The source is the agent, None if there is none.  The content is the patient and the complement, or one of them.
    """
    text = doc.text
    by = passive_agent(doc, verb.last, limit)
    after = by[1] if by else verb.last
    cue_last = verb.last + 1 if by else verb.last
    patient = preverbal_subject(doc, verb, first)
    complement = _passive_complement(doc, verb, cue, after, limit) or _complement_after_adverbial(
        doc, verb, cue, after, limit
    )
    impersonal = patient is not None and text.lower[patient[0]] in {"it", "there"}
    content: list[TokenRange] = []
    if (
        patient is not None
        and not impersonal
        and not (complement is not None and cue.recipient and complement.form != "infinitive")
    ):
        content.append(patient)
    if complement is not None:
        content.append((complement.first, complement.last))
    if not content or (complement is None and by is None):
        return None
    if complement is None and (cue.act == "say" or by is None or not is_animate(doc, by)):
        return None  # "written by", "explained by the rain"
    if by is None and not (
        cue.phrase or impersonal or cue.recipient or text.lower[verb.head] in doc.lexicon.raising_verbs
    ):
        return None
    return StatementCandidate(
        source=by,
        cue=(verb.first, max(cue_last, complement.cue_last if complement and not by else 0)),
        content=content,
        act=cue.act,
        thought=cue.thought,
        rule="passive_agent" if by else "passive",
    )


def match_unattributed_question(
    doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int
) -> StatementCandidate | None:
    """Match a question whose asker is not named: "Asked about the fees, she …", "…, when asked why it rains"."""
    text, before = doc.text, verb.first - 1
    if not cue.question or text.tags[verb.head] not in {"VBN", "VBD"} or verb.last - verb.first > 1:
        return None
    if (
        before >= first
        and text.words[before] not in COMMA_AND_DASHES
        and text.lower[before] not in {"when", "if", "once"}
    ):
        return None
    complement = find_complement(doc, verb, cue, limit)
    if (
        complement is None
        or complement.form == "infinitive"
        or (complement.form == "phrase" and complement.first == verb.last)
    ):
        return None
    last = _before_answer(doc, complement.first, complement.last)
    has_answer = doc.chunks.has_finite_verb(first, max(first, before)) or doc.chunks.has_finite_verb(last, limit)
    if before >= first and text.words[before] in COMMA_AND_DASHES and not has_answer:
        return None  # "Low, editor of the Post, asked why …": past tense after an aside
    return StatementCandidate(
        source=None,
        cue=(verb.first, complement.cue_last),
        content=[(complement.first, last)],
        act=cue.act,
        rule="passive",
    )


def _before_answer(doc: Document, first: int, last: int) -> int:
    """Return where a question ends before its answer.

    "Asked why it rains | , she laughed", "she, asked why | , laughed".
    """
    for i in range(first, last - 1):
        if i > first and doc.text.quotation_of[i] < 0 and _is_answering(doc, i, last):
            return i
        if doc.text.words[i] != "," or doc.text.quotation_of[i] >= 0:
            continue
        verb = doc.chunks.verb_group(i + 1)
        if starts_clause(doc, i + 1, last, after_cue=False) or (
            verb is not None and verb.finite and verb.first == i + 1
        ):
            return i
    return last


def _is_answering(doc: Document, at: int, last: int) -> bool:
    """Return whether a speaker and its verb of speech follow a quotation: "asked about “the deal” | Hale said"."""
    phrase = doc.chunks.noun_phrase(at)
    if phrase is None or phrase.first != at or doc.text.quotation_of[at - 1] < 0 or phrase.last >= last:
        return False
    verb = doc.chunks.verb_group(phrase.last)
    cue = cue_of_verb(doc, verb) if verb is not None and verb.finite and not verb.passive else None
    return cue is not None and cue.clause and not cue.thought


def _complement_after_adverbial(doc: Document, verb: VerbGroup, cue: Cue, at: int, limit: int) -> Complement | None:
    """Return a that-clause after an adverbial: "was announced | on Friday | that …"."""
    end = adjunct_end(doc, at, limit) if at < limit and doc.text.tags[at] in {"IN", "RB", "NNP", "NN", "JJ"} else None
    if end is None or end >= limit or doc.text.lower[end] != "that" or doc.chunks.verb_group(end + 1) is not None:
        return None
    return _passive_complement(doc, verb, cue, end, limit)


def _passive_complement(doc: Document, verb: VerbGroup, cue: Cue, at: int, limit: int) -> Complement | None:
    """Return the complement of a passive cue at a token: an infinitive, clause, phrase or quotation.

    None if there is none.
    """
    text = doc.text
    if at >= limit:
        return None
    word = text.lower[at]
    negated = word == "not" and at + 1 < limit
    if text.tags[at + negated] == "TO" and doc.chunks.verb_group(at + negated) is not None:
        return Complement(at, content_end(doc, at, limit, "clause"), "infinitive", verb.last)
    if word in {"that", "whether", "how", "why", "if", "what"} and cue.clause:
        return Complement(at, content_end(doc, at, limit), "that", verb.last)
    if word in {"of", "for", "as", "about"} and at + 1 < limit:
        start = at + 1 if word != "as" else at
        return Complement(start, phrase_end(doc, start, limit), "phrase", at + 1 if start > at else at)
    if (word in {":", ","} and at + 1 < limit and text.quotation_of[at + 1] >= 0) or text.quotation_of[at] >= 0:
        start = at + (word in {":", ","})
        return Complement(start, content_end(doc, start, limit), "quotation", verb.last)
    return None
