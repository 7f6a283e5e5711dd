"""The events that must be published, from parsing the pages in this program, without queue, workers and Redis."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Final

from tests.compose.site import page_at
from worker.pipeline.process_page import process_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

CHUNK: Final = 20
NICENESS: Final = 15
"""The workers have precedence."""


def event_ids(urls: Sequence[str]) -> list[str]:
    """Return the ids of the events in pages; an article without events has none."""
    return [event.id for url in urls for event in process_page(page_at(url)).events]


class DirectReading:
    """Reads pages in processes of their own, in the order in which they are added."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        self._chunks: list[Future[list[str]]] = []

    def add(self, urls: Sequence[str]) -> None:
        """Begin to read pages."""
        for start in range(0, len(urls), CHUNK):
            self._chunks.append(self._pool.submit(event_ids, urls[start : start + CHUNK]))

    def result(self) -> list[str]:
        """Return the ids of the events in all pages added so far, when they have been read."""
        return list(chain.from_iterable(chunk.result() for chunk in self._chunks))


@contextmanager
def direct_reading() -> Iterator[DirectReading]:
    """Run the processes until the block ends."""
    spawning = multiprocessing.get_context("spawn")  # this program has threads, which a fork would not copy
    with ProcessPoolExecutor(mp_context=spawning, initializer=_begin) as pool:
        try:
            yield DirectReading(pool)
        finally:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Prepare a process: the program ends it, not Ctrl-C."""
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
