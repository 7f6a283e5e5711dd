"""A tally -> the account below the events while a run goes on, and the one that ends it."""

from __future__ import annotations

from collections import Counter

from rich import box
from rich.columns import Columns
from rich.console import Group, JustifyMethod, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS, Kind
from worker.terminal.lines import KIND_STYLE, spoken, status_word, visible
from worker.terminal.tally import Tally

_WHOLE = {"outcome", "kind", "status", "n"}
"""Columns that are never cut; the others go on in the next line."""


def status(tally: Tally) -> RenderableType:
    """Return the few lines that stand below the events while a run goes on."""
    events_s, articles_s = tally.rates()
    speed = f"{events_s:.1f} events/s · {articles_s:.1f} articles/s · {_clock(tally.elapsed_s)}"
    kinds = Text(" · ").join([_count(tally.kinds[kind], kind) for kind in KINDS])
    rows = [("articles", _progress(tally)), ("events", kinds), ("speed", Text(speed))]
    lines = [Text.assemble((f"{name:<10}", "bold"), value, no_wrap=True, overflow="ellipsis") for name, value in rows]
    return Group(Rule(style="dim"), *lines)


def _progress(tally: Tally) -> Text:
    ahead = f"{len(tally.waiting)} put off" if tally.backlog is None else f"{tally.backlog} to do"
    parts = [Text(f"{tally.done} done", "green"), Text(ahead)]
    why = ", ".join(f"{spoken(visible(reason))} {n}" for reason, n in tally.given_up.most_common(6))
    parts.append(Text(f"{tally.given_up.total()} given up" + (f" ({why})" if why else "")))
    return Text(" · ").join(parts)


def _count(n: int, kind: Kind) -> Text:
    return Text(f"{n} {kind}{'' if n == 1 else 's'}", KIND_STYLE[kind])


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def summary(tally: Tally, *, rows: int = 8) -> RenderableType:
    """Return the final account: articles by outcome, events by kind, who spoke most, who met whom.

    Of the last two the first `rows` are given; a table with nothing in it is left out.
    """
    events_s = tally.kinds.total() / tally.elapsed_s if tally.elapsed_s else 0.0
    articles, events = _number(tally.articles, "article"), _number(tally.kinds.total(), "event")
    closing = f"{articles}, {events} in {tally.elapsed_s:.1f} s"
    narrow, wide = [_articles(tally), _events(tally), _speakers(tally, rows)], [_meetings(tally, rows)]
    return Group(
        Rule("Summary", style="dim"),
        Columns([table for table in narrow if table.row_count], padding=(0, 3)),
        *[table for table in wide if table.row_count],
        Text(f"{closing} ({events_s:.1f} events/s)", "bold"),
    )


def _number(n: int, thing: str) -> str:
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        justify: JustifyMethod = "right" if column == "n" else "left"
        table.add_column(column, justify=justify, overflow="ellipsis", no_wrap=column in _WHOLE)
    return table


def _articles(tally: Tally) -> Table:
    table = _table("Articles", "outcome", "reason", "n")
    table.add_row(Text("done", "green"), "", str(tally.done))
    for reason, n in tally.given_up.most_common():
        table.add_row(Text("given up", "red"), Text(spoken(visible(reason))), str(n))
    for outcome, n in tally.elsewhere.most_common():
        table.add_row(Text(spoken(visible(outcome)), "dim"), "", str(n))
    for reason, n in Counter(tally.waiting.values()).most_common():
        table.add_row(Text("still waiting", "yellow"), Text(spoken(visible(reason))), str(n))
    return table


def _events(tally: Tally) -> Table:
    table = _table("Events", "kind", "n")
    for kind in KINDS:
        table.add_row(Text(kind, KIND_STYLE[kind]), str(tally.kinds[kind]))
    return table


def _speakers(tally: Tally, rows: int) -> Table:
    table = _table("Who spoke most", "speaker", "role", "n")
    for name, n in tally.speakers.most_common(rows):
        table.add_row(Text(visible(name), "bold"), Text(visible(tally.roles.get(name, "")), "dim"), str(n))
    return table


def _meetings(tally: Tally, rows: int) -> Table:
    table = _table("Who met whom", "parties", "status", "n")
    for (names, how), n in tally.meetings.most_common(rows):
        table.add_row(Text(", ".join(visible(name) for name in names)), Text(*status_word(how)), str(n))
    return table
