"""`make bench`: articles a second and CPU per article, stage by stage, beside named peers on the same pages.

Everything runs on loopback in one go, so that the ratios hold on a noisy machine.
"""

import argparse
import asyncio
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import pages, stages
from tests.benchmarks.measure import Figure

EPILOG = """\
examples:
  make bench
  python -m tests.benchmarks --urls 2000 --rounds 5
  python -m tests.benchmarks --pages FOLDER     saved pages (*.html, *.html.gz); the stages that fetch stay on the demo
"""


def main() -> None:
    args = _parser().parse_args()
    console = Console()
    bodies = pages.saved(args.pages) if args.pages else asyncio.run(pages.demo())
    console.print(
        f"{len(bodies)} pages, best of {args.rounds} rounds; {args.urls} URLs for fetch, publish and the whole"
    )
    figures = [
        *asyncio.run(stages.on_loopback(args.urls)),
        *stages.on_pages(bodies, args.rounds),
    ]
    console.print(_table(figures))


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
    table = Table("stage", "articles/s", "CPU ms/article", "CPU / trafilatura fast", title="per article")
    for column in table.columns[1:]:
        column.justify = "right"
    unit = next(f.cpu_ms for f in figures if f.name == stages.UNIT)
    for f in figures:
        ratio = f"{f.cpu_ms / unit:.2f}"
        table.add_row(f.name, f"{f.rate:,.0f}", f"{f.cpu_ms:.2f}", ratio)
    return table


if __name__ == "__main__":
    main()
