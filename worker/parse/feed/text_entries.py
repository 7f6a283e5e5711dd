"""Read sitemaps that are lists of URLs, one a line, and the sitemaps that a robots.txt names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.errors import Permanent
from worker.parse.feed.links import FeedLink, FeedMetadata, choose_link, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINE: Final = 1 << 16
"""Most characters of a line that are read."""

_ROBOTS_LINE: Final = re.compile(r"(?:user-?agent|disallow|allow|sitemap|crawl-delay)\s*:", re.IGNORECASE)
_SITEMAP_LINE: Final = re.compile(r"\s*site-?map\s*:\s*(\S[^#]*)", re.IGNORECASE)


def looks_like_list(line: str) -> bool:
    """Return whether the first line of a text is a URL."""
    return line.startswith(("http://", "https://"))


def looks_like_robots(line: str) -> bool:
    """Return whether the first line of a text is one of a robots.txt."""
    return bool(_ROBOTS_LINE.match(line))


class _LineReader:
    """Splits a text into lines; what follows MAX_LINE characters of a line is dropped."""

    def __init__(self) -> None:
        self._partial = ""

    def feed(self, text: str) -> Iterator[str]:
        *lines, self._partial = re.split(r"[\r\n]+", self._partial + text)
        self._partial = self._partial[:MAX_LINE]
        yield from lines

    def finish(self) -> str:
        return self._partial


class ListReader:
    """Reads a list of URLs (sitemaps.org, "Text file"): `feed` its text in order, then call `finish`."""

    def __init__(self, base_url: str, metadata: FeedMetadata) -> None:
        self._base_url = base_url
        self._metadata = metadata
        self._lines = _LineReader()
        metadata.format = "text"

    def feed(self, text: str) -> list[FeedLink]:
        """Return the URLs of the complete lines; empty lines and comments are skipped."""
        return list(self._links(self._lines.feed(text)))

    def finish(self) -> list[FeedLink]:
        """Return the URL of the last line."""
        return list(self._links([self._lines.finish()]))

    def _links(self, lines: Iterable[str]) -> Iterator[FeedLink]:
        for line in (line.strip() for line in lines):
            if not line or line.startswith("#"):
                continue
            if link := choose_link([line]):
                yield FeedLink(url=resolve(self._base_url, link))
            else:
                self._metadata.without_link += 1


class RobotsReader:
    """Reads the `Sitemap:` lines of a robots.txt: `feed` its text in order, then call `finish`."""

    def __init__(self, base_url: str, metadata: FeedMetadata) -> None:
        self._base_url = base_url
        self._lines = _LineReader()
        self._found = 0
        metadata.format = "robots.txt"

    def feed(self, text: str) -> list[FeedLink]:
        """Return the sitemaps that the complete lines name."""
        return list(self._links(self._lines.feed(text)))

    def finish(self) -> list[FeedLink]:
        """Return that of the last line; raises Permanent("not_a_feed") if the file names none."""
        found = list(self._links([self._lines.finish()]))
        if not self._found:
            raise Permanent("not_a_feed", "is a robots.txt that names no sitemap")
        return found

    def _links(self, lines: Iterable[str]) -> Iterator[FeedLink]:
        for line in lines:
            if (found := _SITEMAP_LINE.match(line)) and (link := choose_link([found[1]])):
                self._found += 1
                yield FeedLink(url=resolve(self._base_url, link), is_sitemap=True)
