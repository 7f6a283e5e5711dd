"""The page's files, and the documents that say what all of this means."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from worker.gateway.asking import only

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

WEB: Final = Path(__file__).parent / "web"
REVALIDATE: Final = "no-cache"
"""Kept, but asked about each time (a 304 by ETag): names have no version in them, and a page must fit its script."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""The last two: no string becomes markup or script, whatever the page's own code does."""
SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer."""


async def index(_: web.Request) -> web.FileResponse:
    """Answer GET /."""
    return web.FileResponse(WEB / "index.html", headers={"Cache-Control": REVALIDATE})


async def static(request: web.Request) -> web.FileResponse:
    """Answer GET /static/…: a file below `web/`, nothing else."""
    path = (WEB / request.match_info["path"]).resolve()
    if not path.is_relative_to(WEB) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": REVALIDATE})


def document(made: bytes, content_type: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Return a handler that answers with a document."""

    async def handler(request: web.Request) -> web.Response:
        only(request, ())
        return web.Response(body=made, content_type=content_type, headers={"Cache-Control": REVALIDATE})

    return handler


@cache
def as_json(make: Callable[[], object]) -> bytes:
    """Return a document's bytes, for people to read too."""
    return msgspec.json.format(msgspec.json.encode(make()), indent=1)
