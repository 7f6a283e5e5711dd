"""One event -> one line for a person.  Whatever an article says is shown, never obeyed: see `visible`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from worker.schema import Act, Actor, Decision, Event, Kind, Meeting, Span, Statement

KIND_STYLE: dict[Kind, str] = {"statement": "cyan", "meeting": "green", "decision": "yellow"}
VERBS: dict[Act, str] = {
    "say": "says",
    "demand": "demands",
    "accuse": "accuses",
    "criticise": "criticises",
    "praise": "praises",
    "promise": "promises",
    "threaten": "threatens",
    "deny": "denies",
    "ask": "asks",
    "announce": "announces",
    "decline": "declines",
}
STATUS_STYLE = {
    **dict.fromkeys(("held", "taken"), "bold green"),
    **dict.fromkeys(("planned", "proposed", "pending"), "bold blue"),
    **dict.fromkeys(("cancelled", "denied", "rejected"), "bold red"),
    **dict.fromkeys(("postponed", "not_taken"), "bold magenta"),
}

LONGEST = 2_000
"""Characters of one field that are looked at; no terminal shows more in a line."""
MARKS = 3
"""Combining marks on one letter that are shown: more than any script needs, fewer than a tower over the line above."""
FULL_DATE = 120
"""Columns from which on there is room for the year and the hour."""
ROOM = 24
"""Columns, or a quarter of the line, that the words get before roles and outlets may have any."""


# ---------------------------------------------------------------- what articles may put on a screen
def visible(text: str) -> str:
    """Return `text` as one line that no terminal obeys.

    Line ends and tabs become spaces, other control characters (escape sequences begin with one), lone surrogates and
    unassigned code points become U+FFFD, and invisible format characters (bidi overrides, zero-width spaces) vanish,
    save the two joiners that Persian, Hindi and emoji are spelt with.
    """
    text = text[:LONGEST]
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= MARKS:
            shown.append(char if char.isprintable() else _instead(char))
    return "".join(shown)


def _instead(char: str) -> str:
    if char.isspace() or unicodedata.category(char) == "Cn":
        return " " if char.isspace() else "\ufffd"
    if char in "\u200c\u200d":
        return char
    return "" if unicodedata.category(char) == "Cf" else "\ufffd"


# ---------------------------------------------------------------- one event, one line
class _Parts(Struct, frozen=True):
    """The columns of a line before they are fitted: `what` is the one that gives way."""

    who: Text
    verb: Text
    what: str


def line(event: Event, width: int | None = None) -> Text:
    """Return one readable line of at most `width` columns, or as long as it needs where `width` is None.

    Date, kind, who, what they did, to what, and dimmed the outlets credited and the host.  In a narrow terminal first
    the host and the hour go, then the roles, and then the words are cut.
    """
    host = [_host(event.url)] if _host(event.url) else []
    via = [f"via {', '.join(visible(outlet) for outlet in event.via)}"] if event.via else []
    if width is None:
        start, what = _start(event, roles=True, full_date=True)
        return Text.assemble(start, what, _notes([*via, *host]))
    for roles, tail in ((True, [*via, *host]), (True, via), (False, via), (False, [])):
        start, what = _start(event, roles=roles, full_date=width >= FULL_DATE)
        notes = _notes(tail)
        room = width - start.cell_len - notes.cell_len
        if room >= min(cell_len(what), max(width // 4, ROOM)):
            break
    words = Text(what)
    words.truncate(max(room, 0), overflow="ellipsis")
    whole = Text.assemble(start, words, notes)
    whole.truncate(width, overflow="ellipsis")
    return whole


def _start(event: Event, *, roles: bool, full_date: bool) -> tuple[Text, str]:
    """Return the part of the line that is never cut short by itself, and the words that follow it."""
    parts = _parts(event, roles=roles)
    return Text.assemble(_head(event, full=full_date), parts.who, parts.verb), parts.what


def _host(url: str) -> str:
    """Return the host of a URL without "www.", or nothing where there is none to be found."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return visible(host).removeprefix("www.")


def _head(event: Event, *, full: bool) -> Text:
    pattern = "%Y-%m-%d %H:%M " if full else "%m-%d "
    blank = " " * (17 if full else 6)
    kind = kind_of(event)
    when = event.published_at.strftime(pattern) if event.published_at else blank
    return Text.assemble((when, "dim"), (f"{kind:<9} ", KIND_STYLE[kind]))


def kind_of(event: Event) -> Kind:
    """Return the event's kind, which is its tag in the wire form."""
    match event:
        case Statement():
            return "statement"
        case Meeting():
            return "meeting"
        case Decision():
            return "decision"


def _parts(event: Event, *, roles: bool) -> _Parts:
    match event:
        case Statement():
            return _statement(event, roles=roles)
        case Meeting():
            return _meeting(event, roles=roles)
        case Decision():
            return _decision(event, roles=roles)


def _statement(event: Statement, *, roles: bool) -> _Parts:
    target = f" {visible(event.target.name)}" if event.target else ""
    words = " … ".join(visible(span.text) for span in event.content)
    verb = Text(f" {VERBS[event.act]}{target}: ", KIND_STYLE["statement"])
    who = _actor(event.speaker, roles=roles) if event.speaker else Text("somebody", "dim")
    return _Parts(who, verb, _listed(words, event.venue))


def _meeting(event: Meeting, *, roles: bool) -> _Parts:
    verb = Text.assemble("  ", (spoken(event.form), KIND_STYLE["meeting"]), " ", status_word(event.status), "  ")
    return _Parts(_actors(event.participants, roles=roles), verb, _listed(event.place, event.when, event.topic))


def _decision(event: Decision, *, roles: bool) -> _Parts:
    verb = Text.assemble("  ", status_word(event.status), "  ")
    return _Parts(_actors(event.deciders, roles=roles), verb, _listed(event.object, event.when))


def _actor(actor: Actor, *, roles: bool) -> Text:
    known = [part for part in (actor.role if roles else None, actor.country) if part]
    about = f" ({', '.join(visible(part) for part in known)})" if known else ""
    return Text.assemble((visible(actor.name), "bold"), (about, "dim"))


def _actors(actors: Sequence[Actor], *, roles: bool) -> Text:
    if not actors:
        return Text("somebody", "dim")
    return Text(", ").join([_actor(actor, roles=roles) for actor in actors])


def status_word(status: str) -> tuple[str, str]:
    """Return a status as a person reads it, and its colour."""
    return spoken(status), STATUS_STYLE.get(status, "bold")


def spoken(code: str) -> str:
    """Return a code of the wire form as a person reads it: "not_taken" is "not taken"."""
    return code.replace("_", " ")


def _listed(*parts: Span | str | None) -> str:
    """Join what is there of a line's words; a string is taken as visible already."""
    return " · ".join(part if isinstance(part, str) else visible(part.text) for part in parts if part)


def _notes(notes: Iterable[str]) -> Text:
    return Text("".join(f"  · {note}" for note in notes), "dim")
