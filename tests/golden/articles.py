"""Golden articles: `<name>.txt` is invented news copy, `<name>.events` the same text with the events of each paragraph.

A file covers a family of constructions.  Blocks are separated by an empty line; a line that starts with `# ` is a
comment (the construction that the paragraph shows, or an event that is not found yet) and not part of the text; a line
`---` starts another article.  All are published on Wednesday, 4 March 2026, to which relative dates refer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

from worker.pipeline.extract_events import extract_events
from worker.schema import Actor, Article, Decision, Event, Meeting, Span, Statement, article_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

ARTICLES = sorted(Path(__file__).parent.glob("*.txt"))
PUBLISHED = datetime(2026, 3, 4, 9, tzinfo=UTC)

_SEPARATOR = "\n\n---\n\n"
_COMMENT = "# "


def read_articles(path: Path) -> Iterator[Article]:
    """Yield the file's articles, without the comments."""
    for source in path.read_text(encoding="utf-8").strip().split(_SEPARATOR):
        paragraphs = map(_without_comments, source.split("\n\n"))
        yield _article("\n\n".join(filter(None, paragraphs)), path.stem)


def annotated_file(path: Path) -> str:
    """Return the file's articles, each paragraph followed by its events, in the format of the `.events` file."""
    sources = path.read_text(encoding="utf-8").strip().split(_SEPARATOR)
    return _SEPARATOR.join("\n\n".join(_annotated_blocks(source, path.stem)) for source in sources) + "\n"


def _annotated_blocks(source: str, name: str) -> Iterator[str]:
    blocks = source.split("\n\n")
    paragraphs = [_without_comments(block) for block in blocks]
    events = extract_events(_article("\n\n".join(filter(None, paragraphs)), name))
    said = {event.id: event for event in events if isinstance(event, Statement)}
    end = 0
    for block, paragraph in zip(blocks, paragraphs, strict=True):
        yield block
        if paragraph:
            start, end = end, end + len(paragraph) + len("\n\n")
            here = (event for event in events if start <= _position(event) < end)
            yield from (indent("\n".join(_event_lines(event, said)), "    ") for event in here)


def _without_comments(block: str) -> str:
    return "\n".join(line for line in block.split("\n") if not line.startswith(_COMMENT))


def _article(text: str, name: str) -> Article:
    url = f"https://news.example/{name}"
    return Article(id=article_id(url), url=url, text=text, language="en", published_at=PUBLISHED)


def _position(event: Event) -> int:
    return (event.cue or event.sentence).start


def _event_lines(event: Event, said: dict[str, Statement]) -> Iterator[str]:
    yield f"{type(event).__name__.lower()} ({event.rule})"
    match event:
        case Statement():
            yield from _statement(event)
        case Meeting():
            yield from _meeting(event)
        case Decision():
            yield from _decision(event)
    if not isinstance(event, Statement) and event.attributed_to:
        yield f"  told by  {_actor(said[event.attributed_to].speaker)}"
    if event.via:
        yield f"  via      {' < '.join(event.via)}"
    yield from _codes(event)


def _statement(said: Statement) -> Iterator[str]:
    yield f"  speaker  {_actor(said.speaker)}"
    yield f"  cue      {said.cue.text if said.cue else '-'}"
    yield from (f"  content  {piece.text}" for piece in said.content)
    yield f"  kind     {said.quotation}, {said.act}"
    if said.target:
        yield f"  target   {_actor(said.target)}"
    yield from _spans(venue=said.venue)


def _meeting(meeting: Meeting) -> Iterator[str]:
    yield f"  kind     {meeting.form}, {meeting.status}"
    yield from (f"  party    {_actor(party)}" for party in meeting.participants)
    yield from _spans(trigger=meeting.cue, place=meeting.place, when=meeting.when, topic=meeting.topic)
    yield from _day(meeting.held_on)
    yield from _other_mentions(meeting)


def _decision(decision: Decision) -> Iterator[str]:
    yield f"  kind     {decision.category}, {decision.status}"
    yield from (f"  decider  {_actor(decider)}" for decider in decision.deciders)
    yield from _spans(trigger=decision.cue, object=decision.object, when=decision.when)
    yield from _day(decision.decided_on)
    yield from _other_mentions(decision)


def _spans(**spans: Span | None) -> Iterator[str]:
    yield from (f"  {name:<8} {span.text}" for name, span in spans.items() if span)


def _day(day: date | None) -> Iterator[str]:
    if day:
        yield f"  day      {day:%A, %Y-%m-%d}"


def _codes(event: Event) -> Iterator[str]:
    plover = f"{event.plover.type}-{event.plover.mode}".removesuffix("-None") if event.plover else None
    if codes := " / ".join(filter(None, (event.cameo, plover))):
        yield f"  codes    {codes}"


def _other_mentions(event: Meeting | Decision) -> Iterator[str]:
    """Yield the further mentions of the event in the article."""
    if again := [mention.text for mention in event.mentions if mention != event.cue]:
        yield f"  again    {', '.join(again)}"


def _actor(actor: Actor | None) -> str:
    if actor is None:
        return "-"
    mention = f'"{actor.mention.text}" = ' if actor.mention and actor.mention.text != actor.name else ""
    details = ", ".join(filter(None, (actor.type, actor.role, actor.country)))
    return f"{mention}{actor.name} ({details})"
