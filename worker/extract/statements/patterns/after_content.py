"""Cues after their content, and cues that interrupt it: "…," X said · "…," said X · …, X said · "…," X said, "…"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import COMMA_AND_DASHES, COMMA_AND_LONG_DASHES
from worker.extract.statements.candidate import StatementCandidate, content_start_before
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.content_end import trim_end
from worker.extract.statements.cues import cue_of_verb
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

_FRAGMENT = 6
"""Maximum number of tokens of a clause that breaks off before the reporting clause: ", and now, | he says"."""
_SUBORDINATORS = frozenset({"as", "when", "while", "although", "though", "because", "whereas", "if"})
"""Conjunctions that may be tagged as prepositions and open a subordinate clause."""
_ADVERBIAL = frozenset({"IN", "RB", "CC"})
"""Tags of a first word that may open an adverbial."""


def match_after_content(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of a verb whose reporting clause follows its content; None if there is none.

    The content starts at token `first` or later and after the candidates found before.  Content that continues after
    the reporting clause is included.
    """
    if not _may_follow_content(doc, verb, first):
        return None
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
    is_clause = quoted or _is_complete(doc, start, left)
    rest = resumed_content(doc, reporting.token_after, last, quoted=quoted, is_clause=is_clause)
    unfinished = rest is not None and doc.chunks.has_finite_verb(start, left)
    if not (is_clause or unfinished or _completes_clause(doc, start, rest)):
        return None
    return _candidate(doc, reporting, [(start, left), rest] if rest is not None else [(start, left)], quoted=quoted)


def _may_follow_content(doc: Document, verb: VerbGroup, first: int) -> bool:
    """Return whether a verb may follow its content: any verb after a quotation, else only the cue of a clause."""
    cue = cue_of_verb(doc, verb)
    return (cue is not None and cue.clause) or max(doc.text.quotation_of[first : verb.first], default=-1) >= 0


def _is_complete(doc: Document, start: int, end: int) -> bool:
    """Return whether the words before the reporting clause end with a main clause.

    They do not in "The start was slow, and now, (he says, we win)" or "So, if it rains, (he says, we lose)".
    """
    text = doc.text
    for at in range(end - 1, max(start, end - _FRAGMENT), -1):
        if text.tags[at] == "CC" and text.words[at - 1] == "," and text.quotation_of[at] < 0:
            fragment = at + 1 < end and text.tags[at + 1] in _ADVERBIAL
            return doc.chunks.has_finite_verb(start, at) and not fragment
    at = start
    while at < end - 1 and (text.tags[at] in {"RB", "CC"} or text.words[at] == ","):
        at += 1
    if text.tags[at] != "SC" or text.lower[at] not in doc.lexicon.closed_classes.content_openers:
        return doc.chunks.has_finite_verb(start, end) or _has_mistagged_past(doc, start, end)
    comma = next((i for i in range(at + 1, end) if text.words[i] in COMMA_AND_LONG_DASHES), end)
    return doc.chunks.has_finite_verb(comma, end)


def _has_mistagged_past(doc: Document, start: int, end: int) -> bool:
    """Return whether a "participle" right after a noun is the past tense of the clause: "the price of oil | rose"."""
    tags = doc.text.tags
    return any(
        tags[verb.head] == "VBN" and not verb.passive and tags[verb.first - 1] in {"NNS", "NN", "NNP"}
        for i in range(start + 1, end)
        if (verb := doc.chunks.verb_group(i)) is not None and verb.first == i
    ) and tags[start] not in {"DT", "NN", "NNP"}


def _candidate(
    doc: Document, reporting: ReportingClause, content: list[TokenRange], *, quoted: bool
) -> StatementCandidate:
    """Build the candidate from its reporting clause and content."""
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
    """Return where content that ends with a quotation starts; -1 where the reporting clause does not introduce it."""
    if not (reporting.cue is not None and (reporting.cue.clause or reporting.cue.inverts)) and not is_clause_final(
        doc, reporting
    ):
        return -1
    start = _content_start(doc, quote, reporting.first, candidates)
    opener = start + (doc.text.tags[start] == "CC")
    bare = start == reporting.first and doc.text.tags[opener] == "VBD"
    if opener < quote and (bare or doc.text.tags[opener] in FRONTED):
        return -1  # "Asked about "the deal," Hale said it was late": the content follows
    return start


def _clause_start(doc: Document, reporting: ReportingClause, candidates: list[StatementCandidate]) -> int:
    """Return where unquoted content before the cue starts; -1 where the words before are no content."""
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
    text, after = doc.text, reporting.token_after
    if text.tags[start] in {"VBN", "VBD"} and _is_cue_at(doc, start):
        return -1  # "Asked whether it rains, Hale said …": the question is no content of the answer
    resumed = after + 1 < reporting.last and text.words[after] == ","
    resumed = resumed and starts_clause(doc, after + 1, reporting.last, after_cue=False)
    subordinate = text.tags[start] in {"SC", "WP"} or text.lower[start] in _SUBORDINATORS
    if subordinate and "," not in text.words[start : reporting.token_before] and not resumed:
        return -1  # "When the talks ended, she said …": a subordinate clause is no content
    return start


def _is_cue_at(doc: Document, at: int) -> bool:
    """Return whether a cue starts at a token."""
    verb = doc.chunks.verb_group(at)
    return verb is not None and cue_of_verb(doc, verb) is not None


def _content_start(doc: Document, quote: int, first: int, candidates: list[StatementCandidate]) -> int:
    """Return where content that ends with a quotation starts: at the quotation, or at the clause that it completes."""
    left_limit = max([first, *(max(c.last, c.cue[1]) for c in candidates if c.last <= quote)])
    if quote <= left_limit or doc.text.words[quote - 1] in COMMA_AND_LONG_DASHES | {":", "."}:
        return quote
    return content_start_before(doc, left_limit, quote, candidates)


def _completes_clause(doc: Document, start: int, rest: TokenRange | None) -> bool:
    """Return whether the rest makes a clause of the words before.

    "The plan, X said, would …", "In Rome, X said, it …".
    """
    if rest is None or doc.text.words[rest[0] - 1] == ":":
        return False
    verb = doc.chunks.verb_group(rest[0])
    opens = quotation_continues_clause(doc, rest[0]) or (verb is not None and verb.finite)
    return opens or (
        doc.text.tags[start] in _ADVERBIAL and starts_clause(doc, rest[0], len(doc.text.words), after_cue=True)
    )
