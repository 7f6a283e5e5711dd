"""`make bench`: articles per second and CPU time per article, stage by stage, beside peers on the same pages.

All stages run on loopback in one go, so that the ratios hold on a noisy machine.  More tables show the memory of a
process, how the time grows with the length of the text and with the number of names, and what first pages and short
commands cost.

Other commands: `python -m tests.benchmarks.hostile` searches for texts that are slow to extract, `python -m
tests.benchmarks.hostile_pages` for pages that are slow to parse, `python -m tests.benchmarks.calibration` measures the
calibration of confidence, `python -m tests.benchmarks.gateway` the gateway with 500 connections, `python -m
tests.benchmarks.queue_alone` the queue beside peers, `python -m tests.benchmarks.idle_fleet` the commands of idle
workers, `python -m tests.benchmarks.storage` what an article costs Redis, and `python -m tests.benchmarks.archive` what
events cost the archive.
"""

import argparse
import asyncio
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import inflating, limits, stages
from tests.benchmarks.measure import Figure
from tests.benchmarks.news_pages import news_pages
from tests.benchmarks.saved_pages import saved_pages

EPILOG = """\
examples:
  make bench
  python -m tests.benchmarks --urls 2000 --rounds 5
  python -m tests.benchmarks --urls 0           only the stages without sockets
  python -m tests.benchmarks --pages FOLDER     saved pages (*.html, *.html.gz); the rest uses generated ones
"""


def main() -> None:
    args = _parser().parse_args()
    console = Console()
    bodies = saved_pages(args.pages) if args.pages else news_pages()
    kept, articles = stages.with_articles(bodies)
    console.print(
        f"{len(kept)} of {len(bodies)} pages are articles in a supported language; best of {args.rounds} rounds; "
        f"{args.urls} URLs for fetch, publish and consume"
    )
    figures = [
        *(asyncio.run(stages.on_loopback(args.urls)) if args.urls else []),
        *inflating.on_bodies(kept, args.rounds),
        *stages.on_pages(kept, articles, args.rounds),
    ]
    console.print(_table(figures))
    console.print(_memory(limits.memory(kept, articles)), _growth(limits.growth(articles, args.rounds)))
    console.print(_named_growth(limits.growth_with_names()), _first_uses(limits.first_uses()))
    console.print(_starts(limits.starts()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="saved pages instead of generated ones")
    parser.add_argument("--urls", type=int, default=1000, help="URLs to fetch, publish and consume (1000)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="runs of each stage over the pages; the best is reported (3)"
    )
    return parser


def _table(figures: list[Figure]) -> Table:
    """Return the table of stages; the ratio is CPU time against trafilatura's text extraction of the same pages."""
    table = Table(
        "stage", "articles/s", "CPU ms/article", "CPU ms/700 words", "CPU / trafilatura fast", title="per article"
    )
    _align_right(table)
    unit = next(f.cpu_ms for f in figures if f.name == stages.UNIT)
    for f in figures:
        ratio = f"{f.cpu_ms / unit:.2f}"
        normal = f"{f.cpu_ms * limits.BASE_WORDS / f.words:.2f}" if f.words else ""
        table.add_row(f.name, f"{f.rate:,.0f}", f"{f.cpu_ms:.2f}", normal, ratio)
    return table


def _memory(peaks: list[limits.Peak]) -> Table:
    table = Table("a process for", "with models, MB", "peak, MB", title=f"memory, after {limits.ARTICLES:,} articles")
    for peak in peaks:
        table.add_row(peak.name, f"{peak.models_mb:.0f}", f"{peak.peak_mb:.0f}")
    return _align_right(table)


def _growth(steps: list[limits.Growth]) -> Table:
    table = Table("text", "words", "CPU ms", "time", title="extraction of longer texts")
    for step in steps:
        table.add_row(f"{step.times} x", f"{step.words:,}", f"{step.cpu_ms:.1f}", f"{step.ratio:.1f} x")
    return _align_right(table)


def _named_growth(steps: list[limits.NamedGrowth]) -> Table:
    table = Table("paragraphs with new names", "CPU ms", "time", title="extraction of texts with many names")
    for step in steps:
        table.add_row(f"{step.paragraphs:,}", f"{step.cpu_ms:,.0f}", f"{step.ratio:.2f} x")
    return _align_right(table)


def _first_uses(uses: list[limits.FirstUse]) -> Table:
    table = Table("first page", "CPU ms", "MB", title="first page of a kind in a process with the models loaded")
    for use in uses:
        table.add_row(use.name, f"{use.cpu_ms:.0f}", f"{use.added_mb:.1f}")
    return _align_right(table)


def _starts(starts: list[limits.Start]) -> Table:
    table = Table("communique", "CPU s", title="start of a command")
    for start in starts:
        table.add_row(start.command, f"{start.cpu_s:.2f}")
    return _align_right(table)


def _align_right(table: Table) -> Table:
    for column in table.columns[1:]:
        column.justify = "right"
    return table


if __name__ == "__main__":
    main()
