"""One event -> one PLOVER record, with the fields of the PLOVER Manual 0.8, "Data Fields"."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from msgspec import Struct

from worker.codes import TYPES, contexts
from worker.export.actors import Entity, alpha3, country, entity
from worker.extract.coding import country_of
from worker.extract.lexicon import code_words
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon
from worker.schema import Actor, Decision, Event, Meeting, Span, Statement

_NAME = re.compile(r"[^\W\d_]+(?:[-'\u2019.][^\W\d_]+)*\.?")
_PAIR = 2


class Place(Struct, frozen=True, kw_only=True):
    """Where it happened, in two of the fields of GeoNames that PLOVER borrows."""

    name: str
    cc3: str | None
    """ISO 3166-1 alpha-3 of a place that is a country or its seat of government."""


class TextInfo(Struct, frozen=True, kw_only=True):
    """Where the evidence stands: code points of the article's text, half open."""

    sequence: int | None
    """Number of the sentence; an event by itself does not know it."""
    start: int
    end: int


class CiteInfo(Struct, frozen=True, kw_only=True):
    """Which article it is from."""

    url: str
    language: str
    codebook: str = "plover-0.8"


class Record(Struct, frozen=True, kw_only=True):
    """A PLOVER record.  `date` is the event's own where the article tells it, else the day of publication."""

    id: str
    date: dt.date | None
    enddate: dt.date | None
    actor: list[Entity]
    recipient: list[Entity]
    event: list[str]
    mode: list[str]
    context: list[str]
    event_loc: Place | None
    event_text: list[str]
    quad_code: int
    text_info: TextInfo
    cite_info: CiteInfo


class Unrecorded(Exception):  # noqa: N818 - no failure: an event that PLOVER has no record for
    """Why an event has no record, in a few words."""


class Roles(NamedTuple):
    """Who acts, and towards whom."""

    actor: list[Entity]
    recipient: list[Entity]


def record(event: Event) -> Record:
    """Return the PLOVER record of an event; Unrecorded where PLOVER has no type for it, or nobody acts."""
    if event.plover is None:
        raise Unrecorded("no PLOVER type")
    roles = _roles(event)
    if not roles.actor:
        raise Unrecorded("no actor")
    day = _day(event)
    return Record(
        id=event.id,
        date=day,
        enddate=day,
        actor=roles.actor,
        recipient=roles.recipient,
        event=[event.plover.type],
        mode=[event.plover.mode] if event.plover.mode else [],
        context=contexts(event.cameo, event.category if isinstance(event, Decision) else None),
        event_loc=_place(event),
        event_text=[span.text for span in _mentions(event)],
        quad_code=TYPES[event.plover.type].quad,
        text_info=TextInfo(sequence=None, start=event.sentence.start, end=event.sentence.end),
        cite_info=CiteInfo(url=event.url, language=event.language),
    )


def _day(event: Event) -> dt.date | None:
    """Return the day of the act: a meeting that is only planned was agreed on when it was reported."""
    own = None
    match event:
        case Statement():
            own = event.said_on
        case Meeting():
            own = event.held_on if event.status == "held" else None
        case Decision():
            own = event.decided_on if event.status in {"taken", "rejected"} else None
    return own or (event.published_at.date() if event.published_at else None)


def _mentions(event: Event) -> list[Span]:
    if isinstance(event, Statement) or not event.mentions:
        return [event.cue or event.sentence]
    return event.mentions


# ---------------------------------------------------------------- who, towards whom
def _roles(event: Event) -> Roles:
    match event:
        case Statement():
            return Roles(_entities(event, [event.speaker]), _entities(event, [event.target]))
        case Meeting():
            return _meeting(event)
        case Decision():
            return Roles(_entities(event, list(event.deciders)), _objects(event))


def _meeting(event: Meeting) -> Roles:
    """Let every party act, as meetings are reciprocal; but visitors visit a host, and who refuses, refuses somebody."""
    if event.status == "held" and event.plover and event.plover.mode == "visit":
        return _hosted(event) if event.cameo == "043" else _visit(event)
    parties = list(event.participants)
    if len(parties) >= _PAIR and _refuses(event):
        return Roles(_entities(event, parties[:1]), _entities(event, parties[1:]))
    return Roles(_entities(event, parties), [])


def _visit(event: Meeting) -> Roles:
    """Return as visitors those from elsewhere; as host whoever is at home there, or else the country itself."""
    there = _country_there(event)
    if event.place is None or there is None:
        return Roles(_entities(event, list(event.participants)), [])
    hosts = [party for party in event.participants if party.country == there]
    visitors = [party for party in event.participants if party.country != there]
    if not visitors:
        return Roles(_entities(event, hosts), [])
    return Roles(_entities(event, visitors), _entities(event, hosts) or [country(event.place.text, there)])


def _hosted(event: Meeting) -> Roles:
    """Told from the host's side: the first party is at home, with its compatriots."""
    home = event.participants[0].country
    hosts = [party for party in event.participants if party.country == home]
    visitors = [party for party in event.participants if party.country != home]
    return Roles(_entities(event, visitors), _entities(event, hosts))


def _refuses(event: Meeting) -> bool:
    words = code_words.load(event.language)
    if event.status != "denied" or event.cue is None or words is None:
        return False
    return not words.refusal.isdisjoint(event.cue.text.lower().split())


def _objects(event: Decision) -> list[Entity]:
    """Return the countries that the object names, but for the deciders' own: those it is done to, or with."""
    words = load_lexicon(event.language)
    if event.object is None or words is None:
        return []
    own = {decider.country for decider in event.deciders}
    named: dict[str, Entity] = {}
    for text, code in _countries(event.object.text, words):
        if code not in own:
            named.setdefault(code, country(text, code))
    return list(named.values())


def _countries(text: str, words: Lexicon) -> list[tuple[str, str]]:
    """Return the names, adjectives and seats of countries in a text with the countries' codes."""
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


def _entities(event: Event, parties: list[Actor] | list[Actor | None]) -> list[Entity]:
    return [entity(party, event.language) for party in parties if party is not None]


# ---------------------------------------------------------------- where
def _place(event: Event) -> Place | None:
    if not isinstance(event, Meeting) or event.place is None:
        return None
    return Place(name=event.place.text, cc3=alpha3(_country_there(event)))


def _country_there(event: Meeting) -> str | None:
    words = load_lexicon(event.language)
    return country_of(event.place, words) if words else None
