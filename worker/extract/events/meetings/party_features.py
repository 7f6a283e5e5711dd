"""Features of the parties of a meeting trigger: number, political roles, types, kinds of heads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.schema import Actor

_PAIR = 2
_MAX_PARTIES = 4
_HEADS_OF = 3
"""Parties whose head words are looked at."""


def party_features(ctx: EventContext, trigger: MeetingTrigger) -> Iterator[str]:
    """Yield the features of the parties of a trigger."""
    name, parties = trigger.word_class, trigger.candidate.parties
    types = [party_type(ctx, actor) for actor in parties[:_PAIR]]
    grades = "".join(map(str, sorted((ctx.roles.political_role(a) for a in parties), reverse=True)[:_PAIR]))
    yield from (f"parties:{min(len(parties), _MAX_PARTIES)}", f"source:{trigger.source}")
    yield from (f"grades:{grades}", f"class+grades:{name}+{grades}")
    yield from (f"party{number}:{kind}" for number, kind in enumerate(types))
    yield f"class+parties:{name}+{len(types)}+{trigger.verdict}"
    yield f"grades+subject:{grades}+{ctx.subject_fields.subject}"
    for field in sorted({name for actor in parties[:_PAIR] for name in ctx.subject_fields.of_party(actor)}):
        yield f"party field:{field}"
    yield f"private:{any(map(ctx.roles.is_private, parties))}"
    if len(types) == _PAIR:
        yield f"pair:{'+'.join(types)}"
        if all(actor.country for actor in parties[:_PAIR]):
            yield f"same country:{parties[0].country == parties[1].country}"
    for head in sorted(
        {_head_class(ctx, word) for a in parties[:_HEADS_OF] for word in ctx.roles.head_words(a) if word}
    ):
        yield f"head:{head}"
        yield f"head+class:{head}+{name}"


def party_type(ctx: EventContext, actor: Actor) -> str:
    """Return the type of a party, whether a pronoun denotes it, and its political role: "person2"."""
    pronoun = actor.mention is not None and actor.mention.text.lower() in ctx.doc.lexicon.pronouns
    return f"{'pronoun ' if pronoun else ''}{actor.type}{ctx.roles.political_role(actor)}"


def _head_class(ctx: EventContext, word: str) -> str:
    actors = ctx.lexicon.actors
    listed = (
        ("campaigner", actors.campaigning_roles),
        ("office", actors.offices),
        ("institution", actors.institutions),
        ("private", actors.private),
        ("guest", actors.guest_groups),
    )
    return next((name for name, words in listed if word in word_set(words)), "other")
