"""Values that are passed between the stages of a worker: a URL to process, and a fetched page."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from msgspec import Struct

from worker.schema.names import hash_id, task_id, visit_id


class FailedAttempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A failure that did not end a task."""

    at: datetime
    reason: str
    """Reason code, as in logs and metrics."""
    detail: str = ""
    """Text for people, truncated."""


class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One URL to process.  `id` is a hash of the canonical URL and the wire version, not the id of a stream entry."""

    id: str
    url: str
    source: str | None = None
    """Name of the feed that listed the URL; None for a URL from `put`."""
    attempt: int = 0
    """Number of failed attempts so far, without crashes, which the queue counts apart."""
    failed_at: int | None = None
    """Time of the last failure for which the host was to blame (Unix ms by Redis' clock); None if there was none."""
    lost: int = 0
    """Number of workers that died or stalled while they had the task, before it was last enqueued."""
    redirected_to: str | None = None
    """URL at which to go on, if the task had to wait after a redirect; None: begin at `url`."""
    redirects: int = 0
    """Number of redirects followed to it."""
    put_at: datetime | None = None
    """Time at which the task was enqueued; None if unknown."""
    failures: tuple[FailedAttempt, ...] = ()
    """The last failures, oldest first, those of its host included; at most `max_attempts`."""
    visit_at: datetime | None = None
    """Time for which a visit of a page that was read before is scheduled; None for the first reading of a page."""
    revisit_s: tuple[float, ...] = ()
    """Ages of the article (s since its publication) at which its page is visited after this task, ascending."""
    article: str | None = None
    """Of a visit: id of the article with which the page is compared; None: the article with the URL of the task."""

    @classmethod
    def of(
        cls,
        canonical_url: str,
        *,
        source: str | None = None,
        put_at: datetime | None = None,
        revisit_s: tuple[float, ...] = (),
    ) -> Self:
        """Return the new task of a canonical URL (see `urls.canonicalise`), with no attempt made yet."""
        return cls(id=task_id(canonical_url), url=canonical_url, source=source, put_at=put_at, revisit_s=revisit_s)

    @classmethod
    def visit(
        cls,
        canonical_url: str,
        at: datetime,
        *,
        source: str | None = None,
        revisit_s: tuple[float, ...] = (),
        article: str | None = None,
    ) -> Self:
        """Return the task of a visit at a time, which determines its id."""
        return cls(
            id=visit_id(canonical_url, at),
            url=canonical_url,
            source=source,
            put_at=at,
            visit_at=at,
            revisit_s=revisit_s,
            article=article,
        )

    @property
    def trace_id(self) -> str:
        """Trace id of this URL from discovery to its events, in the format of W3C Trace Context: 32 hex digits.

        It is derived from `id` and `put_at`, so it is the same in every attempt and on every worker, without a field of
        its own in the queue.
        """
        return hash_id("trace", self.id, self.put_at.isoformat() if self.put_at else "")


class Page(Struct, frozen=True, kw_only=True):
    """A fetched page: `body` after decompression, `url` after redirects."""

    url: str
    redirects: tuple[str, ...] = ()
    """URLs that redirected to `url`, in the order in which they were requested."""
    body: bytes
    content_type: str = "text/html"
    charset: str | None = None
    """Character encoding declared by the Content-Type header; None if it declares none."""
    fetched_at: datetime | None = None
    requested_url: str | None = None
    """Canonical URL of the task; None for a page that was not fetched for one."""
    source: str | None = None
    """Name of the feed that listed the URL."""
