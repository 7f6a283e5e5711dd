"""Statements: the finds of every sentence, joined across sentences, their speakers resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.extract.confidence import Features, confidence_models
from worker.extract.coreference.person import Person
from worker.extract.document import Document
from worker.extract.statements.acts import act_of_content
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.continuations import asked_before, go_on, with_opening
from worker.extract.statements.features import statement_features
from worker.extract.statements.patterns.colon_cues import announced
from worker.extract.statements.patterns.outlet_credits import credits_after, interviewer
from worker.extract.statements.patterns.sentence import in_sentence
from worker.extract.statements.patterns.speaker_labels import layout
from worker.extract.statements.phrase_kinds import TokenRange
from worker.extract.statements.venue_and_date import said_on
from worker.schema import Act, Actor, Quotation, Statement, hash_id


def extract_statements(doc: Document) -> Iterable[Statement]:
    """Return the article's statements in text order, and leave them in `doc.statements` for later extractors."""
    doc.statements.extend(statement for statement, _ in statements_with_features(doc))
    return list(doc.statements)


def statements_with_features(doc: Document) -> Iterator[tuple[Statement, Features]]:
    """Yield the article's statements in text order, each with what its confidence was told by."""
    seen: set[str] = set()
    for find in _finds(doc):
        statement, traits = _statement(doc, find)
        if statement.id not in seen:
            seen.add(statement.id)
            yield statement, traits


def _finds(doc: Document) -> list[StatementCandidate]:
    """The finds of every sentence, with the sentences that only go on with a quotation joined to them."""
    finds: list[StatementCandidate] = []
    latest: list[StatementCandidate] = []
    for first, last in doc.text.sentences:
        if finds and finds[-1].covers(first):
            continue  # the rest of a transcript's turn
        here = layout(doc, first, last) or _in_sentence(doc, first, last, latest)
        here = [f for f in here if _tidy(f)]
        if here:
            with_opening(doc, here[0], finds)
            finds += here
            latest = here
        else:
            latest, more = go_on(doc, latest, first, last)
            finds += more
    return finds


def _in_sentence(doc: Document, first: int, last: int, latest: list[StatementCandidate]) -> list[StatementCandidate]:
    """What a sentence attributes; an announced quotation takes the place of what its words were taken for."""
    finds = in_sentence(doc, first, last, asked_before(doc, first, latest))
    find = announced(doc, first, last, finds)
    if find is None or any(f.pieces[0][0] == find.pieces[0][0] for f in finds):
        return finds
    return [*(f for f in finds if f.last <= find.cue[0]), find]


def _tidy(find: StatementCandidate) -> bool:
    """Drop empty pieces; a find without any content is none."""
    find.pieces = [p for p in find.pieces if p[0] < p[1]]
    return bool(find.pieces)


# ---------------------------------------------------------------- events
def _statement(doc: Document, find: StatementCandidate) -> tuple[Statement, Features]:
    text = doc.text
    speaker, person = _speaker(doc, find)
    quotation = _quotation(doc, find.pieces)
    traits = statement_features(doc, find, speaker, quotation)
    first, last = text.sentence_range(find.cue[0])
    content = [text.span(*piece) for piece in find.pieces]
    words = " ".join(w for w in text.lower[min(first, find.first) : max(last, find.last)] if w[0].isalnum())
    cue = text.span(*find.cue) if find.cue[0] < find.cue[1] else None
    find.via = find.via or credits_after(doc, find.last, last) or interviewer(doc, first, last)
    statement = Statement(
        id=hash_id(doc.article.url, "statement", words, cue.text.lower() if cue else "", content[0].text[:40].lower()),
        url=doc.article.url,
        published_at=doc.article.published_at,
        language=doc.lexicon.language,
        sentence=text.span(min(first, find.first), max(last, find.last)),
        cue=cue,
        via=find.via,
        confidence=confidence_models(doc.lexicon.language).statement.confidence(traits),
        rule=find.rule,
        speaker=speaker,
        content=content,
        quotation=quotation,
        act=_act(doc, find, speaker),
        target=doc.mentions.resolve_disjoint(*find.target, person) if find.target else None,
        venue=text.span(*find.venue) if find.venue and text.slice(*find.venue) not in find.via else None,
        said_on=said_on(doc, find),
    )
    return statement, traits


def _act(doc: Document, find: StatementCandidate, speaker: Actor | None) -> Act:
    """The cue's act; of one that only says so, and is no thought, the content's."""
    if find.act != "say":
        return find.act
    of_person = speaker is not None and speaker.type not in {"organisation", "country"}
    if _says_it_will_not(doc, find.pieces[0][0], of_person=of_person):
        return "decline"
    return "say" if find.thought else act_of_content(doc, find.pieces, of_person=of_person)


def _says_it_will_not(doc: Document, first: int, *, of_person: bool) -> bool:
    """Whether content opens with the speaker's own refusal: "(that) they will not attend", "“We won't sign”".

    "It" is a ministry's own, but no person's.
    """
    text = doc.text
    at = first
    while at < len(text.words) and (text.words[at] in doc.lexicon.quotation_marks or text.lower[at] == "that"):
        at += 1
    if at >= len(text.words) or text.tags[at] != "PRP" or text.lower[at] in doc.lexicon.second_person:
        return False
    if of_person and text.lower[at] == "it":
        return False
    verb = doc.chunks.verb_group(at + 1) if at + 1 < len(text.words) else None
    return (
        verb is not None
        and verb.negated
        and verb.modal >= 0
        and text.lower[verb.modal] in doc.lexicon.closed_classes.unwilling
    )


def _speaker(doc: Document, find: StatementCandidate) -> tuple[Actor | None, Person | None]:
    if find.source is None:
        return None, None
    actor, person = doc.mentions.resolve_with_person(*find.source)
    doc.mentions.record_speaker(person)
    return actor, person


def _quotation(doc: Document, pieces: list[TokenRange]) -> Quotation:
    """Direct where nine words in ten stand between quotation marks, indirect where none does."""
    words = [i for first, last in pieces for i in range(first, last) if doc.text.words[i][0].isalnum()]
    quoted = sum(doc.text.quotation_of[i] >= 0 for i in words)
    if not quoted:
        return "indirect"
    return "direct" if 10 * quoted >= 9 * len(words) else "mixed"
