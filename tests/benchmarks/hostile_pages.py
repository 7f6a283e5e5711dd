"""Search for pages whose parsing takes more than linear time: each kind at a size, twice and four times that size.

The exit status is 1 if a kind that takes noticeable time grows by more than the limit per doubling.  Times are CPU
time, the best of some rounds.
"""

from __future__ import annotations

import argparse
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from worker.errors import Failure
from worker.parse import parse_article
from worker.schema import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS: Final = "The minister said that the port stays open all winter and the town waits for ships. "
STORY: Final = f"<title>Port stays open</title><h1>Port stays open</h1>{f'<p>{WORDS * 3}</p>' * 5}"
NOTICEABLE_S: Final = 0.15
"""Shorter times are noise."""
REPEATED: Final = {
    "nested div": "<div>",
    "nested quotations": "<blockquote>a",
    "nested tables": "<table><tr><td>x",
    "nested lists": "<ul><li>a",
    "end tags without an element": "<blockquote></i>",
    "unclosed links": "<a><p>x",
    "paragraphs": "<p>The port stays open.</p>",
    "empty elements": "<i></i>",
    "less-than signs": "<" * 10,
    "ampersands": "&" * 10,
    "unclosed comments": "<!-- a ",
    "comments": "<!-- a -->",
    "links": "<a href=/news/1>The port</a> ",
    "list of links": "<li><a href=/news/1>The port stays open</a></li>",
    "line breaks": "The port stays open.<br>",
    "inline quotations": "<q>a</q> said ",
    "quotation marks": "“ said ” ",
    "sentences": WORDS,
    "dates": "<p class=date>1 January 2025</p>",
    "bylines": "<span class=author>By Ana Belm</span>",
    "unclosed attributes": '<a href="',
}
"""Kind of page -> the markup that is repeated in it, after an article."""
DEEP: Final = ("div", "blockquote", "ul", "span", "q")
"""Elements of which 1,900 are nested around paragraphs."""


def page(kind: str, count: int) -> str:
    """Return a page of a kind in REPEATED, with attributes, or with deep paragraphs."""
    if kind == "attributes":
        return f"{STORY}<div {' '.join(f'a{n}=1' for n in range(count))}>x</div>"
    if kind.startswith("paragraphs in "):
        return (
            STORY + f"<{kind.removeprefix('paragraphs in ')}>" * 1_900 + "<p>The port stays open.</p>" * (count // 10)
        )
    return STORY + REPEATED[kind] * count


def kinds() -> list[str]:
    return [*REPEATED, "attributes", *(f"paragraphs in {tag}" for tag in DEEP)]


def cpu_s(html: str, rounds: int) -> tuple[float, str]:
    """Return the CPU time of parsing a page, and the outcome: "article", or the reason of its rejection."""
    fetched, best, outcome = Page(url="https://hostile.example/a", body=html.encode()), float("inf"), "article"
    for _ in range(rounds):
        started = time.process_time()
        try:
            parse_article(fetched)
        except Failure as failure:
            outcome = failure.reason
        best = min(best, time.process_time() - started)
    return best, outcome


def is_superlinear(times: Sequence[float], limit: float) -> bool:
    return any(after > NOTICEABLE_S and after > limit * before for before, after in pairwise(times))


def main() -> int:
    args = _parser().parse_args()
    table = Table("page", "CPU ms", "twice", "four times", "outcome", title=f"pages of {args.size:,} pieces")
    cpu_s(STORY, 1)  # loads the word lists
    found = []
    for kind in kinds():
        measured = [cpu_s(page(kind, times * args.size), args.rounds) for times in (1, 2, 4)]
        times = [seconds for seconds, _ in measured]
        table.add_row(kind, *(f"{1000 * seconds:,.0f}" for seconds in times), measured[-1][1])
        if is_superlinear(times, args.limit):
            found.append(kind)
    console = Console()
    console.print(table)
    console.print(f"more than linear: {', '.join(found) or 'none'}")
    return int(bool(found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hostile_pages", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="pieces of the smallest page (%(default)s)")
    parser.add_argument("--limit", type=float, default=2.6, help="growth allowed per doubling (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each page (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
