"""Clauses with "as": "As Hale has said, …" · "The closure is, as Hale has said, overdue"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_BOUNDARIES, COMMA_AND_DASHES
from worker.extract.statements.candidate import StatementCandidate, content_start_before
from worker.extract.statements.content.content_end import content_end, trim_end
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.source.preverbal_subject import preverbal_subject

_ADJUNCT = 10
"""Maximum number of tokens between the cue and the mark that closes its clause: "as Hale put it in March,"."""


def match_as_clause(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of a verb in an as-clause, with the words around the clause as content; else None.

    Cues of thought, negated and passive verbs do not count.
    """
    if "as" not in doc.text.lower[first : verb.first]:
        return None  # fast path for most verbs
    cue = cue_of_verb(doc, verb)
    if cue is None or not cue.clause or cue.thought or not verb.finite or verb.passive or verb.negated:
        return None
    end = _closing_mark(doc, verb.last, last)
    if not cue.recipient and doc.text.tags[verb.last : verb.last + 1] in (["DT"], ["PRP$"]):
        return None  # "As Hale announced the plan, …"
    source = preverbal_subject(doc, verb, first) if end >= 0 else None
    at = source[0] - 1 if source is not None else -1
    if source is None or at < first or doc.text.lower[at] != "as":
        return None
    content = []
    if at > first:
        if doc.text.words[at - 1] not in COMMA_AND_DASHES:
            return None
        start = content_start_before(doc, first, at, candidates)
        content.append((start, trim_end(doc, start, at - 1)))
    if end + 1 < last:
        content.append((end + 1, content_end(doc, end + 1, last)))
    content = [(a, b) for a, b in content if a < b]
    if not any(doc.chunks.has_finite_verb(a, b) for a, b in content):
        return None
    return StatementCandidate(source=source, cue=(verb.first, verb.last), content=content, act=cue.act, rule="as_said")


def _closing_mark(doc: Document, at: int, last: int) -> int:
    """Return the mark that closes the clause, or `last`; -1 where another verb or a quotation comes first."""
    for i in range(at, min(last, at + _ADJUNCT)):
        if doc.text.words[i] in CLAUSE_BOUNDARIES:
            return i
        if doc.chunks.verb_group_of[i] >= 0 or doc.text.quotation_of[i] >= 0:
            return -1
    return last if last <= at + _ADJUNCT else -1
