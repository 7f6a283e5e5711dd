"""A subscription for code without an event loop: it runs one in a thread of its own.

The thread is needed in a notebook, whose own event loop is running already and cannot run another one inside.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from worker.schema import Event, Kind, Retraction

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future
    from types import TracebackType

    from worker.subscribe.subscription import Received, Subscription

T = TypeVar("T")
_Result: TypeAlias = "tuple[Received | None, dict[Kind, str]]"
"""The event, None if none came in time, and the position after it."""


class BlockingSubscription(Iterator[Event | Retraction]):
    """An iterator over events and retractions; the return value of `subscribe_sync`.

    Use it with `with`, or call `close`.  Not thread-safe.
    """

    def __init__(self, subscription: Subscription) -> None:
        """Nothing is started yet; the first `open` or `next` starts the thread.  Called by `subscribe_sync` only."""
        self._subscription = subscription
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=_run_loop, args=[self._loop], name="communique-subscription", daemon=True
        )
        self._release = weakref.finalize(self, _release_resources, subscription, self._loop, self._thread)
        self._release.atexit = False  # a daemon thread ends with the process
        self._closed = False
        self._pending: Future[_Result] | None = None
        self._position = subscription.position

    @property
    def position(self) -> dict[Kind, str]:
        """Kind -> id of the last entry returned or rejected by the filter: `after` to resume without a group."""
        return self._position

    # ------------------------------------------------------------ life cycle
    def open(self) -> None:
        """Resolve a start "$" to an entry id, or create the group.

        The first `next` calls it unless it was called before.
        """
        self._submit(self._open()).result()

    async def _open(self) -> None:
        await self._subscription.open()
        self._position = self._subscription.position

    def close(self) -> None:
        """Close the connection and end the thread; the event returned last stays unacknowledged."""
        if self._closed:
            return
        if self._pending:
            self._pending.cancel()
        self._closed = True
        self._release()
        if self._thread.ident is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        try:
            self.open()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ iteration
    def __next__(self) -> Event | Retraction:
        return self.next().event

    def received(self) -> Iterator[Received]:
        """Iterate over the next events, each with its kind and its stream entry id, as returned by `next`."""
        while True:
            try:
                received = self.next()
            except StopIteration:
                return
            yield received

    def next(self) -> Received:
        """Return the next event with its kind and entry id; StopIteration if none comes within `idle_s`.

        Ctrl-C during the wait loses no event: the wait continues in the thread, and the next call returns its result.
        """
        self._pending = pending = self._pending or self._submit(self._wait_for_event())
        try:
            received, position = pending.result()
        except BaseException:
            if pending.done() and (pending.cancelled() or pending.exception()):
                self._pending = None
            raise
        self._position, self._pending = position, None
        if received is None:
            raise StopIteration
        return received

    async def _wait_for_event(self) -> _Result:
        """Return the next event and the position after it; None as the event if none comes within `idle_s`."""
        try:
            received = await self._subscription.next()
        except StopAsyncIteration:
            return None, self._subscription.position
        return received, self._subscription.position

    def acknowledge(self) -> None:
        """Acknowledge the event returned last.

        `next` acknowledges the event before; this call is needed only for the last event.
        """
        self._submit(self._subscription.acknowledge()).result()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the event loop of the thread, which is started if necessary."""
        if self._closed:
            work.close()
            raise ValueError("the subscription is closed")
        if self._thread.ident is None:
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Run the event loop until it is stopped, then close it."""
    try:
        loop.run_forever()
    finally:
        loop.close()


def _release_resources(subscription: Subscription, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Close the connection and end the thread without waiting; called by `close` or when garbage is collected."""
    if thread.ident is None:
        loop.close()
    else:
        closing = asyncio.run_coroutine_threadsafe(subscription.aclose(), loop)
        closing.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
