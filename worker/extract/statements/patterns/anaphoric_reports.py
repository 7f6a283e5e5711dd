"""Reports of the sentence before: "The bridge is closed. | This was stated on Telegram by Hale."."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.chunker import VerbGroup
from worker.extract.lexicon.cue_words import Cue
from worker.extract.statements.candidate import StatementCandidate
from worker.extract.statements.content.content_end import trim_end
from worker.extract.statements.phrase_kinds import TokenRange, is_animate
from worker.extract.statements.source.postverbal_source import passive_agent
from worker.extract.statements.venue_and_date import statement_venue

_ADJUNCTS = 12
"""Maximum number of tokens between the verb and its agent."""


def match_anaphoric_report(
    doc: Document, verb: VerbGroup, cue: Cue, first: int, last: int
) -> StatementCandidate | None:
    """Return the attribution of the sentence before to the agent of a passive with "this" or "that" as its subject.

    None where no sentence precedes, where the report has content of its own, or where the agent cannot speak.
    """
    text = doc.text
    subject = doc.chunks.noun_phrase(verb.first - 1)
    if subject is None or subject.first != first or text.lower[first : subject.last] not in (["this"], ["that"]):
        return None
    if not (verb.passive and cue.clause) or cue.thought or text.sentence_of[first] == 0:
        return None
    agent = _agent(doc, verb.last, last)
    if agent is None or not is_animate(doc, agent) or doc.chunks.has_finite_verb(agent[1], last):
        return None
    start, end = text.sentences[text.sentence_of[first] - 1]
    if text.paragraph_of[first] - text.paragraph_of[start] > 1 or not doc.chunks.has_finite_verb(start, end):
        return None
    return StatementCandidate(
        source=agent,
        cue=(verb.first, verb.last),
        content=[(start, trim_end(doc, start, end))],
        act=cue.act,
        rule="anaphoric_report",
        venue=statement_venue(doc, verb.last, agent[0] - 1),
    )


def _agent(doc: Document, at: int, last: int) -> TokenRange | None:
    """Return the agent that "by" introduces within a few tokens after the verb."""
    for i in range(at, min(last, at + _ADJUNCTS)):
        if doc.text.words[i] in {":", ";"} or doc.text.quotation_of[i] >= 0:
            return None
        agent = passive_agent(doc, i, last)
        if agent is not None:
            return agent
    return None
