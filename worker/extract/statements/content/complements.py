"""The content to the right of a cue verb.

"told reporters on Monday that the talks had failed, adding …": from "that" to before ", adding".
"""

from __future__ import annotations

from msgspec import Struct, structs

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.grammar.punctuation import CLAUSE_FINAL, COMMA_AND_DASHES
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.content.adjuncts import adjunct_end, is_bare_time
from worker.extract.statements.content.content_end import content_end, phrase_end, trim_end
from worker.extract.statements.content.content_start import ContentForm, find_content_start
from worker.extract.statements.content.matrix_clause import end_before_matrix_verb
from worker.extract.statements.cues import time_end
from worker.extract.statements.phrase_kinds import is_party

_BEFORE_TOPIC = 3
"""Maximum number of adverbs and recipients between a cue and its topic."""


class Complement(Struct, frozen=True, gc=False):
    """The content of a cue verb as tokens [first, last) with its form."""

    first: int
    last: int
    form: ContentForm
    cue_last: int
    """The end of the cue, its preposition included."""


def find_complement(doc: Document, verb: VerbGroup, cue: Cue, limit: int) -> Complement | None:
    """Return the content to the right of a cue, at most up to token `limit`; None where the verb has none.

    In a relative clause it ends before the verb of the matrix clause.
    """
    found = _unbounded_complement(doc, verb, cue, limit)
    relative = verb.first > 0 and doc.text.tags[verb.first - 1] == "WP"
    if found is None or not relative or found.form == "quotation":
        return found
    clauses = int(found.form in {"that", "question", "clause"})
    return structs.replace(found, last=end_before_matrix_verb(doc, found.first, found.last, open_clauses=clauses))


def _unbounded_complement(doc: Document, verb: VerbGroup, cue: Cue, limit: int) -> Complement | None:
    """Return the content to the right of a cue; the words of a matrix clause after it may be included."""
    at = verb.last
    found = _clausal(doc, cue, at, limit) if cue.clause or cue.infinitive or cue.object_infinitive else None
    preposition = _preposition(doc, verb, cue, limit)
    if found is not None and (preposition == at or found.form in {"that", "quotation", "clause"}):
        return found
    if preposition > at:
        return _phrase(doc, preposition, limit, cue_last=preposition)
    topic = _topic(doc, cue, at, limit)
    if topic > at:
        return _phrase(doc, topic, limit, cue_last=at)
    if cue.lemma == "say" and doc.text.is_headline(at - 1) and doc.chunks.noun_phrase(at) is not None:
        return Complement(at, trim_end(doc, at, limit), "clause", at)  # "Hale says | harbour still closed"
    if cue.phrase:
        return _phrase(doc, at, limit, cue_last=at)
    return None


def _topic(doc: Document, cue: Cue, at: int, limit: int) -> int:
    """Return where the topic of the cue's preposition starts, after adverbs and a recipient; `at` if there is no topic.

    "asked him about | the fees", "spoke warmly to voters of | his youth".
    """
    start = at
    for _ in range(_BEFORE_TOPIC):
        step = adjunct_end(doc, at, limit) if at < limit and doc.text.quotation_of[at] < 0 else None
        if step is None or doc.text.words[at] in COMMA_AND_DASHES | {"and", "("}:
            return start
        if cue.thought and doc.chunks.noun_phrase(at) is not None:
            return start  # "hears report of …": no recipient
        at = step
        if doc.text.lower[at : at + 1] == ["of"] and not _is_topic_of(doc, start, at):
            return start  # "spoke at the opening | of the talks", "spoke ahead | of the talks"
        if (
            at + 1 < limit
            and doc.text.lower[at] in doc.lexicon.closed_classes.topic_prepositions
            and doc.text.lower[at] in cue.prepositions
        ):
            return at + 1
    return start


def _is_topic_of(doc: Document, start: int, at: int) -> bool:
    """Return whether "of" opens the topic and does not belong to a noun or adverb before it."""
    text, phrase = doc.text, doc.chunks.noun_phrase(at - 1)
    if phrase is None:
        return text.lower[at - 1] not in doc.lexicon.closed_classes.prepositional_words
    return (
        phrase.first == start or is_party(doc, phrase) or text.lower[phrase.first - 1] == "with"
    )  # "spoke with pride | of"


def _preposition(doc: Document, verb: VerbGroup, cue: Cue, limit: int) -> int:
    """Return the end of the cue's own preposition ("called for", "lashed out at"); else the end of the verb."""
    at, lower = verb.last, doc.text.lower
    if not cue.prepositions:
        return at
    after_time = time_end(doc, verb.head + 1) if verb.head + 1 < limit else at
    for start in (after_time, at, verb.head + 1):  # "insisted on Monday | on new terms"
        for end in range(min(start + 3, limit - 1), max(at, start), -1):
            if " ".join(lower[start:end]) in cue.prepositions:
                return end
    return at


def _clausal(doc: Document, cue: Cue, at: int, limit: int) -> Complement | None:
    """Return a quotation, clause, question or infinitive as content, adverbials and recipient skipped."""
    found = find_content_start(doc, cue, at, limit)
    if found is None:
        return None
    first, form = found
    return Complement(first, content_end(doc, first, limit, form), form, at)


def _phrase(doc: Document, first: int, limit: int, cue_last: int) -> Complement | None:
    """Return a phrase as content: to the end of the clause, without a final adverbial of venue or time."""
    text = doc.text
    if first >= limit or text.words[first] in CLAUSE_FINAL or text.words[first] in {",", ":"}:
        return None
    if text.tags[first] == "CC" and not _is_focus_particle(doc, first):
        return None
    phrase = doc.chunks.noun_phrase(first)
    if (
        text.tags[first] in {"IN", "SC", "RB", "RP"}
        and text.quotation_of[first] < 0
        and (phrase is None or phrase.first != first)
        and not _is_focus_particle(doc, first)
    ):
        return None
    if phrase is not None and phrase.first == first and is_bare_time(doc, phrase):
        return None
    last = phrase_end(doc, first, limit)
    return Complement(first, last, "phrase", cue_last) if last > first else None


def _is_focus_particle(doc: Document, at: int) -> bool:
    """Return whether a focus particle and its phrase start here: "rejected | both plans", "cited | only the fees"."""
    phrase = doc.chunks.noun_phrase(at + 1)
    return phrase is not None and phrase.first == at + 1 and doc.text.lower[at] in doc.lexicon.focus_particles
