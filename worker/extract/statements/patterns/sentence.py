"""The constructions in which English news attributes words, each a function from one sentence to finds.

Order is certainty: what stands around a quotation or after its content is tried before what follows a verb, and a
cue inside content already found is part of that content (only the outermost attribution counts).
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.candidate import StatementCandidate, clause_start, covered, is_cue
from worker.extract.statements.content.content_end import content_end, trim
from worker.extract.statements.content.content_start import clause_at
from worker.extract.statements.patterns.after_content import after_content
from worker.extract.statements.patterns.as_clauses import as_said
from worker.extract.statements.patterns.before_content import before_content
from worker.extract.statements.patterns.nominal_cues import nominals
from worker.extract.statements.patterns.outlet_credits import credits_after, is_outlet, outlet_name
from worker.extract.statements.patterns.second_hand_quotes import quoted_as
from worker.extract.statements.phrase_kinds import TokenRange, animate
from worker.extract.statements.source.postverbal_source import speaker_after


def in_sentence(doc: Document, first: int, last: int, asked: int) -> list[StatementCandidate]:
    """Return the attributions of a sentence, outermost only, in text order.

    `asked` is where a quotation before the sentence begins that may still want its
    speaker ("Why?" X asked.), else `first`.
    """
    finds: list[StatementCandidate] = []
    verbs = _verbs(doc, first, last)
    for verb in verbs:
        floor = asked if verb is verbs[0] else first
        if covered(finds, verb.head):
            continue
        find = as_said(doc, verb, first, last, finds) or after_content(doc, verb, floor, last, finds)
        if find:
            finds += _credited(doc, find, finds, last)
    for find in _according_to(doc, first, last, finds):
        finds += _credited(doc, find, finds, last)
    for verb in verbs:
        if not covered(finds, verb.head) and not is_cue(finds, verb.head):
            find = quoted_as(doc, verb, first, last) or before_content(doc, verb, first, last, finds)
            if find is not None:
                finds = [f for f in finds if not (find.covers(f.cue[0]) and find.rule != "participle")]
                finds.append(find)
    for find in nominals(doc, first, last):
        if not covered(finds, find.cue[0]) and not any(f.cue[0] <= find.cue[0] < f.cue[1] for f in finds):
            finds.append(find)
    return sorted(finds, key=lambda f: f.first)


def _verbs(doc: Document, first: int, last: int) -> list[VerbGroup]:
    """Verb groups of the sentence outside quotations, left to right."""
    numbers = sorted(
        {
            doc.chunks.verb_group_of[i]
            for i in range(first, last)
            if doc.chunks.verb_group_of[i] >= 0 and doc.text.quotation_of[i] < 0
        }
    )
    return [doc.chunks.verb_groups[n] for n in numbers]


def _credited(
    doc: Document, find: StatementCandidate, before: list[StatementCandidate], last: int
) -> list[StatementCandidate]:
    """ "X is sceptical that …, notes Reuters": the outlet is credited for the attribution inside, if there is one."""
    if (
        find.source is None
        or not is_outlet(doc, find.source)
        or not (find.rule == "according_to" or doc.text.lower[find.cue[0]] in doc.lexicon.crediting)
    ):
        return [find]
    if any(f.last <= find.first for f in before):
        return []  # the credit for an attribution that the sentence began with
    start, end = find.pieces[0]
    if len(find.pieces) > 1 or (
        find.rule != "according_to" and any(doc.text.quotation_of[i] >= 0 for i in (start, end - 1))
    ):
        return [find]
    inner = in_sentence(doc, start, end, start)
    for one in inner:
        one.via = credits_after(doc, find.first, last) or [outlet_name(doc, *find.source)]
    return inner or [find]


def _according_to(doc: Document, first: int, last: int, finds: list[StatementCandidate]) -> list[StatementCandidate]:
    """According to X, … · …, according to X · The ferry, according to X, will …"""
    text = doc.text
    if "according" not in text.lower[first:last]:
        return []
    for at in range(first, last - 2):
        if (
            text.lower[at] != "according"
            or text.lower[at + 1] != "to"
            or text.quotation_of[at] >= 0
            or covered(finds, at)
        ):
            continue
        source = speaker_after(doc, at + 2, last)
        if source is None or (any(f.last <= at for f in finds) and is_outlet(doc, source)):
            continue  # an outlet is credited for the attribution before
        if doc.chunks.verb_group(at - 1) is not None and at > first and not animate(doc, source):
            continue  # "built | according to plan", "paid | according to the calendar"
        source = source[0], _aside_end(doc, at, source[1], last)
        pieces = _pieces_around(doc, at, source[1], (first, last), finds)
        if pieces[0][1] > pieces[0][0]:
            return [StatementCandidate(source=source, cue=(at, at + 2), pieces=pieces, rule="according_to")]
    return []


def _aside_end(doc: Document, at: int, end: int, last: int) -> int:
    """Where a source between commas ends with all that hangs on it: ", according to people | close to him, …"."""
    closing = _comma_after(doc, end, last)
    hangs = doc.text.tags[end] in {"IN", "TO", "JJ", "RB"} if end < last else False
    between = doc.text.words[at - 1] == "," and closing < last and not doc.chunks.has_finite_verb(end, closing)
    return closing if hangs and between else end


def _pieces_around(
    doc: Document, at: int, end: int, sentence: TokenRange, finds: list[StatementCandidate]
) -> list[TokenRange]:
    """The content of "according to" at a token, whose source ends at another: after it, before it, or both."""
    first, last = sentence
    if at <= first + 1:
        start = end if clause_at(doc, end, last, sure=True) else _comma_after(doc, end, last) + 1
        while start < last and doc.text.tags[start] == "WP":
            start = _comma_after(doc, start, last) + 1  # ", who runs the port, …"
        return [(start, content_end(doc, start, last))]
    start = clause_start(doc, first, at, finds)
    before = (start, trim(doc, start, at))
    after = (
        doc.chunks.verb_group(end + 1)
        if end + 1 < last and doc.text.words[end] == doc.text.words[at - 1] == ","
        else None
    )
    if after is None or not after.finite or doc.chunks.has_finite_verb(*before):
        return [before]
    return [before, (after.first, content_end(doc, after.first, last))]


def _comma_after(doc: Document, at: int, last: int) -> int:
    while at < last and doc.text.words[at] != ",":
        at += 1
    return at
