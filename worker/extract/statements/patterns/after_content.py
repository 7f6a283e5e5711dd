"""Cues that follow what they announce: "…," X said · "…," said X · …, X said · and interruptions."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES, COMMA_AND_LONG_DASHES
from worker.extract.statements.candidate import StatementCandidate, content_start_before
from worker.extract.statements.content.content_end import trim_end
from worker.extract.statements.content.content_start import starts_clause
from worker.extract.statements.patterns.interrupted_quotations import quotation_continues_clause, resumed_content
from worker.extract.statements.patterns.reporting_clause import (
    FRONTED,
    ReportingClause,
    is_clause_final,
    is_parenthetical,
    match_reporting_clause,
    quotation_ending_at,
    recipient_after,
)
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.venue_and_date import statement_venue

_ADVERBIAL = frozenset({"IN", "RB", "CC"})


def match_after_content(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """ "…," X said · "…," said X · …, X said.  With what follows the interruption."""
    reporting = match_reporting_clause(doc, verb, first, last)
    if reporting is None:
        return None
    quote = quotation_ending_at(doc, reporting.token_before)
    quoted = quote >= first
    start = _quotation_start(doc, reporting, quote, candidates) if quoted else _clause_start(doc, reporting, candidates)
    left = (
        trim_end(doc, start, reporting.token_before + (quoted and doc.text.quotation_of[reporting.token_before] >= 0))
        if start >= 0
        else -1
    )
    if left <= start:
        return None
    whole = quoted or doc.chunks.has_finite_verb(start, left)
    more = resumed_content(doc, reporting.token_after, last, quoted=quoted, whole=whole)
    if not (whole or _completes(doc, start, more)):
        return None
    return _find(doc, reporting, [(start, left), more] if more is not None else [(start, left)], quoted=quoted)


def _find(doc: Document, reporting: ReportingClause, content: list[TokenRange], *, quoted: bool) -> StatementCandidate:
    kind = "quotation" if quoted else "content"
    order = "cue_source" if reporting.inverted else "source_cue"
    target, venue = (
        recipient_after(doc, reporting.cue, reporting.token_after, reporting.last),
        statement_venue(doc, reporting.token_after, reporting.last),
    )
    return StatementCandidate(
        source=reporting.source,
        cue=(reporting.verb.first, reporting.verb.last),
        content=content,
        act=reporting.cue.act if reporting.cue else "say",
        thought=reporting.cue is not None and reporting.cue.thought,
        rule=f"interrupted_{kind}" if len(content) > 1 else f"{kind}_{order}",
        venue=venue,
        target=target if venue is None or target != venue else None,
    )


def _quotation_start(
    doc: Document, reporting: ReportingClause, quote: int, candidates: list[StatementCandidate]
) -> int:
    """Where content begins that ends with a quotation; -1 where the line does not announce it."""
    if not (reporting.cue is not None and (reporting.cue.clause or reporting.cue.inverts)) and not is_clause_final(
        doc, reporting
    ):
        return -1
    start = _content_start(doc, quote, reporting.first, candidates)
    opener = start + (doc.text.tags[start] == "CC")
    bare = start == reporting.first and doc.text.tags[opener] == "VBD"
    if opener < quote and (bare or doc.text.tags[opener] in FRONTED):
        return -1  # "Asked about "the deal," Hale said it was late": what is said follows
    return start


def _clause_start(doc: Document, reporting: ReportingClause, candidates: list[StatementCandidate]) -> int:
    """Where a clause begins that is content before its cue; -1 where it is none."""
    cue = reporting.cue
    if (
        cue is None
        or not cue.clause
        or doc.text.words[reporting.token_before] not in COMMA_AND_DASHES
        or (reporting.inverted and not cue.inverts)
    ):
        return -1
    if not is_parenthetical(doc, reporting):
        return -1
    start = content_start_before(doc, reporting.first, reporting.token_before, candidates)
    if doc.text.tags[start] in {"SC", "WP"} and "," not in doc.text.words[start : reporting.token_before]:
        return -1  # "When the talks ended, she said …": a subordinate clause is not yet content
    return start


def _content_start(doc: Document, quote: int, first: int, candidates: list[StatementCandidate]) -> int:
    """Where content that ends with a quotation begins: with the quotation, or with the clause it completes."""
    left_limit = max([first, *(max(f.last, f.cue[1]) for f in candidates if f.last <= quote)])
    if quote <= left_limit or doc.text.words[quote - 1] in COMMA_AND_LONG_DASHES | {":", "."}:
        return quote
    return content_start_before(doc, left_limit, quote, candidates)


def _completes(doc: Document, start: int, more: TokenRange | None) -> bool:
    """Does what goes on make a clause of the words before: "The plan, X said, would …", "In Rome, X said, it …"?"""
    if more is None or doc.text.words[more[0] - 1] == ":":
        return False
    verb = doc.chunks.verb_group(more[0])
    opens = quotation_continues_clause(doc, more[0]) or (verb is not None and verb.finite)
    return opens or (
        doc.text.tags[start] in _ADVERBIAL and starts_clause(doc, more[0], len(doc.text.words), after_cue=True)
    )
