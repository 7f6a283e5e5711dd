"""Answers with a body: compressed where that is worth it, and not sent again to who has it already."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Final

from aiohttp import ETag, web

JSON: Final = "application/json"
SHORT_BYTES: Final = 1_000
"""A shorter body fits into one packet as it is."""
IN_LOOP_BYTES: Final = 64 << 10
"""A longer body is compressed by another thread."""
KEPT: Final = ("Cache-Control", "ETag", "Link", "Vary")
"""What a 304 must say as a 200 would have (RFC 9110, 15.4.5)."""


def body(data: bytes, content_type: str = JSON, charset: str | None = None, status: int = 200) -> web.Response:
    """Return an answer that may be compressed."""
    return web.Response(
        body=data, status=status, content_type=content_type, charset=charset, zlib_executor_size=IN_LOOP_BYTES
    )


def compress_or_304(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Compress the answer to a GET, or leave its body out where the client says that it has it (RFC 9110, 13.1.2)."""
    if not isinstance(response, web.Response) or response.status != HTTPStatus.OK:
        return response
    if not isinstance(response.body, bytes) or request.method not in {"GET", "HEAD"} or response.etag:
        return response
    if len(response.body) > SHORT_BYTES:
        response.enable_compression()
    if "Accept-Encoding" not in response.headers.get("Vary", ""):
        response.headers.add("Vary", "Accept-Encoding")
    response.headers.setdefault("Cache-Control", "no-cache")
    digest = hashlib.blake2b(response.body, digest_size=12).hexdigest()
    response.etag = ETag(digest, is_weak=True)  # the same however it is compressed
    if any(known.value in {"*", digest} for known in request.if_none_match or ()):  # RFC 9110, 8.8.3.2
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=_kept(response))
    return response


def _kept(response: web.Response) -> dict[str, str]:
    return {name: ", ".join(response.headers.getall(name)) for name in KEPT if name in response.headers}
