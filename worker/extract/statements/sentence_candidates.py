"""Find the statement candidates of one sentence by trying its constructions in order of certainty.

Cues beside a quotation or after their content come first, then cues before their content, then nouns.  Only the
outermost attribution counts: a cue inside content already found (a nested attribution) is part of that content.
"""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.statements.candidate import StatementCandidate, is_in_content, is_in_cue
from worker.extract.statements.patterns.according_to import match_according_to
from worker.extract.statements.patterns.after_content import match_after_content
from worker.extract.statements.patterns.as_clauses import match_as_clause
from worker.extract.statements.patterns.before_content import match_before_content
from worker.extract.statements.patterns.nominal_cues import match_nominal_cues
from worker.extract.statements.patterns.outlet_credits import (
    credited_outlets,
    is_outlet,
    outlet_name,
    source_cited_by_outlet,
)
from worker.extract.statements.patterns.second_hand_quotes import match_second_hand_quote
from worker.extract.statements.patterns.words_of import match_words_of
from worker.extract.statements.reported_speech import reports_words


def candidates_in_sentence(
    doc: Document, first: int, last: int, quotation_start: int, *, credited: bool = False
) -> list[StatementCandidate]:
    """Return the outermost attributions in tokens [first, last), in text order.

    `quotation_start`: start of a quotation right before the sentence that this sentence may attribute ("“Why?” X
    asked."); `first` if there is none.  `credited`: whether an outlet is credited; then thoughts are reported as well.
    """
    candidates: list[StatementCandidate] = []
    verbs = _verbs(doc, first, last)
    for verb in verbs:
        start = quotation_start if verb is verbs[0] else first
        candidates += _after_or_around_content(doc, verb, (start, first, last), candidates)
    according_to = match_according_to(doc, first, last, candidates)
    if according_to is not None:
        candidates += _unwrap_outlet_credit(doc, according_to, candidates, last)
    words_of = match_words_of(doc, first, last, candidates)
    if words_of is not None:
        candidates.append(words_of)
    for verb in verbs:
        candidates = _with_cue_before_content(doc, verb, first, last, candidates, credited=credited)
    for nominal in match_nominal_cues(doc, first, last):
        if not reports_words(doc, nominal):
            continue
        if not is_in_content(candidates, nominal.cue[0]) and not is_in_cue(candidates, nominal.cue[0]):
            candidates.append(nominal)
    return sorted(candidates, key=lambda c: c.first)


def _verbs(doc: Document, first: int, last: int) -> list[VerbGroup]:
    """Return the sentence's verb groups outside quotations, in text order."""
    groups = zip(doc.chunks.verb_group_of[first:last], doc.text.quotation_of[first:last], strict=True)
    numbers = {number for number, quotation in groups if number >= 0 and quotation < 0}
    return [doc.chunks.verb_groups[n] for n in sorted(numbers)]


def _after_or_around_content(
    doc: Document, verb: VerbGroup, sentence: tuple[int, int, int], before: list[StatementCandidate]
) -> list[StatementCandidate]:
    """Return the candidates of a cue after its content or in an as-clause; none if the verb is in content already.

    `sentence` holds the first token that the content may start with, the sentence's first and its end.
    """
    start, first, last = sentence
    if is_in_content(before, verb.head):
        return []
    candidate = match_as_clause(doc, verb, first, last, before) or match_after_content(doc, verb, start, last, before)
    if candidate is None or not reports_words(doc, candidate):
        return []
    return _unwrap_outlet_credit(doc, candidate, before, last)


def _with_cue_before_content(
    doc: Document, verb: VerbGroup, first: int, last: int, candidates: list[StatementCandidate], *, credited: bool
) -> list[StatementCandidate]:
    """Return `candidates` with the attribution of a verb that precedes its content.

    The new candidate replaces the candidates inside its content.
    """
    if is_in_content(candidates, verb.head) or is_in_cue(candidates, verb.head):
        return candidates
    new = match_second_hand_quote(doc, verb, first, last) or match_before_content(doc, verb, first, last, candidates)
    if new is None or not (reports_words(doc, new) or (credited and new.thought)):
        return candidates
    new = _credit_cited_source(doc, new, last)
    return [*(c for c in candidates if new.rule == "participle" or not new.content_includes(c.cue[0])), new]


def _credit_cited_source(doc: Document, candidate: StatementCandidate, last: int) -> StatementCandidate:
    """Attribute an outlet's report to the source that it cites, with the outlet in `via`: "NRK reported, citing X"."""
    if candidate.source is None or not is_outlet(doc, candidate.source):
        return candidate
    cited = source_cited_by_outlet(doc, candidate.last, last)
    if cited is not None:
        candidate.via = [outlet_name(doc, *candidate.source)]
        candidate.cue, candidate.source = cited
    return candidate


def _unwrap_outlet_credit(
    doc: Document, candidate: StatementCandidate, before: list[StatementCandidate], last: int
) -> list[StatementCandidate]:
    """Replace a candidate whose source is a credited outlet by the attributions inside its content.

    "X is sceptical that …, notes Reuters" is X's statement, with Reuters added to its `via`.  Other candidates, and
    those without an inner attribution, are returned unchanged; none if the outlet is the credit of an earlier
    candidate.
    """
    if (
        candidate.source is None
        or not is_outlet(doc, candidate.source)
        or not (candidate.rule == "according_to" or doc.text.lower[candidate.cue[0]] in doc.lexicon.credit_verbs)
    ):
        return [candidate]
    if any(c.last <= candidate.first for c in before):
        return []
    start, end = candidate.content[0]
    quoted = any(doc.text.quotation_of[i] >= 0 for i in (start, end - 1))
    if len(candidate.content) > 1 or (candidate.rule != "according_to" and quoted):
        return [candidate]
    inner = candidates_in_sentence(doc, start, end, start, credited=True)
    for nested in inner:
        nested.via = credited_outlets(doc, candidate.first, last) or [outlet_name(doc, *candidate.source)]
    return inner or [_credit_cited_source(doc, candidate, last)]
