"""A producer for code without an event loop: it runs one in a thread of its own.

The thread is needed in a notebook, whose own event loop is running already and cannot run another one inside.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from worker.produce.producer import Producer, PutResult

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable
    from types import TracebackType

    from worker.produce.producer import ProducerOptions

T = TypeVar("T")


class BlockingProducer:
    """`Producer` for scripts and notebooks: the same arguments and results; use it with `with`.  Not thread-safe."""

    def __init__(self, redis_url: str, **options: Unpack[ProducerOptions]) -> None:
        """Nothing is connected yet; raises as `Producer`."""
        self._producer = Producer(redis_url, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="communique-producer", daemon=True)

    def __enter__(self) -> Self:
        """Connect; raises as `Producer`."""
        self._thread.start()
        try:
            self._run(self._producer.__aenter__())
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            self._run(self._producer.__aexit__(exc_type, exc, tb))
        finally:
            self._stop()

    def put(self, url: str, *, again: bool = False) -> PutResult:
        """Enqueue one URL; see `put_many`."""
        return self._run(self._producer.put(url, again=again))

    def put_many(self, given: Iterable[str], *, again: bool = False) -> list[PutResult]:
        """Enqueue URLs in batches; return their results in order.  Arguments and errors as of `Producer.put_many`."""
        return self._run(self._producer.put_many(given, again=again))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in the thread; on Ctrl-C it is cancelled."""
        if not self._thread.is_alive():
            work.close()
            raise ValueError("use `with BlockingProducer(…)`")
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _stop(self) -> None:
        """End the thread and its event loop."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
