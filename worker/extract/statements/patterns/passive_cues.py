"""Cues in the passive: "was accused by X of …", "was told that …", "it was reported that …", "is expected to …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.lexicon.lexicon import Cue
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.complements import Complement, complement
from worker.extract.statements.content.content_end import content_end, phrase_end
from worker.extract.statements.content.content_start import adjunct_end, clause_at
from worker.extract.statements.phrase_kinds import TokenRange, animate
from worker.extract.statements.source.postverbal_source import agent
from worker.extract.statements.source.preverbal_subject import subject


def passive(doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int) -> StatementCandidate | None:
    """ "was accused by X of …" · "was told that …" · "it was reported that …" · "is expected to …"."""
    text = doc.text
    by = agent(doc, verb.last, limit)
    after = by[1] if by else verb.last
    cue_last = verb.last + 1 if by else verb.last
    patient = subject(doc, verb, first)
    right = _passive_complement(doc, verb, cue, after, limit) or _after_time(doc, verb, cue, after, limit)
    impersonal = patient is not None and text.lower[patient[0]] in {"it", "there"}
    pieces: list[TokenRange] = []
    if (
        patient is not None
        and not impersonal
        and not (right is not None and cue.recipient and right.form != "infinitive")
    ):
        pieces.append(patient)
    if right is not None:
        pieces.append((right.first, right.last))
    if not pieces or (right is None and by is None):
        return None
    if right is None and (cue.act == "say" or by is None or not animate(doc, by)):
        return None  # "written by", "explained by the rain"
    if by is None and not (cue.phrase or impersonal or cue.recipient or text.lower[verb.head] in doc.lexicon.raising):
        return None
    return StatementCandidate(
        source=by,
        cue=(verb.first, max(cue_last, right.cue_last if right and not by else 0)),
        pieces=pieces,
        act=cue.act,
        thought=cue.thought,
        rule="passive_agent" if by else "passive",
    )


def when_asked(doc: Document, verb: VerbGroup, cue: Cue, first: int, limit: int) -> StatementCandidate | None:
    """ "Asked about the fees, she …", "…, when asked why it rains": a question whose asker is not told."""
    text, before = doc.text, verb.first - 1
    if not cue.question or text.tags[verb.head] not in {"VBN", "VBD"} or verb.last - verb.first > 1:
        return None
    if (
        before >= first
        and text.words[before] not in COMMA_AND_DASHES
        and text.lower[before] not in {"when", "if", "once"}
    ):
        return None
    right = complement(doc, verb, cue, limit)
    if right is None or right.form == "infinitive" or (right.form == "phrase" and right.first == verb.last):
        return None
    last = _before_answer(doc, right.first, right.last)
    answered = doc.chunks.has_finite_verb(first, max(first, before)) or doc.chunks.has_finite_verb(last, limit)
    if before >= first and text.words[before] in COMMA_AND_DASHES and not answered:
        return None  # "Low, editor of the Post, asked why …": past tense after an aside
    return StatementCandidate(
        source=None, cue=(verb.first, right.cue_last), pieces=[(right.first, last)], act=cue.act, rule="passive"
    )


def _before_answer(doc: Document, first: int, last: int) -> int:
    """Where the clause of the answer goes on: "Asked why it rains | , she laughed", "she, asked why | , laughed"."""
    for i in range(first, last - 1):
        if doc.text.words[i] != "," or doc.text.quotation_of[i] >= 0:
            continue
        verb = doc.chunks.verb_group(i + 1)
        if clause_at(doc, i + 1, last, sure=True) or (verb is not None and verb.finite and verb.first == i + 1):
            return i
    return last


def _after_time(doc: Document, verb: VerbGroup, cue: Cue, at: int, limit: int) -> Complement | None:
    """ "was announced | on Friday | that …": the that-clause after an adverbial."""
    end = adjunct_end(doc, at, limit) if at < limit and doc.text.tags[at] in {"IN", "RB", "NNP", "NN", "JJ"} else None
    if end is None or end >= limit or doc.text.lower[end] != "that" or doc.chunks.verb_group(end + 1) is not None:
        return None
    return _passive_complement(doc, verb, cue, end, limit)


def _passive_complement(doc: Document, verb: VerbGroup, cue: Cue, at: int, limit: int) -> Complement | None:
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
