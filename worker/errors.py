"""Failures of the work on one URL.  The class alone decides what happens next: give up, retry or wait.

`reason` is a short stable code (log field, dead-letter field, metric label); `detail` is text for people.
"""

from __future__ import annotations


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
    """A retry may succeed (timeout, 5xx, 429, reset): defer, and count an attempt.

    `retry_after_s` is the server's Retry-After in seconds; None where it sent none.
    """

    def __init__(self, reason: str, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, retry_after_s)
        self.retry_after_s = retry_after_s


class NotYet(Failure):
    """The host's next free slot is `wait_s` seconds (> 0) away: defer, and count no attempt."""

    def __init__(self, reason: str, detail: str = "", wait_s: float = 0.0) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, wait_s)
        self.wait_s = wait_s


class UsageError(Exception):
    """Incorrect use (a misspelt setting, an unreadable sources file); a command prints the message and exits with 2."""


class EventStreamError(Exception):
    """A subscription cannot be continued: its next entries were trimmed, or an entry cannot be decoded."""
