"""A subscription for code without an event loop: it has one in a thread of its own.

In a thread, since a notebook runs a loop already, in which another cannot be run.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

from worker.schema import Event, Kind

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future
    from types import TracebackType

    from worker.subscribe.subscription import Received, Subscription

T = TypeVar("T")
_Step: TypeAlias = "tuple[Received | None, dict[Kind, str]]"
"""An event, or none in time; and the position then."""


class BlockingSubscription(Iterator[Event]):
    """What `subscribe_sync` returns.  `with` it, or `close` it; for one thread at a time."""

    def __init__(self, subscription: Subscription, idle_s: float | None) -> None:
        """Made by `subscribe_sync`."""
        self._subscription = subscription
        self._idle_s = idle_s
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_turn, args=[self._loop], name="communique-subscription", daemon=True)
        self._abandoned = weakref.finalize(self, _abandon, subscription, self._loop, self._thread)
        self._abandoned.atexit = False  # a daemon thread ends with the process
        self._closed = False
        self._coming: Future[_Step] | None = None
        self._position = subscription.position

    @property
    def position(self) -> dict[Kind, str]:
        """Entry id of the last event handed over (or passed) of each kind: `after` for who resumes without a group."""
        return self._position

    # ------------------------------------------------------------ life
    def open(self) -> None:
        """Fix where "$" is, or create the group; done by the first `next` where it was not done before."""
        self._begun(self._open()).result()

    async def _open(self) -> None:
        await self._subscription.open()
        self._position = self._subscription.position

    def close(self) -> None:
        """Close the connection and end the thread; an event handed over last stays unacknowledged."""
        if self._closed:
            return
        if self._coming:
            self._coming.cancel()
        self._closed = True
        self._abandoned()
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
    def __next__(self) -> Event:
        return self.next().event

    def received(self) -> Iterator[Received]:
        """Iterate with kinds and entry ids."""
        while True:
            try:
                received = self.next()
            except StopIteration:
                return
            yield received

    def next(self) -> Received:
        """Return the next event with its entry id; StopIteration when none has come for `idle_s`.

        Ctrl-C during the wait loses no event: the wait goes on behind it, and the next call returns what has come.
        """
        self._coming = coming = self._coming or self._begun(self._step())
        try:
            received, position = coming.result()
        except BaseException:
            if coming.done() and (coming.cancelled() or coming.exception()):
                self._coming = None
            raise
        self._position, self._coming = position, None
        if received is None:
            raise StopIteration
        return received

    async def _step(self) -> _Step:
        """Wait for an event, or for `idle_s`: then there is none."""
        try:
            received = await asyncio.wait_for(self._subscription.next(), self._idle_s)
        except TimeoutError:
            if self._idle_s is None:
                raise
            received = None
        return received, self._subscription.position

    def acknowledge(self) -> None:
        """Acknowledge the event handed over last now: for whoever is done with it and will not ask for another."""
        self._begun(self._subscription.acknowledge()).result()

    def _begun(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin work in the loop of the thread."""
        if self._closed:
            work.close()
            raise ValueError("the subscription is closed")
        if self._thread.ident is None:
            self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def _turn(loop: asyncio.AbstractEventLoop) -> None:
    """Run the loop until it is stopped."""
    try:
        loop.run_forever()
    finally:
        loop.close()


def _abandon(subscription: Subscription, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
    """Let the connection and the thread go, whether they were closed or just forgotten; waits for neither."""
    if thread.ident is None:
        loop.close()
    else:
        closing = asyncio.run_coroutine_threadsafe(subscription.aclose(), loop)
        closing.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
