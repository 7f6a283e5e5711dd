"""According to X: "According to X, …" · "…, according to X" · "The ferry, according to X, will …"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.statements.candidate import StatementCandidate, content_start_before, is_in_content
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.content.content_end import content_end, trim_end
from worker.extract.statements.patterns.outlet_credits import is_outlet
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import postverbal_source


def match_according_to(
    doc: Document, first: int, last: int, candidates: list[StatementCandidate]
) -> StatementCandidate | None:
    """Return the attribution of the first "according to" outside quotations and known content; None if there is none.

    An outlet after a candidate already found is a credit (`outlet_credits`) and no source of its own.
    """
    text = doc.text
    if "according" not in text.lower[first:last]:
        return None
    for at in range(first, last - 2):
        if (
            text.lower[at : at + 2] != ["according", "to"]
            or text.quotation_of[at] >= 0
            or is_in_content(candidates, at)
        ):
            continue
        source = postverbal_source(doc, at + 2, last)
        if source is None or (any(c.last <= at for c in candidates) and is_outlet(doc, source)):
            continue
        if doc.chunks.verb_group(at - 1) is not None and at > first and not is_animate(doc, source):
            continue  # "built | according to plan", "paid | according to the calendar"
        source = source[0], _source_end(doc, at, source[1], last)
        content = content_around(doc, at, source[1], (first, last), candidates)
        if any(c.last <= at for c in candidates) and not _has_verb(doc, content[0]):
            continue  # "“…,” Hale said at a rally, | according to a report"
        if content[0][1] > content[0][0]:
            return StatementCandidate(source=source, cue=(at, at + 2), content=content, rule="according_to")
    return None


def _has_verb(doc: Document, content: TokenRange) -> bool:
    """Return whether the content contains a verb."""
    return any(doc.chunks.verb_group_of[i] >= 0 for i in range(*content))


def _source_end(doc: Document, at: int, end: int, last: int) -> int:
    """Return the end of a source with its modifiers up to a comma: ", according to people | close to him, …"."""
    closing = _next_comma(doc, end, last)
    modified = doc.text.tags[end] in {"IN", "TO", "JJ", "RB"} if end < last else False
    between = doc.text.words[at - 1] == "," and closing < last and not doc.chunks.has_finite_verb(end, closing)
    return closing if modified and between else end


def content_around(
    doc: Document, at: int, end: int, sentence: TokenRange, candidates: list[StatementCandidate]
) -> list[TokenRange]:
    """Return the content before, after or around the cue at token `at`, whose source ends before token `end`."""
    first, last = sentence
    if at <= first + 1:
        start = end if starts_clause(doc, end, last, after_cue=False) else _next_comma(doc, end, last) + 1
        while start < last and doc.text.tags[start] == "WP":
            start = _next_comma(doc, start, last) + 1  # ", who runs the port, …"
        return [(start, content_end(doc, start, last))]
    start = content_start_before(doc, first, at, candidates)
    before = (start, trim_end(doc, start, at))
    closed = end + 1 < last and doc.text.words[end] == doc.text.words[at - 1] == ","
    verb = doc.chunks.verb_group(end + 1) if closed else None
    resumed = (
        verb is not None and doc.text.lower[before[1] - 1] in doc.lexicon.have | doc.lexicon.be
    )  # "had, …, | left"
    if verb is None or not (resumed or (verb.finite and not doc.chunks.has_finite_verb(*before))):
        return [before]
    return [before, (verb.first, content_end(doc, verb.first, last))]


def _next_comma(doc: Document, at: int, last: int) -> int:
    """Return the position of the next comma at or after token `at`; `last` if there is none."""
    while at < last and doc.text.words[at] != ",":
        at += 1
    return at
