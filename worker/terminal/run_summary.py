"""Statistics of a run -> the progress lines below the events, and the summary at the end."""

from __future__ import annotations

from collections import Counter

from rich import box
from rich.columns import Columns
from rich.console import Group, JustifyMethod, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS
from worker.schema.plurals import plural
from worker.terminal.event_line import KIND_STYLE, styled_status
from worker.terminal.run_stats import RunStats
from worker.terminal.sanitise import sanitise
from worker.terminal.wording import humanise_code

_UNBROKEN_COLUMNS = {"outcome", "kind", "status", "n"}
"""Columns that are never wrapped or truncated; all other columns are wrapped."""


def render_progress(stats: RunStats) -> RenderableType:
    """Return the progress of a run in four lines: a rule, articles by outcome, events by kind, rates and time."""
    events_s, articles_s = stats.rates()
    speed = f"{events_s:.1f} events/s · {articles_s:.1f} articles/s · {_clock(stats.elapsed_s)}"
    kinds = Text(" · ").join([Text(plural(stats.kinds[kind], kind), KIND_STYLE[kind]) for kind in KINDS])
    rows = [("articles", _progress(stats)), ("events", kinds), ("speed", Text(speed))]
    lines = [Text.assemble((f"{name:<10}", "bold"), value, no_wrap=True, overflow="ellipsis") for name, value in rows]
    return Group(Rule(style="dim"), *lines)


def _progress(stats: RunStats) -> Text:
    ahead = f"{len(stats.deferred)} put off" if stats.backlog is None else f"{stats.backlog} to do"
    parts = [Text(f"{stats.done} done", "green"), Text(ahead)]
    why = ", ".join(f"{humanise_code(sanitise(reason))} {n}" for reason, n in stats.given_up.most_common(6))
    parts.append(Text(f"{stats.given_up.total()} given up" + (f" ({why})" if why else "")))
    return Text(" · ").join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def render_summary(stats: RunStats, *, rows: int = 8) -> RenderableType:
    """Return the summary: articles by outcome, events by kind, most frequent speakers and meetings, totals.

    The two tables of speakers and meetings have at most `rows` rows; an empty table is left out.
    """
    events_s = stats.kinds.total() / stats.elapsed_s if stats.elapsed_s else 0.0
    articles, events = plural(stats.articles, "article"), plural(stats.kinds.total(), "event")
    closing = f"{articles}, {events} in {stats.elapsed_s:.1f} s"
    narrow, wide = [_articles(stats), _events(stats), _speakers(stats, rows)], [_meetings(stats, rows)]
    return Group(
        Rule("Summary", style="dim"),
        Columns([table for table in narrow if table.row_count], padding=(0, 3)),
        *[table for table in wide if table.row_count],
        Text(f"{closing} ({events_s:.1f} events/s)", "bold"),
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        justify: JustifyMethod = "right" if column == "n" else "left"
        table.add_column(column, justify=justify, overflow="ellipsis", no_wrap=column in _UNBROKEN_COLUMNS)
    return table


def _articles(stats: RunStats) -> Table:
    table = _table("Articles", "outcome", "reason", "n")
    table.add_row(Text("done", "green"), "", str(stats.done))
    for reason, n in stats.given_up.most_common():
        table.add_row(Text("given up", "red"), Text(humanise_code(sanitise(reason))), str(n))
    for outcome, n in stats.other_outcomes.most_common():
        table.add_row(Text(humanise_code(sanitise(outcome)), "dim"), "", str(n))
    for reason, n in Counter(stats.deferred.values()).most_common():
        table.add_row(Text("still waiting", "yellow"), Text(humanise_code(sanitise(reason))), str(n))
    return table


def _events(stats: RunStats) -> Table:
    table = _table("Events", "kind", "n")
    for kind in KINDS:
        table.add_row(Text(kind, KIND_STYLE[kind]), str(stats.kinds[kind]))
    return table


def _speakers(stats: RunStats, rows: int) -> Table:
    table = _table("Most frequent speakers", "speaker", "role", "n")
    for name, n in stats.speakers.most_common(rows):
        table.add_row(Text(sanitise(name), "bold"), Text(sanitise(stats.roles.get(name, "")), "dim"), str(n))
    return table


def _meetings(stats: RunStats, rows: int) -> Table:
    table = _table("Most frequent meetings", "participants", "status", "n")
    for (names, status), n in stats.meetings.most_common(rows):
        table.add_row(Text(", ".join(sanitise(name) for name in names)), Text(*styled_status(status)), str(n))
    return table
