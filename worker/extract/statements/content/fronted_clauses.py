"""Content that opens with a subordinate clause or an adverbial: "said | since the day Hale left, he had worked"."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import CLAUSE_BOUNDARIES
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.content.clause_start import starts_clause
from worker.extract.statements.phrase_kinds import is_venue_or_time

_MAX_FRONTED = 40
"""Maximum number of tokens of a clause or adverbial that opens content, before its comma."""
_NO_MAIN_CLAUSE = frozenset({"SC", "WP", "CC", "VBG", "IN"})
"""Tags of a word after a comma that opens no main clause."""


def fronted_clause_start(doc: Document, cue: Cue, at: int, limit: int) -> int:
    """Return where content starts that opens with a subordinate clause or adverbial and a comma; -1 if none does.

    "said | since the day Hale left, he had worked", "said, | once it was over, she would go", "said | in addition to
    the cuts, taxes would rise".  `at`: the token after the cue.
    """
    text = doc.text
    start = at + (text.words[at] == ",")
    if not cue.clause or cue.question or start + 2 >= limit or text.quotation_of[start] >= 0:
        return -1
    clausal = text.tags[start] in {"SC", "IN"} and text.lower[start] in doc.lexicon.closed_classes.content_openers
    phrasal = " ".join(text.lower[start : start + 2]) in doc.lexicon.closed_classes.adverbial_openers
    if not (clausal or phrasal) or _is_circumstance(doc, start, limit):
        return -1
    return start if main_clause_after(doc, start, limit, phrasal=phrasal) >= 0 else -1


def main_clause_after(doc: Document, start: int, limit: int, *, phrasal: bool = False) -> int:
    """Return where the main clause after a fronted clause and its comma starts; -1 if none follows.

    `phrasal`: the fronted part at token `start` is an adverbial without a verb.
    """
    text = doc.text
    for i in range(start + 2, min(limit - 1, start + _MAX_FRONTED)):
        if text.lower[i] == "that" and text.tags[i] == "SC" and not phrasal:
            return -1  # "said before the vote, …, that it would …"
        if text.words[i] == "," and text.quotation_of[i] < 0 and text.tags[i + 1] not in _NO_MAIN_CLAUSE:
            main = starts_clause(doc, i + 1, limit, after_cue=False)
            if main and (phrasal or doc.chunks.has_finite_verb(start, i)):
                return i + 1
    return -1


def _is_circumstance(doc: Document, start: int, limit: int) -> bool:
    """Return whether an adverbial of venue or time belongs to the cue: "said after the meeting, …"."""
    topic = doc.chunks.noun_phrase(start + 1)
    timed = topic is not None and topic.first == start + 1 and topic.last < limit and is_venue_or_time(doc, topic)
    return topic is not None and timed and doc.text.words[topic.last] in CLAUSE_BOUNDARIES
