"""Response heads as browsers accept them: large headers, and a Content-Length that is repeated with one value.

aiohttp's parser (llhttp) rejects every repeated Content-Length.  RFC 9110, 8.6, lets a recipient accept one value that
is repeated, in several lines or in a list; differing values are an error, as they may hide a second response.
"""

from __future__ import annotations

import asyncio
import functools
import re
from typing import TYPE_CHECKING, Any, Final

from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import BadHttpMessage

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import TCPConnector
    from aiohttp.http import HttpResponseParser

MAX_FIELD_BYTES: Final = (64 << 10) + 256
"""Largest header: 64 KiB for the value, and its name."""
MAX_HEADERS: Final = 1000
"""Most headers of a response."""
MAX_HEAD_BYTES: Final = 128 << 10
"""Largest head: status line and headers."""

_START: Final = b"HTTP/"
_END: Final = re.compile(rb"\n\r?\n")
_INTERIM: Final = re.compile(rb"HTTP/1\.[01] 1(?!01)[0-9][0-9]")
"""Start of an interim response, which another head follows; not 101, which another protocol follows."""
_CONTENT_LENGTH: Final = re.compile(rb"^content-length:([^\r\n]*)\r?\n", re.IGNORECASE | re.MULTILINE)


class HeadFilter:
    """Passes on the bytes of a response: its head as a whole, with Content-Length lines merged, then its body."""

    def __init__(self) -> None:
        self._head: bytearray | None = bytearray()
        """The part of the head that has been received; None after the head."""

    def feed(self, data: bytes) -> bytes:
        """Return what can be passed on; raise BadHttpMessage if the head is too large or its lengths differ."""
        passed = b""
        while self._head is not None:
            searched_from = max(0, len(self._head) - 2)
            self._head += data
            end = _END.search(self._head, searched_from)
            head_bytes = end.end() if end else len(self._head)
            if head_bytes > MAX_HEAD_BYTES:
                raise BadHttpMessage(f"head of more than {MAX_HEAD_BYTES} bytes")
            if not self._head.startswith(_START[: len(self._head)]):
                return passed + self.rest()  # not HTTP: aiohttp's parser raises the error
            if end is None:
                return passed
            head, data = bytes(self._head[:head_bytes]), bytes(self._head[head_bytes:])
            self._head = bytearray() if _INTERIM.match(head) else None
            passed += _merge_lengths(head)
        return passed + data

    def rest(self) -> bytes:
        """Return the received part of an incomplete head; from then on, `feed` returns everything unchanged."""
        rest, self._head = bytes(self._head or b""), None
        return rest


def _merge_lengths(head: bytes) -> bytes:
    fields = _CONTENT_LENGTH.findall(head)
    if len(fields) < 2 and not (fields and b"," in fields[0]):  # noqa: PLR2004 - repeated
        return head
    values = sorted({value.strip() for field in fields for value in field.split(b",")})
    if len(values) > 1:
        shown = " and ".join(value.decode("latin-1") for value in values[:5])
        raise BadHttpMessage(f"differing values of Content-Length: {shown[:100]}")
    first = True

    def keep_first(_: re.Match[bytes]) -> bytes:
        nonlocal first
        kept, first = (b"Content-Length: " + values[0] + b"\r\n" if first else b""), False
        return kept

    return _CONTENT_LENGTH.sub(keep_first, head)


class _FilteredParser:
    """A parser of aiohttp with a `HeadFilter` before it; has the methods that aiohttp's protocol calls."""

    def __init__(self, parser: HttpResponseParser) -> None:
        self._parser = parser
        self._filter = HeadFilter()

    def feed_data(self, data: bytes) -> Any:
        passed = self._filter.feed(data)
        if data and not passed:  # within the head
            return [], False, b""
        return self._parser.feed_data(passed)

    def feed_eof(self) -> Any:
        if rest := self._filter.rest():
            self._parser.feed_data(rest)
        return self._parser.feed_eof()

    def pause_reading(self) -> None:
        self._parser.pause_reading()


class _Protocol(ResponseHandler):
    """aiohttp's client protocol with a `HeadFilter` before each response's parser."""

    def set_response_params(self, **params: Any) -> None:
        received, self._tail = self._tail, b""
        super().set_response_params(**params)
        self._parser = _FilteredParser(self._parser)  # type: ignore[assignment,arg-type]
        if received:
            self.data_received(received)


def filter_heads(connector: TCPConnector) -> TCPConnector:
    """Make the connections of a connector filter response heads; return the connector.  Call this in its event loop."""
    protocol: Callable[..., ResponseHandler] = _Protocol
    connector._factory = functools.partial(protocol, loop=asyncio.get_running_loop())  # noqa: SLF001 - no public way
    return connector
