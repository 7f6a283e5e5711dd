"""Pace the requests: get a permit of the host before each, report how each ends, and limit the number of slow ones."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import aiohttp
import structlog

from worker.errors import Failure, HostFailure, NotYet
from worker.queue import HostRequest, Hosts
from worker.queue.hosts import PERMIT_S
from worker.telemetry import metrics

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientResponse
    from aiohttp.connector import Connection

    from worker.settings import Settings

log = structlog.get_logger()

MIN_RETRY_S: Final = 1.0
"""Shortest time after which a task is retried whose request got no permit."""
MAX_PERMIT_WAIT_S: Final = 5.0
"""Longest time that a request waits for its permit; if it would wait longer, its task is retried later."""

SERVER_ERRORS_TO_OPEN: Final = 3
"""Server errors in a row that open the circuit breaker; any other failure of the host opens it at once."""

_CURRENT: ContextVar[PacedRequest | None] = ContextVar("paced_request", default=None)
"""The current request of this asyncio task."""


class SlowSlots:
    """Limits the number of concurrent requests that take longer than `after_s` seconds."""

    def __init__(self, *, after_s: float, most: int) -> None:
        self.after_s = after_s
        self._available = most

    def acquire(self) -> bool:
        """Count a request that has become slow; return False if there are too many already."""
        if self._available == 0:
            return False
        self._available -= 1
        return True

    def release(self) -> None:
        """Return the slot of a slow request that has ended."""
        self._available += 1


class PacedRequest:
    """One request from its connection to the end of its response."""

    def __init__(self, pacer: Pacer, host: str, crawl_delay_s: float) -> None:
        self._pacer = pacer
        self._request = HostRequest(host, secrets.token_hex(8))
        self._crawl_delay_s = crawl_delay_s
        self._clock = asyncio.get_running_loop().time
        self._sent_at: float | None = None
        self._is_slow = False
        self._timer: asyncio.TimerHandle | None = None
        self._sent_report: asyncio.Task[None] | None = None
        self._is_waiting = False
        self.total: asyncio.Timeout | None = None
        """The timeout of the chain of redirects that the request belongs to."""

    # ------------------------------------------------------------ permit
    async def wait_for_permit(self) -> None:
        """Return once the request has a permit, and must be written at once; raise NotYet if the wait is too long.

        While the permit is valid (PERMIT_S), no other request to the host gets one.  If half of that time has passed
        since the permit was requested, because this process stalled, it is requested again.  So this request is never
        sent at the same time as another one.
        """
        with self._without_total_timeout():
            self._is_waiting = True
            await self._get_permit()
            self._is_waiting = False

    async def _get_permit(self) -> None:
        if self._sent_at is not None:  # aiohttp sends again if the server has closed a kept-alive connection
            await self._cancel_report()
            await self.drop()
            self._sent_at = None
        give_up_at = self._clock() + MAX_PERMIT_WAIT_S
        while True:
            requested_at = self._clock()
            wait_s = await self._pacer.hosts.permit(self._request, self._crawl_delay_s)
            if wait_s > 0 and requested_at + wait_s > give_up_at:
                raise _not_yet(self._request.host, wait_s)
            if wait_s > 0:
                metrics.PERMIT_WAIT_S.inc(wait_s)
                await asyncio.sleep(wait_s)
            elif self._clock() - requested_at < PERMIT_S / 2:
                return

    def mark_sent(self) -> None:
        """Record that the request has just been written: the delay of the host counts from now."""
        self._sent_at = self._clock()
        log.debug("request_sent", host=self._request.host, at_s=self._sent_at)
        self.stop_timer()
        self.start_timer()
        self._sent_report = asyncio.create_task(self._report_sent())

    async def _report_sent(self) -> None:
        """Report that the request was sent, unless its answer, which reports the same, comes first."""
        await asyncio.sleep(self._pacer.report_after_s)
        await self._pacer.hosts.sent(self._request, self._ago_s() or 0.0)

    @contextlib.contextmanager
    def _without_total_timeout(self) -> Iterator[None]:
        """Stop the clock of the total timeout during the block: the wait is no fault of the host."""
        if (timeout := self.total) is None or (when := timeout.when()) is None:
            yield
            return
        left_s = when - self._clock()
        timeout.reschedule(None)
        try:
            yield
        finally:
            timeout.reschedule(self._clock() + left_s)

    def _ago_s(self) -> float | None:
        """Return the seconds since the request was sent; None if it was not."""
        return None if self._sent_at is None else self._clock() - self._sent_at

    # ------------------------------------------------------------ end
    async def answered(self) -> None:
        """Report an answer, whatever its status: the host works."""
        ago_s = self._ago_s()
        if ago_s is None:  # it ended before it was sent, and the host did not fail
            return
        if await self._pacer.hosts.answered(self._request, ago_s, ago_s, self._crawl_delay_s):
            await self._pacer.hosts.revive(self._request.host)

    async def failed(self, failure: HostFailure) -> None:
        """Report a failure of the host, and store the host's state in `failure.outage`."""
        failure.outage = await self._pacer.hosts.failed(
            self._request,
            failure.reason,
            jitter=self._pacer.jitter(),
            ago_s=self._ago_s(),
            opens_at=SERVER_ERRORS_TO_OPEN if _is_server_error(failure.reason) else 1,
            pause_s=failure.pause_s,
        )
        reason = metrics.reason_label(failure.reason)
        metrics.HOST_FAILURES.labels(reason).inc()
        if failure.outage.retry_in_s > 0:
            metrics.CIRCUIT_OPENINGS.labels(reason).inc()

    async def drop(self) -> None:
        """Report that the answer is no longer awaited."""
        await self._pacer.hosts.drop(self._request, self._ago_s())

    async def close(self) -> None:
        """Stop the timer, and cancel a report that is not sent yet."""
        self.stop_timer()
        if self._is_slow:
            self._pacer.slow_slots.release()
        await self._cancel_report()

    async def _cancel_report(self) -> None:
        if self._sent_report is not None:
            self._sent_report.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sent_report

    # ------------------------------------------------------------ slow requests
    def start_timer(self) -> None:
        """Count the request as slow after `SlowSlots.after_s` seconds, its wait for a permit included."""
        if not self._is_slow:
            self._timer = asyncio.get_running_loop().call_later(self._pacer.slow_slots.after_s, self._become_slow)

    def stop_timer(self) -> None:
        """Do not count the request as slow any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _become_slow(self) -> None:
        self._is_slow = self._pacer.slow_slots.acquire()
        if not self._is_slow:
            self.abort.reschedule(self._clock())

    def too_slow(self) -> Failure:
        """Return the failure of a request that is ended because too many others are slow."""
        if self._is_waiting:
            return _not_yet(self._request.host, 0.0)
        return HostFailure("slow", "aborted: not complete yet, and too many other requests are slow")

    abort: asyncio.Timeout
    """The timeout around the request; it is triggered if the request becomes slow while too many others are."""


class Pacer:
    """Paces the requests of one process."""

    def __init__(self, hosts: Hosts, settings: Settings, *, jitter: Callable[[], float]) -> None:
        """`jitter`: returns a number in [0, 1) for each failure."""
        worker = settings.worker
        self.hosts = hosts
        self.jitter = jitter
        self.slow_slots = SlowSlots(
            after_s=worker.slow_after_s, most=max(1, int(worker.slow_share * worker.concurrency))
        )
        self.report_after_s = min(settings.politeness.host_delay_s, PERMIT_S) / 2

    async def check_not_paused(self, host: str) -> None:
        """Raise NotYet if the host may not be requested for a while; so it is not even connected to."""
        if (wait_s := await self.hosts.pause_s(host)) > MAX_PERMIT_WAIT_S:
            raise _not_yet(host, wait_s)

    @contextlib.asynccontextmanager
    async def request(self, host: str, crawl_delay_s: float) -> AsyncIterator[None]:
        """Pace the request that the block makes, and report its end: an answer, or the Failure that the block raises.

        `crawl_delay_s`: delay that the host's robots.txt sets; 0.0 where it is unknown or sets none.
        """
        paced = PacedRequest(self, host, crawl_delay_s)
        token = _CURRENT.set(paced)
        try:
            async with _bounded(paced):
                paced.start_timer()
                try:
                    yield
                finally:
                    paced.stop_timer()
        except HostFailure as failure:
            await paced.failed(failure)
            raise
        except NotYet:  # if it was aborted while it waited, a permit may have been granted all the same
            await paced.drop()
            raise
        except Failure:
            await paced.answered()
            raise
        except BaseException:
            await asyncio.shield(paced.drop())
            raise
        else:
            await paced.answered()
        finally:
            _CURRENT.reset(token)
            await paced.close()


def _is_server_error(reason: str) -> bool:
    """Return whether one page may have caused a failure: a 5xx other than 503, which concerns the whole host."""
    return reason.startswith("http_5") and reason != "http_503"


@contextlib.asynccontextmanager
async def _bounded(paced: PacedRequest) -> AsyncIterator[None]:
    """Raise HostFailure("slow") if the request is aborted because too many others are slow."""
    try:
        async with asyncio.timeout(None) as paced.abort:
            yield
    except TimeoutError:
        if not paced.abort.expired():
            raise
        raise paced.too_slow() from None


def _not_yet(host: str, wait_s: float) -> NotYet:
    wait_s = max(wait_s, MIN_RETRY_S)
    return NotYet("host_busy", f"{host} may be requested in {wait_s:.0f} s", wait_s)


def set_total_timeout(timeout: asyncio.Timeout) -> None:
    """Let the current request stop the clock of this timeout while it waits for its permit."""
    if (paced := _CURRENT.get()) is not None:
        paced.total = timeout


class PacedClientRequest(aiohttp.ClientRequest):
    """A request that waits for its permit after it has a connection and before it writes the first byte."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Write the request as soon as its host may be requested; may raise NotYet."""
        if (paced := _CURRENT.get()) is None:
            return await super().send(conn)
        await paced.wait_for_permit()
        response = await super().send(conn)
        paced.mark_sent()
        return response
