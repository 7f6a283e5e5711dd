"""The persons behind offices and counterparts as parties of a meeting: "the Latvian president", "his counterpart".

Coreference leaves an office of a country without a name if a possessive or a second office of that kind is near.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.coreference.person import Person
    from worker.extract.events.event_context import EventContext

_COUNTERPART = "counterpart"


def with_holders(ctx: EventContext, parties: list[Actor]) -> list[Actor]:
    """Return the parties of a meeting, with the holder of an office instead of the office where one person holds it."""
    abroad = {a.country for a in parties if _COUNTERPART in (a.role or "").lower().split()} - {None}
    if abroad:
        parties = [replace(a, country=None) if _is_at_home(ctx, a, abroad) else a for a in parties]
    if not any(actor.type == "unnamed" and actor.country is not None for actor in parties):
        return parties
    return [_holder(ctx, actor, parties) or actor for actor in parties]


def _is_at_home(ctx: EventContext, actor: Actor, abroad: set[str | None]) -> bool:
    """Return whether a party has the country of its counterpart by default: its own role does not name that."""
    words, main = (actor.role or "").split(), ctx.doc.lexicon
    is_stated = any(word in main.countries or word in main.demonyms for word in words)
    return actor.type == "person" and actor.country in abroad and not is_stated and _COUNTERPART not in words


def _holder(ctx: EventContext, actor: Actor, parties: list[Actor]) -> Actor | None:
    """Return the only person of the article with the office and country of an unnamed party; else None."""
    if actor.type != "unnamed" or actor.country is None or actor.role is None:
        return None
    office = ctx.roles.head_words(Actor(name=actor.role, type="unnamed"))
    if _COUNTERPART in office:
        office = {word for other in parties if other is not actor for word in _offices_of(ctx, other)}
    others = {other.name for other in parties}
    found = [
        person
        for person in ctx.doc.mentions.registry.persons
        if person.country == actor.country and person.name not in others and _holds(person, office)
    ]
    if len(found) != 1:
        return None
    holder = found[0]
    return Actor(name=holder.name, mention=actor.mention, type="person", role=holder.role, country=holder.country)


def _holds(person: Person, office: set[str]) -> bool:
    return not (person.role_heads - person.former_heads).isdisjoint(office)


def _offices_of(ctx: EventContext, actor: Actor) -> set[str]:
    """Return the offices that the role of a party contains."""
    return {word for word in (actor.role or "").lower().split() if word in word_set(ctx.lexicon.actors.offices)}
