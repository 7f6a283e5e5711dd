"""How work on one URL can fail.  The class says what happens next; nothing else decides that.

`reason` is a short stable code (log field, dead-letter field, counter); `detail` is for people.
"""

from __future__ import annotations


class Failure(Exception):  # noqa: N818 - a failure is an outcome of work on a URL, not an error of ours
    """Base of the failures below; never raised itself."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)  # both in args, so that it pickles out of a worker process
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else self.reason


class Permanent(Failure):
    """Asking again would end the same way (404, not HTML, robots.txt): bury at once."""


class Transient(Failure):
    """Asking again may help (timeout, 5xx, 429, reset): put off, counted as an attempt.

    `retry_after_s` is what the server asked for, or None where it asked for nothing.
    """

    def __init__(self, reason: str, detail: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, retry_after_s)
        self.retry_after_s = retry_after_s


class NotYet(Failure):
    """Our own politeness: the task's slot is `wait_s` seconds (> 0) away. Put off, no attempt counted."""

    def __init__(self, reason: str, detail: str = "", wait_s: float = 0.0) -> None:
        super().__init__(reason, detail)
        self.args = (reason, detail, wait_s)
        self.wait_s = wait_s


class UsageError(Exception):
    """Wrong use by the operator (a misspelt setting, an unreadable sources file): a message and exit status 2."""


class EventStreamError(Exception):
    """A subscription cannot go on as asked (what it wants is trimmed away, an entry that does not decode)."""
