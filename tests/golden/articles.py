"""Golden articles: `<name>.txt` is an invented article, `<name>.events` what is found in it, readable by a linguist.

An article's first line may be a directive of the form `language: de`; everything else is its text.
"""

from __future__ import annotations

from pathlib import Path

from worker.extract import extract
from worker.schema import Actor, Article, Decision, Event, Meeting, Statement, article_id

ARTICLES = sorted(Path(__file__).parent.glob("*.txt"))


def described(path: Path) -> str:
    """Return the article's events as the golden file has them."""
    url = f"https://news.example/{path.stem}"
    article = Article(id=article_id(url), url=url, text=path.read_text(encoding="utf-8"), language="en")
    return "\n\n".join(_event(event) for event in extract(article)) + "\n"


def _event(event: Event) -> str:
    lines = [f"{type(event).__name__.lower()} ({event.rule}, {event.confidence})"]
    if isinstance(event, Statement):
        lines += [
            f"  speaker  {_actor(event.speaker)}",
            f"  cue      {event.cue.text if event.cue else '-'}",
            *(f"  content  {piece.text}" for piece in event.content),
            f"  kind     {event.quotation}, {event.act}",
        ]
        lines += [f"  target   {_actor(event.target)}"] * bool(event.target)
        lines += [f"  venue    {event.venue.text}" if event.venue else ""] * bool(event.venue)
    elif isinstance(event, Meeting):
        lines += [f"  {event.form}, {event.status}", *(f"  party    {_actor(p)}" for p in event.participants)]
        lines += [f"  place    {event.place.text}" if event.place else ""] * bool(event.place)
        lines += [f"  when     {event.when.text}" if event.when else ""] * bool(event.when)
    elif isinstance(event, Decision):
        lines += [f"  {event.category}, {event.status}", *(f"  decider  {_actor(d)}" for d in event.deciders)]
        lines += [f"  object   {event.object.text}" if event.object else ""] * bool(event.object)
    lines += [f"  via      {' < '.join(event.via)}"] * bool(event.via)
    return "\n".join(lines)


def _actor(actor: Actor | None) -> str:
    if actor is None:
        return "-"
    mention = f'"{actor.mention.text}" = ' if actor.mention and actor.mention.text != actor.name else ""
    details = ", ".join(filter(None, (actor.type, actor.role, actor.country)))
    return f"{mention}{actor.name} ({details})"
