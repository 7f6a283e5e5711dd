"""Static responses: the page's files, the vocabulary and the API descriptions."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from worker.gateway.middleware.compression import IMMUTABLE, REVALIDATE, StaticContent
from worker.gateway.query import reject_unknown
from worker.gateway.spec.vocabulary import make_vocabulary

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
"""The last two directives keep strings from becoming markup or script, even through an error in the page's code."""
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Headers of every response."""


class PageAssets:
    """The page's files, read once at start, under URLs that contain a version hash of all of them.

    `/static/<version>/…` is immutable: the documents refer to the current version, and their modules and stylesheets
    import each other by relative URL.  `/static/…` without a version, or with that of another gateway during an
    upgrade, serves the current file and must be revalidated.
    """

    def __init__(self, folder: Path = WEB) -> None:
        """`folder`: its files that have a known type are read at once, and the version is computed."""
        found = {
            path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.suffix in MIME_TYPES
        }
        self._files = {name: StaticContent(path.read_bytes(), MIME_TYPES[path.suffix]) for name, path in found.items()}
        self._files["vocabulary.json"] = StaticContent(msgspec.json.encode(make_vocabulary()), MIME_TYPES[".json"])
        digests = "".join(name + content.digest for name, content in self._files.items())
        self.version = hashlib.sha256(digests.encode()).hexdigest()[:12]
        self._documents = {name: self._document(name) for name in self._files if name.endswith(".html")}

    def _document(self, name: str) -> StaticContent:
        """Return a document with the URLs of this version."""
        body = self._files[name].body.replace(b'"static/', b'"static/%s/' % self.version.encode())
        return StaticContent(body, MIME_TYPES[".html"])

    async def index(self, request: web.Request) -> web.Response:
        """Handle GET /."""
        return await self._documents["index.html"].respond(request)

    async def runbook(self, request: web.Request) -> web.Response:
        """Handle GET /runbook."""
        return await self._documents["runbook.html"].respond(request)

    async def static(self, request: web.Request) -> web.Response:
        """Handle GET /static/{path}.  HTTPNotFound if no such file was read at start."""
        path = request.match_info["path"]
        version, _, name = path.partition("/")
        content = self._files.get(path) or self._files.get(name)
        if content is None:
            raise web.HTTPNotFound
        return await content.respond(request, IMMUTABLE if version == self.version else REVALIDATE)


@cache
def page_assets() -> PageAssets:
    """Return the files of the web page at `/`; they are read once in a process."""
    return PageAssets()


def document_handler(document: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that serves a fixed document and rejects any query parameter."""
    content = StaticContent(document, content_type)

    async def handler(request: web.Request) -> web.Response:
        reject_unknown(request, ())
        return await content.respond(request)

    return handler


@cache
def encode_document(make: Callable[[], object]) -> bytes:
    """Return the result of `make` as indented JSON bytes; cached for each function."""
    return msgspec.json.format(msgspec.json.encode(make()), indent=1)
