"""Extract an article's statements.

The stages, in order: find the cues of each sentence by construction, with the content span and the source of each
(`sentence_candidates`, `patterns`); join quotations that continue in later sentences (`content.continuations`);
resolve the speaker (`coreference`); determine the act, the features and the confidence; build the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import msgspec

from worker.extract.confidence import Features, load_confidence_models
from worker.extract.coreference.person import Person
from worker.extract.document import Document
from worker.extract.statements.act_features import act_features, is_open, load_act_model
from worker.extract.statements.acts import act_of_statement
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.continuations import (
    continue_quotation,
    preceding_quotation_start,
    prepend_open_paragraphs,
)
from worker.extract.statements.features import statement_features
from worker.extract.statements.interview_credits import InterviewCredits
from worker.extract.statements.kickers import kicker_end, place_end
from worker.extract.statements.patterns.colon_cues import match_colon_cue
from worker.extract.statements.patterns.headline_quotations import match_headline_quotation
from worker.extract.statements.patterns.interviews import match_interview_turn
from worker.extract.statements.patterns.outlet_credits import (
    asking_outlet,
    credited_outlets,
    interviewing_outlet,
    told_outlet,
)
from worker.extract.statements.patterns.speaker_labels import match_speaker_label
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.reported_speech import is_unresolved_pronoun, reports_words
from worker.extract.statements.sentence_candidates import candidates_in_sentence
from worker.extract.statements.venue_and_date import statement_date
from worker.schema import Act, Actor, Quotation, Statement, hash_id


def extract_statements(doc: Document) -> Iterable[Statement]:
    """Return the article's statements in text order, and append them to `doc.statements` for the later extractors."""
    doc.statements.extend(statement for statement, _ in statements_with_features(doc))
    return list(doc.statements)


def statements_with_features(doc: Document) -> Iterator[tuple[Statement, Features]]:
    """Yield the article's statements in text order, each with the features of its confidence.

    A statement whose id was already yielded (the same words in a headline and in the text) is skipped.
    """
    seen: set[str] = set()
    interviews = InterviewCredits(doc)
    for candidate in _candidates(doc):
        interview = _interview(doc, candidate)
        statement, features = _build(doc, candidate, interview)
        if is_unresolved_pronoun(doc, candidate.source, statement.speaker):
            continue
        statement = interviews.credit(statement, interview=bool(interview))
        if statement.id not in seen:
            seen.add(statement.id)
            yield statement, features


def open_candidates(doc: Document) -> Iterator[tuple[StatementCandidate, list[str]]]:
    """Yield the candidates whose act the rules leave open, with its features, in text order; records all speakers."""
    for candidate in _candidates(doc):
        speaker, _ = _resolve_speaker(doc, candidate)
        ruled = act_of_statement(doc, candidate, speaker)
        if is_open(doc, candidate, ruled):
            features = act_features(doc, candidate, speaker, _quotation(doc, candidate.content), ruled)
            yield candidate, sorted(features)


# ---------------------------------------------------------------- candidates of all sentences
def _candidates(doc: Document) -> list[StatementCandidate]:
    """Return the candidates of every sentence; a sentence that only continues a quotation is joined to its start."""
    candidates: list[StatementCandidate] = []
    latest: list[StatementCandidate] = []
    for first, last in doc.text.sentences:
        if doc.text.layout.is_label(first) or (candidates and candidates[-1].content_includes(first)):
            continue  # a dateline or bullet, or the rest of a transcript turn
        found = [c for c in _in_sentence(doc, first, last, latest) if _drop_empty_spans(c)]
        if found:
            prepend_open_paragraphs(doc, found[0], candidates)
            candidates += found
            latest = found
        else:
            latest, new = continue_quotation(doc, latest, first, last)
            candidates += new
    headline = match_headline_quotation(doc, candidates)
    return candidates if headline is None else [headline, *candidates]


def _in_sentence(doc: Document, first: int, last: int, latest: list[StatementCandidate]) -> list[StatementCandidate]:
    """Return the candidates of one sentence: a speaker label excludes all other patterns."""
    first = kicker_end(doc, first, last)
    label = match_interview_turn(doc, first) or match_speaker_label(doc, first, last)
    if label is not None and reports_words(doc, label):
        return [label]
    return _by_cue(doc, place_end(doc, first, last), last, latest)


def _by_cue(doc: Document, first: int, last: int, latest: list[StatementCandidate]) -> list[StatementCandidate]:
    """Return the candidates by cue; a quotation introduced by a colon replaces those that overlap it."""
    candidates = candidates_in_sentence(doc, first, last, preceding_quotation_start(doc, first, latest))
    introduced = match_colon_cue(doc, first, last, candidates)
    if introduced is None or any(c.content[0][0] == introduced.content[0][0] for c in candidates):
        return candidates
    return [*(c for c in candidates if c.last <= introduced.cue[0]), introduced]


def _drop_empty_spans(candidate: StatementCandidate) -> bool:
    """Remove empty spans of content; return whether any span is left."""
    candidate.content = [span for span in candidate.content if span[0] < span[1]]
    return bool(candidate.content)


# ---------------------------------------------------------------- from candidate to statement
def _interview(doc: Document, candidate: StatementCandidate) -> list[str]:
    """Return the outlet that the sentence of the cue names as addressee or interviewer, at most one."""
    first, last = doc.text.sentence_range(candidate.cue[0])
    after = _after_cue(candidate)
    told = told_outlet(doc, after, last) if not candidate.content_includes(after) else []
    return told or interviewing_outlet(doc, first, last)


def _build(doc: Document, candidate: StatementCandidate, interview: list[str]) -> tuple[Statement, Features]:
    """Resolve the speaker, determine act, features and confidence, and return the statement with its features."""
    text = doc.text
    speaker, person = _resolve_speaker(doc, candidate)
    quotation = _quotation(doc, candidate.content)
    features = statement_features(doc, candidate, speaker, quotation)
    first, last = text.sentence_range(candidate.cue[0])
    start, end = min(first, candidate.first), max(last, candidate.last)
    if first in text.layout.introductions:
        start = first  # the source is in the introducing line, with other items between
    content = [text.span(*span) for span in candidate.content]
    words = " ".join([w for w in text.lower[start:end] if w[0].isalnum()])
    cue = text.span(*candidate.cue) if candidate.cue[0] < candidate.cue[1] else None
    via = candidate.via or credited_outlets(doc, candidate.last, last) or interview or asking_outlet(doc, first, last)
    venue = candidate.venue
    statement = Statement(
        id=hash_id(doc.article.url, "statement", words, cue.text.lower() if cue else "", content[0].text[:40].lower()),
        url=doc.article.url,
        published_at=doc.article.published_at,
        language=doc.lexicon.language,
        sentence=text.span(start, end),
        cue=cue,
        via=via,
        confidence=load_confidence_models(doc.lexicon.language).statement.confidence(features),
        rule=candidate.rule,
        speaker=speaker,
        content=content,
        quotation=quotation,
        act=_act(doc, candidate, speaker, quotation),
        target=_target(doc, candidate.target, person, interview),
        venue=text.span(*venue) if venue and text.slice(*venue) not in via else None,
        said_on=statement_date(doc, candidate),
    )
    return statement, features


def _target(doc: Document, target: TokenRange | None, person: Person | None, interview: list[str]) -> Actor | None:
    """Return the party addressed, accused or praised; None for the outlet of an interview."""
    if target is None or any(outlet in doc.text.slice(*target) for outlet in interview):
        return None
    return doc.mentions.resolve_disjoint(*target, person)


def _after_cue(candidate: StatementCandidate) -> int:
    """Return the token after the cue, or after a source that directly follows it."""
    source = candidate.source
    return source[1] if source is not None and source[0] == candidate.cue[1] else candidate.cue[1]


def _act(doc: Document, candidate: StatementCandidate, speaker: Actor | None, quotation: Quotation) -> Act:
    """Return the act of a statement: that of the rules, or the model's where they leave it open."""
    ruled = act_of_statement(doc, candidate, speaker)
    model = load_act_model(doc.lexicon.language) if is_open(doc, candidate, ruled) else None
    if model is None:
        return ruled
    return cast("Act", model.best(act_features(doc, candidate, speaker, quotation, ruled)))


def _resolve_speaker(doc: Document, candidate: StatementCandidate) -> tuple[Actor | None, Person | None]:
    """Return the actor that the source names, and the person if it is one; a person becomes the latest speaker."""
    if candidate.source is None:
        return None, None
    actor, person = doc.mentions.resolve_with_person(*candidate.source)
    doc.mentions.record_speaker(person)
    if candidate.named_elsewhere:
        return msgspec.structs.replace(actor, mention=None), person
    return actor, person


def _quotation(doc: Document, content: list[TokenRange]) -> Quotation:
    """Return "direct" if at least 90 % of the content's words are quoted, "indirect" if none is, else "mixed"."""
    text = doc.text
    if max([max(text.quotation_of[first:last]) for first, last in content]) < 0:
        return "indirect"  # fast path for most content
    words = [i for first, last in content for i in range(first, last) if text.words[i][0].isalnum()]
    quoted = sum([text.quotation_of[i] >= 0 for i in words])
    if not quoted:
        return "indirect"
    return "direct" if 10 * quoted >= 9 * len(words) else "mixed"
