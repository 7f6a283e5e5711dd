"""Events for a person who asks why: the evidence with its parts marked, whom every name means, and which rule fired.

On a terminal the parts have colours; elsewhere they stand in brackets, `[cue said]`.  Whatever the article says is
shown, never obeyed: see `visible`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from unicodedata import bidirectional

import msgspec
from rich.text import Text

from worker.codes import CAMEO
from worker.schema import KINDS, Actor, Decision, Event, Kind, Meeting, Span, Statement
from worker.terminal.lines import KIND_STYLE, LONGEST, kind_of, spoken, visible

PART_STYLE = {
    "source": "bold cyan",
    "party": "bold cyan",
    "cue": "bold yellow",
    "content": "green",
    "object": "green",
    "topic": "green",
    "target": "magenta",
    "place": "blue",
    "venue": "blue",
    "when": "blue",
}
LINE_ENDS = re.compile(r"[\r\n]+")
PARAGRAPH = " ¶ "
LABEL = 11
"""Columns of a field's name."""


class Part(NamedTuple):
    """A stretch of the article that plays a part in an event: offsets in code points."""

    start: int
    end: int
    name: str


def explained(events: Sequence[Event], text: str, *, colours: bool) -> Iterator[Text]:
    """Yield a block of lines for each event of an article, numbered; `text` is the article's."""
    number = {event.id: n for n, event in enumerate(events, 1)}
    if colours and events:
        yield Text.assemble(*((f"{name} ", style) for name, style in PART_STYLE.items()), "\n")
    for n, event in enumerate(events, 1):
        lines = [_head(n, event), evidence(event, text, colours=colours)]
        lines += [Text.assemble((f"{name:<{LABEL}}", "dim"), value) for name, value in _fields(event, text, number)]
        yield Text("\n   ").join(lines).append("\n")


def _head(number: int, event: Event) -> Text:
    kind = kind_of(event)
    return Text.assemble(f"{number}  ", (kind, KIND_STYLE[kind]), f"  confidence {event.confidence:.2f}")


# ---------------------------------------------------------------- the evidence, marked
def evidence(event: Event, text: str, *, colours: bool) -> Text:
    """Return the event's sentence, and whatever of its content lies beyond, with its parts marked."""
    parts = [part for part in _parts(event) if part.start < part.end]
    whole = (event.sentence.start, event.sentence.end)
    inside = [part for part in parts if part.start >= whole[0] and part.end <= whole[1]]
    pieces = _cut(whole[0], whole[1], inside)
    return _coloured(pieces, text) if colours else Text(_bracketed(pieces, text))


def _parts(event: Event) -> Iterator[Part]:
    """Yield what is marked of an event, in no order; parts may overlap."""
    named: dict[str, Sequence[Span | Actor | None]]
    match event:
        case Statement():
            named = {"source": [event.speaker], "content": event.content, "target": [event.target]}
            named["venue"] = [event.venue]
        case Meeting():
            named = {"party": event.participants, "place": [event.place], "when": [event.when], "topic": [event.topic]}
        case Decision():
            named = {"party": event.deciders, "object": [event.object], "when": [event.when]}
    named["cue"] = [event.cue]
    for name, given in named.items():
        for one in given:
            span = one.mention if isinstance(one, Actor) else one
            if span is not None:
                yield Part(span.start, span.end, name)


Piece = tuple[int, int, list[Part]]
"""A stretch no part begins or ends in, and the parts over it, the outermost first."""


def _cut(start: int, end: int, parts: Sequence[Part]) -> list[Piece]:
    """Cut a stretch wherever a part begins or ends."""
    outermost_first = sorted(set(parts), key=lambda part: (part.start, -part.end, part.name))
    edges = sorted({start, end, *(edge for part in parts for edge in part[:2])})
    return [(a, b, [part for part in outermost_first if part.start <= a < part.end]) for a, b in pairwise(edges)]


def _coloured(pieces: Sequence[Piece], text: str) -> Text:
    """Give each stretch the colour of its innermost part; where parts overlap it is underlined."""
    shown = Text()
    for start, end, over in pieces:
        style = PART_STYLE[over[-1].name] + (" underline" if len(over) > 1 else "") if over else ""
        shown.append(_shown(text[start:end]), style)
    return shown


def _bracketed(pieces: Sequence[Piece], text: str) -> str:
    """Set brackets, which nest: a part that another one cuts across is closed and opened again."""
    shown: list[str] = []
    opened: list[Part] = []
    for start, end, over in pieces:
        kept = next((n for n, (a, b) in enumerate(zip(opened, over, strict=False)) if a != b), len(over))
        kept = min(kept, len(opened))
        shown += ["]" * (len(opened) - kept), *(f"[{part.name} " for part in over[kept:]), _shown(text[start:end])]
        opened = over
    return "".join([*shown, "]" * len(opened)])


def _shown(words: str) -> str:
    """Return words of the article on one line; right-to-left letters are isolated, so that they move no bracket."""
    told = visible(LINE_ENDS.sub(PARAGRAPH, words)) + (" …" if len(words) > LONGEST else "")
    turned = not told.isascii() and any(bidirectional(char) in {"R", "AL"} for char in told)
    return f"\u2068{told}\u2069" if turned else told


# ---------------------------------------------------------------- the fields below it
def _fields(event: Event, text: str, number: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield name and value of what there is to say beside the evidence."""
    match event:
        case Statement():
            yield "speaker", _actor(event.speaker, text) if event.speaker else "nobody named"
            yield "act", f"{event.act}, {event.quotation}"
            yield from [("target", _actor(event.target, text))] if event.target else []
            yield from _given(venue=event.venue, said_on=event.said_on)
        case Meeting():
            yield "meeting", f"{spoken(event.form)}, {spoken(event.status)}"
            yield from (("party", _actor(actor, text)) for actor in event.participants)
            yield from _given(place=event.place, when=event.when, held_on=event.held_on, topic=event.topic)
        case Decision():
            yield "decision", f"{event.category}, {spoken(event.status)}"
            yield from (("party", _actor(actor, text)) for actor in event.deciders)
            yield from _given(object=event.object, when=event.when, decided_on=event.decided_on)
    if not isinstance(event, Statement):
        if len(event.mentions) > 1:
            yield "told also", ", ".join(f"“{_shown(span.text)}”" for span in event.mentions[1:])
        if event.attributed_to in number:
            yield "told by", f"statement {number[event.attributed_to]}"
    yield from [("via", ", ".join(visible(outlet) for outlet in event.via))] if event.via else []
    words = rule_in_words(kind_of(event), event.rule)
    yield "rule", f"{event.rule}: {words}" if words else event.rule
    yield from [("codes", codes)] if (codes := _codes(event)) else []


def _codes(event: Event) -> str:
    """Return the codes with the name of CAMEO's; "" where there are none."""
    name = CAMEO[event.cameo].name if event.cameo in CAMEO else ""
    cameo = [visible(f"CAMEO {event.cameo} {name}".rstrip())] if event.cameo else []
    mode = f"-{event.plover.mode}" if event.plover and event.plover.mode else ""
    return ", ".join([*cameo, *([visible(f"PLOVER {event.plover.type}{mode}")] if event.plover else [])])


def _given(**values: object) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is not None:
            yield spoken(name), _shown(value.text) if isinstance(value, Span) else str(value)


def _actor(actor: Actor, text: str) -> str:
    """Name and what is known of it, and where the article tells it if other words stand here."""
    known = ", ".join(_shown(about) for about in (actor.type, actor.role, actor.country) if about)
    return f"{_shown(actor.name)} ({known}){_origin(actor, text)}"


def _origin(actor: Actor, text: str) -> str:
    if actor.mention is None:
        return ", not mentioned here"
    if actor.name in actor.mention.text:
        return ""
    at = text.find(actor.name)
    paragraph = f", named in paragraph {_paragraph(text, at)}" if at >= 0 else ""
    return f", meant by “{_shown(actor.mention.text)}”{paragraph}"


def _paragraph(text: str, offset: int) -> int:
    """Return the number of the paragraph at an offset, from 1; paragraphs are lines that are not empty."""
    return sum(1 for line in text[:offset].split("\n")[:-1] if line.strip()) + 1


# ---------------------------------------------------------------- the rules in words
@cache
def rules_in_words() -> dict[Kind, dict[str, str]]:
    """Return what the construction of every rule is, in one line each; rules of two parts are told by both."""
    raw = files("worker.terminal").joinpath("rules.toml").read_bytes()
    table = msgspec.toml.decode(raw, type=dict[str, dict[str, str]])
    subjects, complements = table["subject"].items(), table["complement"].items()
    pairs = {f"{s}_{c}": f"{subject}; {complement}" for s, subject in subjects for c, complement in complements}
    return {kind: (pairs if kind == "statement" else {}) | table[kind] for kind in KINDS}


def rule_in_words(kind: Kind, rule: str) -> str:
    """Return what a rule's construction is; "" for a rule that `rules.toml` does not know."""
    return rules_in_words()[kind].get(rule, "")
