"""Cues that follow what they announce: "…," X said · "…," said X · …, X said · and interruptions."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES, COMMA_AND_LONG_DASHES
from worker.extract.statements.candidate import StatementCandidate, clause_start
from worker.extract.statements.content.content_end import trim
from worker.extract.statements.content.content_start import clause_at
from worker.extract.statements.patterns.interrupted_quotations import goes_on_inside, resumption
from worker.extract.statements.patterns.reporting_clause import (
    FRONTED,
    TagLine,
    is_bare,
    is_parenthetical,
    quotation_ending,
    recipient,
    tag_line,
)
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.venue_and_date import venue_of

_ADVERBIAL = frozenset({"IN", "RB", "CC"})


def after_content(
    doc: Document, verb: VerbGroup, first: int, last: int, finds: list[StatementCandidate]
) -> StatementCandidate | None:
    """ "…," X said · "…," said X · …, X said.  With what follows the interruption."""
    line = tag_line(doc, verb, first, last)
    if line is None:
        return None
    quote = quotation_ending(doc, line.edge)
    quoted = quote >= first
    start = _quotation_start(doc, line, quote, finds) if quoted else _clause_start(doc, line, finds)
    left = trim(doc, start, line.edge + (quoted and doc.text.quotation_of[line.edge] >= 0)) if start >= 0 else -1
    if left <= start:
        return None
    whole = quoted or doc.chunks.has_finite_verb(start, left)
    more = resumption(doc, line.tail, last, quoted=quoted, whole=whole)
    if not (whole or _completes(doc, start, more)):
        return None
    return _find(doc, line, [(start, left), more] if more is not None else [(start, left)], quoted=quoted)


def _find(doc: Document, line: TagLine, pieces: list[TokenRange], *, quoted: bool) -> StatementCandidate:
    kind = "quotation" if quoted else "content"
    order = "cue_source" if line.inverted else "source_cue"
    target, venue = recipient(doc, line.cue, line.tail, line.last), venue_of(doc, line.tail, line.last)
    return StatementCandidate(
        source=line.source,
        cue=(line.verb.first, line.verb.last),
        pieces=pieces,
        act=line.cue.act if line.cue else "say",
        thought=line.cue is not None and line.cue.thought,
        rule=f"interrupted_{kind}" if len(pieces) > 1 else f"{kind}_{order}",
        venue=venue,
        target=target if venue is None or target != venue else None,
    )


def _quotation_start(doc: Document, line: TagLine, quote: int, finds: list[StatementCandidate]) -> int:
    """Where content begins that ends with a quotation; -1 where the line does not announce it."""
    if not (line.cue is not None and (line.cue.clause or line.cue.inverts)) and not is_bare(doc, line):
        return -1
    start = _content_start(doc, quote, line.first, finds)
    opener = start + (doc.text.tags[start] == "CC")
    bare = start == line.first and doc.text.tags[opener] == "VBD"
    if opener < quote and (bare or doc.text.tags[opener] in FRONTED):
        return -1  # "Asked about "the deal," Hale said it was late": what is said follows
    return start


def _clause_start(doc: Document, line: TagLine, finds: list[StatementCandidate]) -> int:
    """Where a clause begins that is content before its cue; -1 where it is none."""
    cue = line.cue
    if (
        cue is None
        or not cue.clause
        or doc.text.words[line.edge] not in COMMA_AND_DASHES
        or (line.inverted and not cue.inverts)
    ):
        return -1
    if not is_parenthetical(doc, line):
        return -1
    start = clause_start(doc, line.first, line.edge, finds)
    if doc.text.tags[start] in {"SC", "WP"} and "," not in doc.text.words[start : line.edge]:
        return -1  # "When the talks ended, she said …": a subordinate clause is not yet content
    return start


def _content_start(doc: Document, quote: int, first: int, finds: list[StatementCandidate]) -> int:
    """Where content that ends with a quotation begins: with the quotation, or with the clause it completes."""
    floor = max([first, *(max(f.last, f.cue[1]) for f in finds if f.last <= quote)])
    if quote <= floor or doc.text.words[quote - 1] in COMMA_AND_LONG_DASHES | {":", "."}:
        return quote
    return clause_start(doc, floor, quote, finds)


def _completes(doc: Document, start: int, more: TokenRange | None) -> bool:
    """Does what goes on make a clause of the words before: "The plan, X said, would …", "In Rome, X said, it …"?"""
    if more is None or doc.text.words[more[0] - 1] == ":":
        return False
    verb = doc.chunks.verb_group(more[0])
    opens = goes_on_inside(doc, more[0]) or (verb is not None and verb.finite)
    return opens or (doc.text.tags[start] in _ADVERBIAL and clause_at(doc, more[0], len(doc.text.words), sure=False))
