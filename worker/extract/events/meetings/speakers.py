"""Speakers as parties of a meeting that their statement reports or that is the occasion of it.

"[Berg] said at a news conference that …", "It was agreed after talks with Ozola, [Berg] said".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.political_role import POLITICAL
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor


def speaker_on_occasion(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the speaker of the statement in whose sentence a press conference is the occasion; None without one."""
    if ctx.word(noun.first - 1) not in word_set(ctx.lexicon.meeting.adverbial_prepositions):
        return None
    start, end = ctx.text.sentence_range(noun.head)
    cues = [at for at in range(start, end) if at in ctx.statements_by_cue]
    if not cues or ctx.statement_ids[noun.head] is not None:
        return None
    nearest = min(cues, key=lambda at: abs(at - noun.head))
    return ctx.statements_by_cue[nearest].speaker


def reporting_party(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the political speaker who reports an outcome of talks with others: "agreed after talks with Ozola"."""
    statement = ctx.statement_at(noun.head)
    is_adverbial = ctx.word(noun.first - 1) in word_set(ctx.lexicon.meeting.adverbial_prepositions)
    speaker = statement.speaker if statement is not None and is_adverbial else None
    return speaker if speaker is not None and ctx.roles.political_role(speaker) == POLITICAL else None
