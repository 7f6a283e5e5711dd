"""`make bench`: articles a second and CPU per article, stage by stage, beside named peers on the same pages.

Everything runs on loopback in one go, so that the ratios hold on a noisy machine.  Then what a process needs of
memory, and how time grows with the text.  Three more commands: `python -m tests.benchmarks.hostile` looks for texts
that extraction is slow on, `python -m tests.benchmarks.calibration` says whether confidence is what it says, and
`python -m tests.benchmarks.gateway` serves five hundred listeners.
"""

import argparse
import asyncio
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import limits, pages, stages
from tests.benchmarks.measure import Figure

EPILOG = """\
examples:
  make bench
  python -m tests.benchmarks --urls 2000 --rounds 5
  python -m tests.benchmarks --urls 0           only what needs no sockets
  python -m tests.benchmarks --pages FOLDER     saved pages (*.html, *.html.gz); the stages that fetch stay on the demo
"""


def main() -> None:
    args = _parser().parse_args()
    console = Console()
    bodies = pages.saved(args.pages) if args.pages else asyncio.run(pages.demo())
    kept, articles = stages.readable(bodies)
    console.print(
        f"{len(kept)} of {len(bodies)} pages are articles that we can read, best of {args.rounds} rounds; "
        f"{args.urls} URLs for fetch, publish and the whole"
    )
    figures = [
        *(asyncio.run(stages.on_loopback(args.urls)) if args.urls else []),
        *stages.on_pages(kept, articles, args.rounds),
    ]
    console.print(_table(figures))
    console.print(_memory(limits.memory(kept, articles)), _growth(limits.growth(articles, args.rounds)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--pages", type=Path, metavar="FOLDER", help="pages for parse, extract and the peers")
    parser.add_argument("--urls", type=int, default=1000, help="URLs to fetch, publish and run through (1000)")
    parser.add_argument("--rounds", type=int, default=3, help="times each stage runs over the pages (3)")
    return parser


def _table(figures: list[Figure]) -> Table:
    """The ratio is CPU against trafilatura's bare text extraction of the same pages."""
    table = Table(
        "stage", "articles/s", "CPU ms/article", "CPU ms/700 words", "CPU / trafilatura fast", title="per article"
    )
    _figures_right(table)
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
    return _figures_right(table)


def _growth(steps: list[limits.Growth]) -> Table:
    table = Table("text", "words", "CPU ms", "time", title="extraction of ever longer texts")
    for step in steps:
        table.add_row(f"{step.times} x", f"{step.words:,}", f"{step.cpu_ms:.1f}", f"{step.ratio:.1f} x")
    return _figures_right(table)


def _figures_right(table: Table) -> Table:
    for column in table.columns[1:]:
        column.justify = "right"
    return table


if __name__ == "__main__":
    main()
