"""Failures of the work on one URL.  The class alone decides what happens next: give up, retry or wait.

`reason` is a short stable code (log field, dead-letter field, metric label); `detail` is text for people.
"""

from __future__ import annotations

from typing import NamedTuple


class Failure(Exception):  # noqa: N818 - an outcome of work on a URL, not a programming error
    """Base class of the failures; never raised itself."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)  # both in args, so that it can be pickled out of a worker process
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class Permanent(Failure):
    """A retry would fail in the same way (404, not HTML, robots.txt): give up at once."""


class Transient(Failure):
    """A retry may succeed (a truncated body, a crashed process): retry later, and count an attempt.

    `retry_after_s` is the server's Retry-After in seconds; None where it sent none.
    """

    def __init__(self, reason: str, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, retry_after_s)
        self.retry_after_s = retry_after_s


class HostFailure(Failure):
    """The host failed, not the page (connection, timeout, 5xx, 429): the task waits until the host answers again.

    `outage` is the state of the host after it; None until it is reported.
    """

    def __init__(self, reason: str, detail: str = "", pause_s: float = 0.0) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, pause_s)
        self.pause_s = pause_s
        """Pause that the host asked for (Retry-After); 0.0 where it asked for none."""
        self.outage: Outage | None = None


class Outage(NamedTuple):
    """State of a host after a failure."""

    host: str
    """Name of the host: that of the request, to which a page of another host may have redirected."""
    at: int
    """Time of the failure (Unix ms by Redis' clock)."""
    retry_in_s: float
    """Seconds until the next request to the host."""
    down_s: float
    """Seconds since the first of its failures in a row."""
    answered_at: int
    """Time of its last success (Unix ms by Redis' clock); 0 if there was none."""


class NotYet(Failure):
    """The host may be requested in `wait_s` seconds (> 0): retry then, and count no attempt."""

    def __init__(self, reason: str, detail: str = "", wait_s: float = 0.0) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, wait_s)
        self.wait_s = wait_s
        self.redirected_to: str | None = None
        """URL to request then, if redirects were followed before; else None."""
        self.redirects = 0
        """Number of redirects followed to it."""


class UsageError(Exception):
    """Incorrect use (a misspelt setting, an unreadable sources file); a command prints the message and exits with 2."""


class EventStreamError(Exception):
    """A subscription cannot be continued: its next entries were trimmed, or an entry cannot be decoded."""
