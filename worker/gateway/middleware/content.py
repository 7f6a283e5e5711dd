"""What never changes while we run: kept in memory, compressed for who can read that, a 304 for who has it already."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal

import brotli  # type: ignore[import-untyped]
from aiohttp import ETag, hdrs, web

if TYPE_CHECKING:
    from collections.abc import Callable

Coding = Literal["br", "gzip", "identity"]

REVALIDATE: Final = "no-cache"
"""Kept, but asked about each time."""
IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""For what stands under a name that nothing else will ever have: a year, and never asked about."""
FEWEST_BYTES: Final = 512
"""Of less, compressing saves nothing: it all goes in one packet."""

_ENCODERS: Final[dict[Coding, Callable[[bytes], bytes]]] = {
    "br": lambda body: brotli.compress(body, quality=11),
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "identity": lambda body: body,
}


class StaticContent:
    """A body and what it is; compressed once, when it is first asked for so."""

    def __init__(self, body: bytes, content_type: str) -> None:
        """Hold it; `content_type` as in the header."""
        self.body = body
        self.digest = hashlib.sha256(body).hexdigest()[:16]
        self._content_type = content_type
        self._coded: dict[Coding, bytes] = {"identity": body}

    async def answer(self, request: web.Request, cache_control: str = REVALIDATE) -> web.Response:
        """Answer a GET or HEAD."""
        headers = {hdrs.CACHE_CONTROL: cache_control, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        if self._is_known(request):
            response = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        else:
            coding = (
                "identity"
                if len(self.body) < FEWEST_BYTES
                else accepted(request.headers.getall(hdrs.ACCEPT_ENCODING, ()))
            )
            response = web.Response(
                body=await self._in(coding), headers={**headers, hdrs.CONTENT_TYPE: self._content_type}
            )
            if coding != "identity":
                response.headers[hdrs.CONTENT_ENCODING] = coding
        response.etag = ETag(self.digest, is_weak=True)  # weak: the same in every coding
        return response

    def _is_known(self, request: web.Request) -> bool:
        return any(tag.value in {self.digest, "*"} for tag in request.if_none_match or ())

    async def _in(self, coding: Coding) -> bytes:
        if coding not in self._coded:
            self._coded[coding] = await asyncio.to_thread(_ENCODERS[coding], self.body)
        return self._coded[coding]


def accepted(headers: list[str] | tuple[str, ...]) -> Coding:
    """Return the best coding that Accept-Encoding allows (RFC 9110, 12.5.3); what has no weight is none."""
    allowed = {name for item in ",".join(headers).lower().split(",") if (name := _coding(item))}
    return "br" if "br" in allowed else "gzip" if "gzip" in allowed else "identity"


def _coding(item: str) -> str:
    name, _, weight = item.partition(";")
    digits = weight.partition("=")[2].strip()
    return "" if digits and not digits.strip("0.") else name.strip()
