"""PLOVER records of events, with the fields of the PLOVER Manual 0.8, section "Data Fields"."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple, assert_never

from msgspec import Struct

from worker.coding.code_words import load_code_words
from worker.coding.event_codes import country_of_place
from worker.coding.ontology import PLOVER_TYPES, plover_contexts
from worker.coding.plover_export.entities import PloverEntity, actor_entity, alpha3_code, country_entity
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon
from worker.schema import Actor, Decision, Event, Meeting, Span, Statement

_NAME = re.compile(r"[^\W\d_]+(?:[-'\u2019.][^\W\d_]+)*\.?")
_PAIR = 2


class EventLocation(Struct, frozen=True, kw_only=True):
    """Where an event happened, in two of the GeoNames fields that PLOVER uses."""

    name: str
    cc3: str | None
    """ISO 3166-1 alpha-3 code if the place is a country or its seat of government, else None."""


class TextInfo(Struct, frozen=True, kw_only=True):
    """Position of the evidence sentence in the article's text, in code points, end exclusive."""

    sequence: int | None
    """Number of the sentence; None, as an event does not contain it."""
    start: int
    end: int


class CiteInfo(Struct, frozen=True, kw_only=True):
    """The article of the event."""

    url: str
    language: str
    codebook: str = "plover-0.8"


class PloverRecord(Struct, frozen=True, kw_only=True):
    """A PLOVER record.  `date` is the day of the event if the article gives it, else the day of publication."""

    id: str
    date: dt.date | None
    enddate: dt.date | None
    actor: list[PloverEntity]
    recipient: list[PloverEntity]
    event: list[str]
    mode: list[str]
    context: list[str]
    event_loc: EventLocation | None
    event_text: list[str]
    quad_code: int
    text_info: TextInfo
    cite_info: CiteInfo


class NoRecord(Exception):  # noqa: N818 - a regular outcome: PLOVER does not code every event
    """An event has no PLOVER record; the message is the reason."""


class PartyRoles(NamedTuple):
    """The parties of an event as PLOVER's actors and recipients."""

    actor: list[PloverEntity]
    recipient: list[PloverEntity]


def event_record(event: Event) -> PloverRecord:
    """Return the PLOVER record of an event; raise `NoRecord` if it has no PLOVER type or no actor."""
    if event.plover is None:
        raise NoRecord("no PLOVER type")
    roles = _party_roles(event)
    if not roles.actor:
        raise NoRecord("no actor")
    day = _event_day(event)
    return PloverRecord(
        id=event.id,
        date=day,
        enddate=day,
        actor=roles.actor,
        recipient=roles.recipient,
        event=[event.plover.type],
        mode=[event.plover.mode] if event.plover.mode else [],
        context=plover_contexts(event.cameo, event.category if isinstance(event, Decision) else None),
        event_loc=_event_location(event),
        event_text=[span.text for span in _event_mentions(event)],
        quad_code=PLOVER_TYPES[event.plover.type].quad,
        text_info=TextInfo(sequence=None, start=event.sentence.start, end=event.sentence.end),
        cite_info=CiteInfo(url=event.url, language=event.language),
    )


def _event_day(event: Event) -> dt.date | None:
    """Return the day of the event, else of publication: by then a planned meeting had been agreed on."""
    own = None
    match event:
        case Statement():
            own = event.said_on
        case Meeting():
            own = event.held_on if event.status == "held" else None
        case Decision():
            own = event.decided_on if event.status in {"taken", "rejected"} else None
        case _:
            assert_never(event)
    return own or (event.published_at.date() if event.published_at else None)


def _event_mentions(event: Event) -> list[Span]:
    if isinstance(event, Statement) or not event.mentions:
        return [event.cue or event.sentence]
    return event.mentions


# ---------------------------------------------------------------- actors and recipients
def _party_roles(event: Event) -> PartyRoles:
    match event:
        case Statement():
            return PartyRoles(_entities(event, [event.speaker]), _entities(event, [event.target]))
        case Meeting():
            return _meeting_roles(event)
        case Decision():
            return PartyRoles(_entities(event, list(event.deciders)), _affected_countries(event))
        case _:
            assert_never(event)


def _meeting_roles(event: Meeting) -> PartyRoles:
    """Return all participants as actors, except that a host and a refused party are recipients."""
    if event.status == "held" and event.plover and event.plover.mode == "visit":
        return _hosted_visit_roles(event) if event.cameo == "043" else _visit_roles(event)
    parties = list(event.participants)
    if len(parties) >= _PAIR and _is_refusal(event):
        return PartyRoles(_entities(event, parties[:1]), _entities(event, parties[1:]))
    return PartyRoles(_entities(event, parties), [])


def _visit_roles(event: Meeting) -> PartyRoles:
    """Return the roles of a visit: participants of other countries than the place's are actors, the visitors.

    The participants of the place's country, or else the country itself, are recipients, the hosts.
    """
    there = _place_country(event)
    if event.place is None or there is None:
        return PartyRoles(_entities(event, list(event.participants)), [])
    hosts = [party for party in event.participants if party.country == there]
    visitors = [party for party in event.participants if party.country != there]
    if not visitors:
        return PartyRoles(_entities(event, hosts), [])
    recipients = _entities(event, hosts) or [country_entity(event.place.text, there)]
    return PartyRoles(_entities(event, visitors), recipients)


def _hosted_visit_roles(event: Meeting) -> PartyRoles:
    """Return the roles of "X hosted Y": the hosts are the first participant and others of the same country."""
    home = event.participants[0].country
    hosts = [party for party in event.participants if party.country == home]
    visitors = [party for party in event.participants if party.country != home]
    return PartyRoles(_entities(event, visitors), _entities(event, hosts))


def _is_refusal(event: Meeting) -> bool:
    words = load_code_words(event.language)
    if event.status != "denied" or event.cue is None or words is None:
        return False
    return not words.refusal.isdisjoint(event.cue.text.lower().split())


def _affected_countries(event: Decision) -> list[PloverEntity]:
    """Return the countries named in the decision's object, each once, except those of the deciders."""
    words = load_lexicon(event.language)
    if event.object is None or words is None:
        return []
    own = {decider.country for decider in event.deciders}
    named: dict[str, PloverEntity] = {}
    for text, code in _find_countries(event.object.text, words):
        if code not in own:
            named.setdefault(code, country_entity(text, code))
    return list(named.values())


def _find_countries(text: str, words: Lexicon) -> list[tuple[str, str]]:
    """Return the country names, demonyms and seats of government in a text, each with its alpha-2 code."""
    found, names, at = [], list(_NAME.finditer(text)), 0
    while at < len(names):
        for size in range(min(words.max_place_words, len(names) - at), 0, -1):
            name = text[names[at].start() : names[at + size - 1].end()].removesuffix("'s").removesuffix("\u2019s")
            code = words.countries.get(name) or words.demonyms.get(name) or words.seats_of_power.get(name)
            if code:
                found.append((name, code))
                at += size - 1
                break
        at += 1
    return found


def _entities(event: Event, parties: list[Actor] | list[Actor | None]) -> list[PloverEntity]:
    return [actor_entity(party, event.language) for party in parties if party is not None]


# ---------------------------------------------------------------- place
def _event_location(event: Event) -> EventLocation | None:
    if not isinstance(event, Meeting) or event.place is None:
        return None
    return EventLocation(name=event.place.text, cc3=alpha3_code(_place_country(event)))


def _place_country(event: Meeting) -> str | None:
    words = load_lexicon(event.language)
    return country_of_place(event.place, words) if words else None
