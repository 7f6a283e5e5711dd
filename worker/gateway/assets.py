"""The page's files, and the documents that say what all of this means."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from worker.gateway.middleware.content import IMMUTABLE, REVALIDATE, StaticContent
from worker.gateway.query import reject_unknown
from worker.gateway.spec.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WEB: Final = Path(__file__).parent / "web"
MIME_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The last two: no string becomes markup or script, whatever the page's own code does."""
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""On every answer."""


class PageAssets:
    """The page's files as they were when the gateway began, under names that change whenever any of them does.

    `/static/<version>/…` may be kept for good: the page names that version, and its modules and styles find each other
    beside themselves.  `/static/…` without one, or with that of another gateway during an upgrade, is the same file,
    asked about each time.
    """

    def __init__(self, folder: Path = WEB) -> None:
        """Read them."""
        found = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.suffix in MIME_TYPES
        }
        self._files = {name: StaticContent(path.read_bytes(), MIME_TYPES[path.suffix]) for name, path in found.items()}
        self._files["vocabulary.json"] = StaticContent(msgspec.json.encode(vocabulary()), MIME_TYPES[".json"])
        digests = "".join(name + content.digest for name, content in self._files.items())
        self.version = hashlib.sha256(digests.encode()).hexdigest()[:12]
        page = self._files["index.html"].body.replace(b'"static/', b'"static/%s/' % self.version.encode())
        self._page = StaticContent(page, MIME_TYPES[".html"])

    async def index(self, request: web.Request) -> web.Response:
        """Answer GET /."""
        return await self._page.answer(request)

    async def static(self, request: web.Request) -> web.Response:
        """Answer GET /static/…: one of these files, nothing else."""
        path = request.match_info["path"]
        version, _, name = path.partition("/")
        content = self._files.get(path) or self._files.get(name)
        if content is None:
            raise web.HTTPNotFound
        return await content.answer(request, IMMUTABLE if version == self.version else REVALIDATE)


@cache
def page_assets() -> PageAssets:
    """Return the page's files, read once."""
    return PageAssets()


def document_handler(made: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with a document."""
    content = StaticContent(made, content_type)

    async def handler(request: web.Request) -> web.Response:
        reject_unknown(request, ())
        return await content.answer(request)

    return handler


@cache
def encode_document(make: Callable[[], object]) -> bytes:
    """Return a document's bytes, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(make()), indent=1)
