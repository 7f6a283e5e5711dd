"""Places of meetings: their kind, and whether they are in the country of the visitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.schema import Span


def place_type(ctx: EventContext, place: Span | None) -> str:
    """Return the type of a place: "country", "seat" of a government, "name", "noun"; "none" for None."""
    if place is None:
        return "none"
    main, bare = ctx.doc.lexicon, _without_article(place.text)
    if bare in main.countries:
        return "country"
    return "seat" if bare in main.seats_of_power else "name" if bare[:1].isupper() else "noun"


def _without_article(name: str) -> str:
    return name.removeprefix("the ").removeprefix("The ")


def target_span(ctx: EventContext, trigger: MeetingTrigger) -> Span | None:
    """Return the span of the destination of a journey; None for any other trigger."""
    return ctx.text.span(trigger.target.first, trigger.target.last) if trigger.target is not None else None


def leads_abroad(ctx: EventContext, trigger: MeetingTrigger) -> bool | None:
    """Return whether the destination is in another country than the visitors; None if either is unknown."""
    target, main = target_span(ctx, trigger) or trigger.candidate.place, ctx.doc.lexicon
    name = _without_article(target.text) if target is not None else ""
    code = main.countries.get(name) or main.seats_of_power.get(name)
    homes = {actor.country for actor in trigger.candidate.parties} - {None}
    return None if code is None or not homes else code not in homes


def is_at_home(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether the destination is known to be in the country of a visitor."""
    return leads_abroad(ctx, trigger) is False
