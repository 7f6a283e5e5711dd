"""A tally -> the account below the events while a run goes on, and the one that ends it."""

from __future__ import annotations

from collections import Counter

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from worker.schema import KINDS
from worker.view.lines import KIND_STYLE, spoken, status_word, visible
from worker.view.tally import Tally


def status(tally: Tally) -> RenderableType:
    """Return the few lines that stand below the events while a run goes on."""
    events_s, articles_s = tally.rates()
    bad = [f"{spoken(why)} {n}" for why, n in _refusals(tally).most_common(6)]
    refused = f"{tally.articles - tally.done} refused" + (f" ({', '.join(bad)})" if bad else "")
    waiting = f"{len(tally.waiting)} put off" + ("" if tally.backlog is None else f" · backlog {tally.backlog}")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="ellipsis", no_wrap=True)
    grid.add_row("articles", Text.assemble((f"{tally.done} done", "green"), " · ", refused, " · ", waiting))
    kinds = [(f"{tally.kinds[kind]} {kind}s", KIND_STYLE[kind]) for kind in KINDS]
    grid.add_row("events", Text(" · ").join([Text(*kind) for kind in kinds]))
    grid.add_row("speed", f"{events_s:.1f} events/s · {articles_s:.1f} articles/s · {_clock(tally.elapsed_s)}")
    return Group(Rule(style="dim"), grid)


def _refusals(tally: Tally) -> Counter[str]:
    """Reason -> URLs that did not end in an article."""
    found: Counter[str] = Counter()
    for (outcome, reason), n in tally.ended.items():
        if outcome != "done":
            found[visible(reason or outcome)] += n
    return found


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def summary(tally: Tally, *, rows: int = 8) -> RenderableType:
    """Return the final account: articles by outcome, events by kind, who spoke most, who met whom; `rows` of each."""
    events_s = tally.kinds.total() / tally.elapsed_s if tally.elapsed_s else 0.0
    closing = f"{tally.articles} articles, {tally.kinds.total()} events in {tally.elapsed_s:.1f} s"
    return Group(
        Rule("Summary", style="dim"),
        Columns([_articles(tally), _events(tally), _speakers(tally, rows)], padding=(0, 3)),
        _meetings(tally, rows),
        Text(f"{closing} ({events_s:.1f} events/s)", "bold"),
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column == "n" else "left", overflow="ellipsis", no_wrap=True)
    return table


def _articles(tally: Tally) -> Table:
    table = _table("Articles", "outcome", "reason", "n")
    for (outcome, reason), n in sorted(tally.ended.items(), key=lambda item: (item[0][0] != "done", -item[1], item[0])):
        colour = "green" if outcome == "done" else "red"
        table.add_row(Text(spoken(visible(outcome)), colour), Text(spoken(visible(reason))), str(n))
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
