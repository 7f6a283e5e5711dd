"""Response bodies: content coding, ETags and conditional requests (RFC 9110)."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

import brotli  # type: ignore[import-untyped]
from aiohttp import ETag, hdrs, web

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Coding = Literal["br", "gzip", "identity"]

JSON: Final = "application/json"
MIN_DYNAMIC_BYTES: Final = 1_000
"""Longest dynamic body that is sent uncompressed: it fits into one packet."""
MIN_STATIC_BYTES: Final = 512
"""Shortest static body that is compressed."""
EXECUTOR_BYTES: Final = 64 << 10
"""Longer bodies are compressed in a thread, not in the event loop."""
REVALIDATE: Final = "no-cache"
"""Cache-Control of content that may be cached and must be revalidated before each use."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""Cache-Control of content whose URL changes with it (RFC 8246): cached for a year without revalidation."""
NOT_MODIFIED_HEADERS: Final = (hdrs.CACHE_CONTROL, hdrs.ETAG, hdrs.LINK, hdrs.VARY)
"""Headers that a 304 repeats from the 200 response (RFC 9110, 15.4.5)."""

_COMPRESS: Final[dict[Coding, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=11),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "identity": lambda body: body,
}


def body_response(body: bytes, content_type: str = JSON, charset: str | None = None, status: int = 200) -> web.Response:
    """Build a response with a body computed for this request; `compress_or_304` may compress it."""
    return web.Response(
        body=body, status=status, content_type=content_type, charset=charset, zlib_executor_size=EXECUTOR_BYTES
    )


def compress_or_304(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Return the response to send to a GET or HEAD: compressed and tagged, or 304 if the client's copy is current.

    A response without an ETag gets a weak one computed from its body, `Cache-Control: no-cache` unless it has that
    header, and compression if the body is long enough.  A response that has an ETag (`StaticContent`) is only compared
    with `If-None-Match`.  Streams, errors and responses to other methods are returned unchanged.
    """
    if not isinstance(response, web.Response) or response.status != HTTPStatus.OK:
        return response
    if not isinstance(response.body, bytes) or request.method not in {"GET", "HEAD"}:
        return response
    tag = response.etag or _tag_and_compress(response, response.body)
    if any(known.value in {"*", tag.value} for known in request.if_none_match or ()):  # weak comparison, 8.8.3.2
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=_not_modified_headers(response))
    return response


def _tag_and_compress(response: web.Response, body: bytes) -> ETag:
    if len(body) > MIN_DYNAMIC_BYTES:
        response.enable_compression()
    if hdrs.ACCEPT_ENCODING not in response.headers.get(hdrs.VARY, ""):
        response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    response.headers.setdefault(hdrs.CACHE_CONTROL, REVALIDATE)
    tag = ETag(hashlib.blake2b(body, digest_size=12).hexdigest(), is_weak=True)  # weak: the same in every coding
    response.etag = tag
    return tag


def _not_modified_headers(response: web.Response) -> dict[str, str]:
    return {name: ", ".join(response.headers.getall(name)) for name in NOT_MODIFIED_HEADERS if name in response.headers}


class StaticContent:
    """An immutable body held in memory; each content coding is computed once, at its first use."""

    def __init__(self, body: bytes, content_type: str) -> None:
        """`content_type`: value of the Content-Type header of `body`.  Nothing is compressed yet."""
        self.body = body
        self.digest = hashlib.sha256(body).hexdigest()[:16]
        self._content_type = content_type
        self._coded: dict[Coding, bytes] = {"identity": body}

    async def respond(self, request: web.Request, cache_control: str = REVALIDATE) -> web.Response:
        """Build the 200 response to a GET or HEAD in the best coding that the client accepts, with a weak ETag."""
        coding = (
            "identity"
            if len(self.body) < MIN_STATIC_BYTES
            else choose_coding(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
        )
        headers = {
            hdrs.CACHE_CONTROL: cache_control,
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
            hdrs.CONTENT_TYPE: self._content_type,
        }
        if coding != "identity":
            headers[hdrs.CONTENT_ENCODING] = coding
        response = web.Response(body=await self._encode(coding), headers=headers)
        response.etag = ETag(self.digest, is_weak=True)  # weak: the same in every coding
        return response

    async def _encode(self, coding: Coding) -> bytes:
        if coding not in self._coded:
            self._coded[coding] = await asyncio.to_thread(_COMPRESS[coding], self.body)
        return self._coded[coding]


def choose_coding(headers: Sequence[str]) -> Coding:
    """Return the best coding that the values of Accept-Encoding allow (RFC 9110, 12.5.3); weight 0 forbids one."""
    allowed = {name for item in ",".join(headers).lower().split(",") if (name := _allowed_coding(item))}
    return "br" if "br" in allowed else "gzip" if "gzip" in allowed else "identity"


def _allowed_coding(item: str) -> str:
    """Return the coding of one list item; "" if its weight is 0."""
    name, _, weight = item.partition(";")
    digits = weight.partition("=")[2].strip()
    return "" if digits and not digits.strip("0.") else name.strip()
