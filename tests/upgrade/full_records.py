"""Invented articles and events with a value in every field, and tasks in every form, for recordings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from worker.schema import Actor, Article, Decision, Meeting, Plover, Span, Statement, Task, article_id, hash_id, task_id
from worker.schema.work import FailedAttempt

if TYPE_CHECKING:
    from worker.schema import Event

TEXT = (
    "Finnish Prime Minister Aino Ranta accused the port of Oslo of delay on Tuesday, the Harbour Herald reported.\n\n"
    "She told Radio Sund that the ferries “will sail”. She met Liis Tamm in Turku on Monday about the ice.\n\n"
    "Parliament approved the budget in March."
)
AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


def span(words: str) -> Span:
    """Return the span of words in `TEXT`."""
    start = TEXT.index(words)
    return Span(start=start, end=start + len(words), text=words)


def full_article(number: int) -> Article:
    """Return an article with every field."""
    url = f"https://herald.example/news/{number}"
    return Article(
        id=article_id(url), url=url, text=TEXT, title="Ice “delays” ferries", byline=["Maren Holt"], published_at=AT,
        published_offset_s=7200, language="en", site="Harbour Herald", fetched_at=AT, events_omitted=2,
    )  # fmt: skip


def full_events(article: Article) -> list[Event]:
    """Return an event of each kind with every field, and one with only the required ones."""
    ranta = Actor(
        name="Aino Ranta", mention=span("Aino Ranta"), type="person", role="Finnish Prime Minister", country="FI"
    )
    tamm = Actor(name="Liis Tamm", mention=span("Liis Tamm"), type="person")
    sentence = span("She met Liis Tamm in Turku on Monday about the ice.")
    statement = Statement(
        **_about(article, "statement", span("accused")), speaker=ranta, content=[span("of delay"), span("“will sail”")],
        quotation="mixed", act="accuse", target=Actor(name="port of Oslo", type="organisation", country="NO"),
        venue=span("Radio Sund"), said_on=date(2026, 3, 3),
    )  # fmt: skip
    meeting = Meeting(
        **_about(article, "meeting", span("met")), form="talks", status="held", participants=[ranta, tamm],
        place=span("Turku"), held_on=date(2026, 3, 2), when=span("Monday"), topic=span("the ice"),
        mentions=[span("met")], attributed_to=statement.id,
    )  # fmt: skip
    decision = Decision(
        **_about(article, "decision", span("approved")), deciders=[Actor(name="Parliament", type="organisation")],
        status="taken", category="legislative", object=span("the budget"), decided_on=date(2026, 3, 1),
        when=span("in March"), mentions=[span("approved")], attributed_to=statement.id,
    )  # fmt: skip
    short = Statement(
        id=hash_id(article.url, "short"), url=article.url, sentence=sentence, confidence=0.5, rule="r",
        content=[sentence], quotation="indirect",
    )  # fmt: skip
    return [statement, meeting, decision, short]


def _about(article: Article, kind: str, cue: Span) -> dict[str, Any]:
    return {
        "id": hash_id(article.url, kind), "url": article.url, "published_at": AT, "language": "en-GB",
        "sentence": span("She met Liis Tamm in Turku on Monday about the ice."), "cue": cue, "via": ["DPA", "BTA"],
        "confidence": 0.875, "rule": f"rule of {kind}", "plover": Plover(type="CONSULT", mode="visit"), "cameo": "042",
    }  # fmt: skip


def tasks() -> list[Task]:
    """Return a task in every form, each of a host of its own."""
    failures = (
        FailedAttempt(at=AT, reason="connect", detail="refused “twice”"),
        FailedAttempt(at=AT, reason="http_503"),
    )
    forms: dict[str, dict[str, Any]] = {
        "new": {},
        "of-a-feed": {"source": "herald", "put_at": AT},
        "failed": {"attempt": 2, "failures": failures},
        "host-failed": {"failed_at": 1_772_530_200_000, "failures": failures[:1]},
        "suspect": {"lost": 1, "put_at": AT},
        "redirected": {"redirected_to": "https://moved.example/a", "redirects": 2, "put_at": AT},
    }
    urls = {name: f"https://{name}.example/a?x=1&y=ü" for name in forms}
    return [Task(id=task_id(urls[name]), url=urls[name], **form) for name, form in forms.items()]
