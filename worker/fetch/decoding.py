"""HTTP content codings undone: gzip, deflate, Brotli and Zstandard, never more output than asked for.

A Brotli body of 1.6 KB can stand for 1 GiB, so nothing here asks a library for "all of it": every call to one yields
about `PIECE_BYTES` at most, and the sum is counted after every coding, not only after the last.
"""

from __future__ import annotations

import sys
import zlib
from typing import TYPE_CHECKING, Final, Protocol

import brotli  # type: ignore[import-untyped]

from worker.errors import Permanent, Transient

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCEPTED: Final = "gzip, deflate, br, zstd"
"""What to send as Accept-Encoding."""

PIECE_BYTES: Final = 64 << 10
MAX_CODINGS: Final = 3
"""Codings one over the other that a server may name; more is an attack or an accident."""

MAX_FRAMES: Final = 1000
"""Frames one after the other in a body; at the 64 KiB of a parallel gzip that is four times the largest body taken."""

_ZSTD_WINDOW_LOG: Final = 23
"""8 MiB, the most that RFC 9659 lets a server use; the library's own limit would be 128 MiB a response."""

_NO_CODING: Final = frozenset({"", "identity", "none", "binary", "utf-8"})
"""`identity`, and what misconfigured servers write where they mean it."""


class _Frame(Protocol):
    """One compressed stream from its first byte to its end mark."""

    def decode(self, data: bytes) -> bytes:
        """Take all of `data`, give about PIECE_BYTES at most; b"" is how to ask for what is still inside."""

    @property
    def hungry(self) -> bool:
        """No more output without more input."""

    @property
    def rest(self) -> bytes | None:
        """What followed the end mark; None before it."""


class _Zlib:
    """gzip and deflate.  Deflate comes both with the zlib header that RFC 9110 asks for and without."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits
        self._zlib: zlib._Decompress | None = None
        self._full = False

    def decode(self, data: bytes) -> bytes:
        if self._zlib is None:
            self._zlib = zlib.decompressobj(self._wbits or _deflate_wbits(data))
        out = self._zlib.decompress(self._zlib.unconsumed_tail + data, PIECE_BYTES)
        self._full = len(out) == PIECE_BYTES
        return out

    @property
    def hungry(self) -> bool:
        return not self._full

    @property
    def rest(self) -> bytes | None:
        return self._zlib.unused_data if self._zlib and self._zlib.eof else None


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()
        self._gave = False

    def decode(self, data: bytes) -> bytes:
        out: bytes = self._brotli.process(data, output_buffer_limit=PIECE_BYTES)
        self._gave = bool(out)
        return out

    @property
    def hungry(self) -> bool:
        # It accepts more data while there is still output in its ring buffer.
        return not self._gave and bool(self._brotli.can_accept_more_data())

    @property
    def rest(self) -> bytes | None:
        return b"" if self._brotli.is_finished() else None


class _Zstd:
    def __init__(self) -> None:
        self._zstd = ZstdDecompressor(options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    def decode(self, data: bytes) -> bytes:
        return self._zstd.decompress(data, PIECE_BYTES)

    @property
    def hungry(self) -> bool:
        return self._zstd.needs_input

    @property
    def rest(self) -> bytes | None:
        return self._zstd.unused_data if self._zstd.eof else None


_FRAMES: Final[dict[str, Callable[[], _Frame]]] = {
    "gzip": lambda: _Zlib(wbits=31),
    "x-gzip": lambda: _Zlib(wbits=31),
    "deflate": lambda: _Zlib(wbits=None),
    "br": _Brotli,
    "zstd": _Zstd,
}

_MAGIC: Final[dict[str, tuple[bytes, ...]]] = {
    "gzip": (b"\x1f\x8b",),
    "x-gzip": (b"\x1f\x8b",),
    "zstd": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16))),
}
"""How a further frame begins, where frames may follow each other (RFC 1952, 2.2; RFC 8878, 3.1)."""


class Decoder:
    """A body decoded while it arrives: `feed` the chunks in order, then `finish`.

    `content_encoding` is the header's value ("" for none).  Failures: Permanent("too_large") past `limit_bytes`,
    Permanent("bad_encoding") for an unknown coding or bytes that are not it, Transient("truncated") from `finish`.
    """

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        names = [name for part in content_encoding.split(",") if (name := part.strip().lower()) not in _NO_CODING]
        if len(names) > MAX_CODINGS:
            raise Permanent("bad_encoding", f"{len(names)} content codings one over the other")
        self._codings = [_Coding(name, limit_bytes) for name in reversed(names)]
        self._limit_bytes = limit_bytes
        self._body = bytearray()

    @property
    def size_bytes(self) -> int:
        """Decoded so far."""
        return len(self._body)

    def feed(self, chunk: bytes) -> None:
        """Decode one more chunk of the body."""
        for piece in self._through(chunk, self._codings):
            self._body += piece
            if len(self._body) > self._limit_bytes:
                raise _too_large(self._limit_bytes)

    def finish(self) -> bytes:
        """Return the body; every stream in it must have come to its end."""
        for coding in self._codings:
            coding.check_end()
        return bytes(self._body)

    def first(self, n: int) -> bytes:
        """Return up to `n` bytes of what has been decoded, whether or not more is to come."""
        return bytes(self._body[:n])

    def _through(self, chunk: bytes, codings: list[_Coding]) -> Iterator[bytes]:
        if not codings:
            yield chunk
            return
        for piece in codings[0].pieces(chunk):
            yield from self._through(piece, codings[1:])


class _Coding:
    """One content coding: frame after frame, anything else after the last one ignored, as gzip(1) does."""

    def __init__(self, name: str, limit_bytes: int) -> None:
        if name not in _FRAMES:
            raise Permanent("bad_encoding", f"unknown content coding {name!r}")
        self._name = name
        self._limit_bytes = self._room_bytes = limit_bytes
        self._frames = 0
        self._frame: _Frame | None = None
        self._held = b""
        self._over = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data = self._held + data
        self._held = b""
        while data and not self._over:
            if self._frame is None and not self._begin(data):
                return
            yield from self._one_frame(data)
            data = self._end_frame()

    def check_end(self) -> None:
        if self._frame is not None:
            raise Transient("truncated", f"the {self._name} stream stops before its end")

    def _begin(self, data: bytes) -> bool:
        """Open a frame; after the first one only where its magic number stands, which may come in two chunks."""
        if self._frames:
            magics = _MAGIC.get(self._name, ())
            if any(len(data) < len(m) and m.startswith(data) for m in magics):
                self._held = data
                return False
            if not data.startswith(magics):
                self._over = True
                return False
        self._frames += 1
        if self._frames > MAX_FRAMES:
            raise Permanent("bad_encoding", f"more than {MAX_FRAMES} {self._name} streams in one body")
        self._frame = _FRAMES[self._name]()
        return True

    def _one_frame(self, data: bytes) -> Iterator[bytes]:
        """Decode until the frame ends or wants more input."""
        frame = self._frame
        while frame is not None:
            out = self._decode(frame, data)
            data = b""
            self._room_bytes -= len(out)
            if out:
                yield out
            if frame.rest is not None or frame.hungry:
                return

    def _decode(self, frame: _Frame, data: bytes) -> bytes:
        try:
            out = frame.decode(data)
        except (zlib.error, brotli.error, ZstdError) as e:
            raise Permanent("bad_encoding", f"not {self._name}: {e}") from None
        if len(out) > self._room_bytes:
            raise _too_large(self._limit_bytes)
        return out

    def _end_frame(self) -> bytes:
        rest = self._frame.rest if self._frame else None
        if rest is None:
            return b""
        self._frame = None
        return rest


def _deflate_wbits(data: bytes) -> int:
    """RFC 1950, 2.2: a zlib header's low nibble is 8 and its high nibble at most 7; raw deflate begins otherwise."""
    return 15 if data[:1] and data[0] & 0x0F == 8 and data[0] >> 4 <= 7 else -15  # noqa: PLR2004 - as cited


def _too_large(limit_bytes: int) -> Permanent:
    return Permanent("too_large", f"more than {limit_bytes} bytes after decompression")
