"""The target of `forget`: the article of one URL, or all articles of a host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from worker import urls
from worker.errors import Permanent, UsageError
from worker.queue.removal import host_or_empty
from worker.schema import article_id

if TYPE_CHECKING:
    from worker.schema import Task


class ForgetTarget:
    """A URL or a host, with the further URLs under which its articles were enqueued or published.

    A URL includes every form of it (`urls.fold`).  An article that was enqueued under one URL can have another
    canonical URL, which its events name.  Both are URLs of the target once the entry of the article has been read.
    """

    def __init__(self, *, url: str = "", host: str = "") -> None:
        """`url`: canonical; `host`: in lower case, exactly as in URLs.  One of the two is given."""
        self.name = url or host
        self._host = host
        self._urls = {url} if url else set()
        self._folded = set(map(urls.fold, self._urls))
        self._article: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the target that a user names; UsageError if it is neither a URL nor a host."""
        try:
            if "://" in text:
                return cls(url=urls.canonicalise(text))
            host = urls.host_of(urls.canonicalise(f"https://{text}/"))
        except Permanent as e:
            raise UsageError(str(e)) from None
        if host != text.strip().lower().rstrip("."):
            raise UsageError(f"{text!r} is no host; a URL begins with https:// or http://")
        return cls(host=host)

    @property
    def urls(self) -> frozenset[str]:
        """The URLs known so far."""
        return frozenset(self._urls)

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts in whose queues its tasks can be."""
        forms = (host for url in self._urls if host_or_empty(url) for host in urls.forms_of_host(url))
        return frozenset(filter(None, (self._host, *forms)))

    def add_article(self, first_digits: str | None) -> None:
        """Add the article to which the URL led, by the first digits of its id; None if there is none."""
        self._article = first_digits

    def matches_source(self, source: str) -> bool:
        """Return whether an entry with this `source` (the canonical URL of its article) is to be forgotten."""
        return self._matches(source) or (self._article is not None and article_id(source).startswith(self._article))

    def matches_task(self, task: Task) -> bool:
        """Return whether a task is to be forgotten."""
        return self._matches(task.url)

    def _matches(self, url: str) -> bool:
        return urls.fold(url) in self._folded or (self._host != "" and host_or_empty(url) == self._host)

    def add_urls(self, *more: str) -> bool:
        """Add URLs of an article that is to be forgotten; return whether one of them is new."""
        known = len(self._urls)
        self._urls.update(filter(None, more))
        self._folded.update(map(urls.fold, filter(None, more)))
        return len(self._urls) > known
