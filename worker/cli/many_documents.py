"""Process many documents in all cores: results to stdout, a progress bar and a summary to stderr."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from typing import TYPE_CHECKING

from worker.cli.command import print_error
from worker.documents.inputs import count_documents
from worker.documents.process_all import DocumentBatch, process_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.cli.document_output import LineFormat
    from worker.cli.document_summary import DocumentSummary
    from worker.documents.inputs import InputList
    from worker.documents.process import DocumentResult
    from worker.settings import PoolSettings


def process_many(
    batch: DocumentBatch, found: InputList, form: LineFormat, settings: PoolSettings, summary: DocumentSummary
) -> int:
    """Print the results in the order of the documents; return 1 if one could not be read, or if there is none.

    The summary is also printed after Ctrl-C.
    """
    begun_s = time.monotonic()

    def count(result: DocumentResult) -> None:
        summary.add(result)
        advance()

    sys.stdout.write(form.header)
    try:
        with _progress(count_documents(found)) as advance:
            asyncio.run(_print_results(batch, form, settings, count))
    except KeyboardInterrupt:
        print_error("interrupted")
        raise
    finally:
        if summary.total or not sys.exc_info()[0]:
            _print_summary(summary, time.monotonic() - begun_s, found)
    return int(summary.failed > 0 or summary.total == 0)


async def _print_results(
    batch: DocumentBatch, form: LineFormat, settings: PoolSettings, on_result: Callable[[DocumentResult], object]
) -> None:
    async with contextlib.aclosing(process_all(batch, settings)) as results:
        async for result in results:
            sys.stdout.writelines(form.lines(result))
            sys.stdout.flush()
            on_result(result)


def _print_summary(summary: DocumentSummary, elapsed_s: float, found: InputList) -> None:
    for line in summary.lines(elapsed_s, found.ignored):
        print_error(line)


@contextlib.contextmanager
def _progress(total: int | None) -> Iterator[Callable[[], None]]:
    """Yield a function that advances a progress bar on stderr by one document; none is shown on a pipe."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        "documents",
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)
