"""An invented news site for containers: any number of articles on many hosts, all served by this machine."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from worker.demo import pages
from worker.demo.story import load_stories
from worker.schema import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from worker.demo.story import Story

HOSTS: Final = 50
HOST_NAMES: Final = [f"news-{n}.test" for n in range(HOSTS)]
RECEIVER: Final = "receiver.test"
"""Name of this machine for webhooks."""
RELATED: Final = 6
STORIES: Final = [story for story in load_stories() if story.serve == "plain" and story.language == "en"]
PATHS: Final = {story.slug: story for story in STORIES}


def article_urls(port: int, start: int, stop: int) -> list[str]:
    """Return the URLs of articles number `start` to `stop`; consecutive ones are on different hosts."""
    return [
        f"http://{HOST_NAMES[n % HOSTS]}:{port}/news/{STORIES[n % len(STORIES)].slug}-{n}" for n in range(start, stop)
    ]


def page_at(url: str) -> Page:
    """Return the page of an article; raises KeyError if there is none."""
    parts, story = urlsplit(url), _story_at(url)
    others = [other for other in STORIES if other is not story][:RELATED]
    text = pages.render_page(story, url, f"{parts.scheme}://{parts.netloc}", others)
    return Page(url=url, body=text.encode(story.charset), charset=story.charset)


def feed_of(urls: Sequence[str]) -> bytes:
    """Return an RSS feed of articles."""
    return pages.render_rss([(_story_at(url), url) for url in urls], "http://news.test").encode()


def _story_at(url: str) -> Story:
    """Return the story of an article; raises KeyError if there is none."""
    slug, _, _ = urlsplit(url).path.removeprefix("/news/").rpartition("-")
    return PATHS[slug]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SiteServer

    def do_GET(self) -> None:
        try:
            status, kind, body = 200, *self._find()
        except KeyError:
            status, kind, body = 404, "text/plain", b"no such page"
        self._send(status, kind, body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.on_post(self.path, body)
        self._send(204, "text/plain", b"")

    def _find(self) -> tuple[str, bytes]:
        if self.path == "/robots.txt":
            return "text/plain", b"User-agent: *\nAllow: /\n"
        if self.path == "/feed.xml":
            return "application/rss+xml", feed_of(self.server.listed)
        page = page_at(f"http://{self.headers['Host']}{self.path}")
        return f"text/html; charset={page.charset}", page.body

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class SiteServer(ThreadingHTTPServer):
    """Serves the articles and the feed of `listed`, and passes on what webhooks post."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, address: str, on_post: Callable[[str, bytes], None]) -> None:
        super().__init__((address, 0), _Handler)
        self.on_post = on_post
        self.listed: list[str] = []

    @property
    def port(self) -> int:
        """The port chosen."""
        return int(self.server_address[1])

    def handle_error(self, *_: object) -> None:
        """Ignore connections that a killed worker has closed."""


@contextmanager
def serving(address: str, on_post: Callable[[str, bytes], None]) -> Iterator[SiteServer]:
    """Serve the site on an address of this machine that containers reach."""
    server = SiteServer(address, on_post)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
