"""One event -> one line of text. Text from articles is sanitised: see `worker.terminal.sanitise`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct
from rich.cells import cell_len
from rich.text import Text

from worker.schema import (
    KIND_SPECS,
    Actor,
    Event,
    Kind,
    Retraction,
    Span,
    Statement,
    actors_in,
    kind_of,
    spans_in,
    spec_of,
)
from worker.terminal.sanitise import sanitise
from worker.terminal.wording import humanise_code, verb_phrase

KIND_STYLE: dict[Kind, str] = {kind: spec.colour for kind, spec in KIND_SPECS.items()}
STATUS_STYLE = {
    **dict.fromkeys(("held", "taken"), "bold green"),
    **dict.fromkeys(("planned", "proposed", "pending"), "bold blue"),
    **dict.fromkeys(("cancelled", "denied", "rejected"), "bold red"),
    **dict.fromkeys(("postponed", "not_taken"), "bold magenta"),
}
UNKNOWN_ACTOR = "somebody"
"""The subject of an event whose article names no actor."""
FULL_DATE_COLUMNS = 120
"""Terminal width from which on the year and the time of day are shown."""
MIN_TEXT_COLUMNS = 24
"""Columns reserved for the text of the event (or a quarter of the line, if more) before roles and outlets are shown."""


class _LineParts(Struct, frozen=True):
    """The three columns of a line; `detail` is the one that is truncated."""

    actors: Text
    action: Text
    detail: str


def format_line(item: Event | Retraction, width: int | None = None) -> Text:
    """Return the line of an event or of a retraction, of at most `width` columns; None: of any length."""
    if not isinstance(item, Retraction):
        return format_event(item, width)
    text = Text(f"{item.retracted_at:%m-%d} retracted  {item.of_kind} {sanitise(item.of)}: {item.reason}", "dim")
    text.append_text(_notes([_host(item.url)] if _host(item.url) else []))
    if width is not None:
        text.truncate(width, overflow="ellipsis")
    return text


def format_event(event: Event, width: int | None = None) -> Text:
    """Return one line of at most `width` columns; `width` None: of any length.

    Date, kind, actors, action, detail; then, dimmed, the credited outlets and the host of the URL.  If the line is too
    long, the host and the time of day are dropped first, then the roles; then the detail is truncated.
    """
    host = [_host(event.url)] if _host(event.url) else []
    via = [f"via {', '.join(sanitise(outlet) for outlet in event.via)}"] if event.via else []
    if width is None:
        start, detail = _start(event, roles=True, full_date=True)
        return Text.assemble(start, detail, _notes([*via, *host]))
    for roles, tail in ((True, [*via, *host]), (True, via), (False, via), (False, [])):
        start, detail = _start(event, roles=roles, full_date=width >= FULL_DATE_COLUMNS)
        notes = _notes(tail)
        room = width - start.cell_len - notes.cell_len
        if room >= min(cell_len(detail), max(width // 4, MIN_TEXT_COLUMNS)):
            break
    truncated = Text(detail)
    truncated.truncate(max(room, 0), overflow="ellipsis")
    line = Text.assemble(start, truncated, notes)
    line.truncate(width, overflow="ellipsis")
    return line


def _start(event: Event, *, roles: bool, full_date: bool) -> tuple[Text, str]:
    """Return the start of the line, which is truncated only after the detail, and the detail that follows it."""
    parts = _parts(event, roles=roles)
    return Text.assemble(_date_and_kind(event, full=full_date), parts.actors, parts.action), parts.detail


def _host(url: str) -> str:
    """Return the host of a URL without "www."; "" if the URL has none."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return sanitise(host).removeprefix("www.")


def _date_and_kind(event: Event, *, full: bool) -> Text:
    pattern = "%Y-%m-%d %H:%M " if full else "%m-%d "
    blank = " " * (17 if full else 6)
    kind = kind_of(event)
    date = event.published_at.strftime(pattern) if event.published_at else blank
    return Text.assemble((date, "dim"), (f"{kind:<9} ", KIND_STYLE[kind]))


def _parts(event: Event, *, roles: bool) -> _LineParts:
    return _statement(event, roles=roles) if isinstance(event, Statement) else _other(event, roles=roles)


def _statement(event: Statement, *, roles: bool) -> _LineParts:
    target = sanitise(event.target.name) if event.target else ""
    verb = Text(f" {verb_phrase(event.act, event.speaker, target)}: ", KIND_STYLE["statement"])
    content = " … ".join(sanitise(span.text) for span in event.content)
    return _LineParts(
        _actors([event.speaker] if event.speaker else [], roles=roles), verb, _joined(content, event.venue)
    )


def _other(event: Event, *, roles: bool) -> _LineParts:
    """Return the parts of an event other than a statement, as the spec of the event's kind lists them."""
    spec = spec_of(event)
    labels = [_label(field, getattr(event, field), spec.colour) for field in spec.line_labels]
    action = Text.assemble("  ", Text(" ").join(labels), "  ")
    return _LineParts(
        _actors(actors_in(event, spec.agents), roles=roles), action, _joined(*spans_in(event, spec.details))
    )


def _label(field: str, value: str, colour: str) -> Text:
    return Text(*(styled_status(value) if field == "status" else (humanise_code(value), colour)))


def _actor(actor: Actor, *, roles: bool) -> Text:
    known = [part for part in (actor.role if roles else None, actor.country) if part]
    about = f" ({', '.join(sanitise(part) for part in known)})" if known else ""
    return Text.assemble((sanitise(actor.name), "bold"), (about, "dim"))


def _actors(actors: Sequence[Actor], *, roles: bool) -> Text:
    if not actors:
        return Text(UNKNOWN_ACTOR, "dim")
    return Text(", ").join([_actor(actor, roles=roles) for actor in actors])


def styled_status(status: str) -> tuple[str, str]:
    """Return the words of a status and their Rich style, as `Text.assemble` takes them."""
    return humanise_code(status), STATUS_STYLE.get(status, "bold")


def _joined(*parts: Span | str | None) -> str:
    """Join the parts that are present; a string has been sanitised already, a span has not."""
    return " · ".join(part if isinstance(part, str) else sanitise(part.text) for part in parts if part)


def _notes(notes: Iterable[str]) -> Text:
    return Text("".join(f"  · {note}" for note in notes), "dim")
