"""Events and consoles that the terminal tests share."""

import io
from datetime import UTC, datetime

from rich.console import Console

from worker.schema import Actor, Decision, Event, Meeting, Span, Statement


def span(text: str) -> Span:
    return Span(start=0, end=len(text), text=text)


TAMSAAR = Actor(name="Leena Tamsaar", type="person", role="Estonian Prime Minister", country="EE")
KORPIAHO = Actor(name="Juhani Korpiaho", type="person", role="Finnish Prime Minister", country="FI")
CHAMBER = Actor(name="Chamber of Deputies", type="organisation", country="RO")
PUBLISHED_AT = datetime(2025, 3, 4, 6, 20, tzinfo=UTC)
URL = "https://www.courier.example/news/1"


def statement(text: str = "“The ice is ours”", name: str = "Leena Tamsaar", via: tuple[str, ...] = ()) -> Statement:
    speaker = Actor(name=name, type="person", role=TAMSAAR.role, country="EE")
    return Statement(
        id="s", url=URL, published_at=PUBLISHED_AT, sentence=span(text), confidence=0.9, rule="r", via=list(via),
        speaker=speaker, content=[span(text)], quotation="direct", act="demand",
    )  # fmt: skip


MEETING = Meeting(
    id="m", url=URL, published_at=PUBLISHED_AT, sentence=span("s"), confidence=0.9, rule="r", form="press_conference",
    status="cancelled", participants=[TAMSAAR, KORPIAHO], place=span("Turku"), when=span("on Monday"),
    topic=span("the icebreaker"),
)  # fmt: skip
DECISION = Decision(
    id="d", url=URL, published_at=PUBLISHED_AT, sentence=span("s"), confidence=0.9, rule="r", status="not_taken",
    deciders=[CHAMBER], object=span("who dredges the river"),
)  # fmt: skip
EVENTS: list[Event] = [statement(), MEETING, DECISION]


def console(width: int = 80, *, terminal: bool = False, **environ: str) -> Console:
    return Console(file=io.StringIO(), width=width, height=30, force_terminal=terminal, _environ=environ)


def output(of: Console) -> str:
    assert isinstance(of.file, io.StringIO)
    return of.file.getvalue()


def rendered(renderable: object, width: int = 80) -> str:
    made = console(width)
    made.print(renderable)
    return output(made)
