"""Events with an explanation: the evidence with its parts marked, the referent of every mention, the rule that matched.

On a terminal the parts are coloured; elsewhere they are bracketed, `[cue said]`. Text from articles is sanitised: see
`worker.terminal.sanitise`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple
from unicodedata import bidirectional

from rich.text import Text

from worker.coding.ontology import CAMEO
from worker.schema import Actor, Event, Span, Statement, actors_in, kind_of, spans_in, spec_of
from worker.schema.rules import describe_rule
from worker.terminal.event_line import KIND_STYLE
from worker.terminal.sanitise import MAX_CHARACTERS, sanitise
from worker.terminal.wording import humanise_code

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
PARAGRAPH_MARK = " ¶ "
FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"
LABEL_COLUMNS = 11
"""Width of the column of field names."""


class EventPart(NamedTuple):
    """A span of the article with a function in an event, such as its cue; offsets are code points."""

    start: int
    end: int
    name: str


def explain_events(
    events: Sequence[Event], text: str, reasons: Mapping[str, Sequence[str]] = MappingProxyType({}), *, colours: bool
) -> Iterator[Text]:
    """Yield a numbered block of lines per event of an article, after a legend of the colours.

    `text` is the article; `reasons` maps ids of scored events to the strongest features of their score.
    """
    numbers = {event.id: n for n, event in enumerate(events, 1)}
    if colours and events:
        yield Text.assemble(*((f"{name} ", style) for name, style in PART_STYLE.items()), "\n")
    for n, event in enumerate(events, 1):
        lines = [_heading(n, event), mark_evidence(event, text, colours=colours)]
        fields = [*_fields(event, text, numbers), *_reasons(reasons.get(event.id, ()))]
        lines += [Text.assemble((f"{name:<{LABEL_COLUMNS}}", "dim"), value) for name, value in fields]
        yield Text("\n   ").join(lines).append("\n")


def _heading(number: int, event: Event) -> Text:
    kind = kind_of(event)
    return Text.assemble(f"{number}  ", (kind, KIND_STYLE[kind]), f"  confidence {event.confidence:.2f}")


# ---------------------------------------------------------------- evidence with marked parts
def mark_evidence(event: Event, text: str, *, colours: bool) -> Text:
    """Return the sentence of an event with its parts marked, by colours or by brackets.

    Parts that are not entirely in the sentence are not marked.
    """
    parts = [part for part in _parts(event) if part.start < part.end]
    start, end = event.sentence.start, event.sentence.end
    segments = _segments(start, end, [part for part in parts if part.start >= start and part.end <= end])
    return _coloured(segments, text) if colours else Text(_bracketed(segments, text))


def _parts(event: Event) -> Iterator[EventPart]:
    """Yield the parts of an event in no particular order; they may overlap."""
    spec = spec_of(event)
    named: dict[str, Sequence[Span | Actor | None]] = {field: spans_in(event, (field,)) for field in spec.details}
    named["cue"] = [event.cue]
    if isinstance(event, Statement):
        named |= {"source": [event.speaker], "content": event.content, "target": [event.target]}
    else:
        named["party"] = actors_in(event, spec.agents)
    for name, values in named.items():
        for value in values:
            span = value.mention if isinstance(value, Actor) else value
            if span is not None:
                yield EventPart(span.start, span.end, name)


Segment = tuple[int, int, list[EventPart]]
"""(start, end, parts) of a stretch in which no part begins or ends; the parts that cover it, outermost first."""


def _segments(start: int, end: int, parts: Sequence[EventPart]) -> list[Segment]:
    """Split a stretch of text wherever a part begins or ends."""
    outermost_first = sorted(set(parts), key=lambda part: (part.start, -part.end, part.name))
    edges = sorted({start, end, *(edge for part in parts for edge in part[:2])})
    return [(a, b, [part for part in outermost_first if part.start <= a < part.end]) for a, b in pairwise(edges)]


def _coloured(segments: Sequence[Segment], text: str) -> Text:
    """Colour each segment as its innermost part, underlined where parts overlap."""
    marked = Text()
    for start, end, parts in segments:
        style = PART_STYLE.get(parts[-1].name, "") + (" underline" if len(parts) > 1 else "") if parts else ""
        marked.append(_quote(text[start:end]), style)
    return marked


def _bracketed(segments: Sequence[Segment], text: str) -> str:
    """Return the text with each part in brackets.

    Brackets nest: if two parts cross, the outer part is closed and opened again.
    """
    pieces: list[str] = []
    opened: list[EventPart] = []
    for start, end, parts in segments:
        kept = next((n for n, (a, b) in enumerate(zip(opened, parts, strict=False)) if a != b), len(parts))
        kept = min(kept, len(opened))
        pieces += ["]" * (len(opened) - kept), *(f"[{part.name} " for part in parts[kept:]), _quote(text[start:end])]
        opened = parts
    return "".join([*pieces, "]" * len(opened)])


def _quote(words: str) -> str:
    """Return article text on one line; right-to-left text is isolated, so that the brackets around it stay in place."""
    line = sanitise(LINE_ENDS.sub(PARAGRAPH_MARK, words)) + (" …" if len(words) > MAX_CHARACTERS else "")
    right_to_left = not line.isascii() and any(bidirectional(char) in {"R", "AL"} for char in line)
    return f"{FIRST_STRONG_ISOLATE}{line}{POP_DIRECTIONAL_ISOLATE}" if right_to_left else line


# ---------------------------------------------------------------- fields below the evidence
def _fields(event: Event, text: str, numbers: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield name and value of every field that is set; `numbers` maps event ids to the numbers of their blocks."""
    spec = spec_of(event)
    labels = ", ".join(humanise_code(getattr(event, field)) for field in spec.labels)
    if isinstance(event, Statement):
        yield "speaker", _actor(event.speaker, text) if event.speaker else "not named"
        yield "act", labels
        yield from [("target", _actor(event.target, text))] if event.target else []
    else:
        yield spec.name, labels
        yield from (("party", _actor(actor, text)) for actor in actors_in(event, spec.agents))
    yield from _optional(**{field: getattr(event, field) for field in spec.details})
    other_cues: list[Span] = getattr(event, "mentions", [])[1:]
    if other_cues:
        yield "other cues", ", ".join(f"“{_quote(span.text)}”" for span in other_cues)
    if (reported_in := getattr(event, "attributed_to", None)) in numbers:
        yield "reported", f"in statement {numbers[reported_in]}"
    yield from [("via", ", ".join(sanitise(outlet) for outlet in event.via))] if event.via else []
    description = describe_rule(kind_of(event), event.rule)
    yield "rule", f"{event.rule}: {description}" if description else event.rule
    yield from [("codes", codes)] if (codes := _codes(event)) else []


def _reasons(features: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the row of the features of a score; nothing without any."""
    if features:
        yield "score", ", ".join(sanitise(feature) for feature in features)


def _codes(event: Event) -> str:
    """Return the CAMEO code with its name and the PLOVER type and mode; "" for an event without codes."""
    name = CAMEO[event.cameo].name if event.cameo in CAMEO else ""
    cameo = [sanitise(f"CAMEO {event.cameo} {name}".rstrip())] if event.cameo else []
    mode = f"-{event.plover.mode}" if event.plover and event.plover.mode else ""
    return ", ".join([*cameo, *([sanitise(f"PLOVER {event.plover.type}{mode}")] if event.plover else [])])


def _optional(**values: object) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if value is not None:
            yield humanise_code(name), _quote(value.text) if isinstance(value, Span) else str(value)


def _actor(actor: Actor, text: str) -> str:
    """Return name, type, role and country of an actor, and how this mention was resolved to the name."""
    known = ", ".join(_quote(about) for about in (actor.type, actor.role, actor.country) if about)
    return f"{_quote(actor.name)} ({known}){_resolution(actor, text)}"


def _resolution(actor: Actor, text: str) -> str:
    if actor.mention is None:
        return ", not mentioned here"
    if actor.name in actor.mention.text:
        return ""
    at = text.find(actor.name)
    paragraph = f", named in paragraph {_paragraph_number(text, at)}" if at >= 0 else ""
    return f", mentioned as “{_quote(actor.mention.text)}”{paragraph}"


def _paragraph_number(text: str, offset: int) -> int:
    """Return the number, from 1, of the paragraph at an offset; a paragraph is a line that is not blank."""
    return sum(1 for line in text[:offset].split("\n")[:-1] if line.strip()) + 1
