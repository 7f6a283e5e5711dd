"""Decode HTTP content codings (gzip, deflate, Brotli, Zstandard) with a limit on the output.

A Brotli body of 1.6 KB can decode to 1 GiB.  Therefore no library call may return more than about `PIECE_BYTES`, and
the output is limited after every coding, not only after the last one.
"""

from __future__ import annotations

import contextlib
import sys
import zlib
from typing import TYPE_CHECKING, Any, Final, Protocol

import brotli  # type: ignore[import-untyped]

from worker.errors import Permanent, Transient

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INFLATER: Any = zlib
"""ISA-L if isal is installed: the interface of zlib, in less than half of its time.  Otherwise zlib."""
with contextlib.suppress(ImportError):
    from isal import isal_zlib

    INFLATER = isal_zlib

ACCEPTED: Final = "gzip, deflate, br, zstd"
"""Value of the Accept-Encoding header."""

PIECE_BYTES: Final = 64 << 10
"""Approximate limit of the output of one library call."""
MAX_CODINGS: Final = 3
"""Longest accepted chain of codings in one Content-Encoding."""

MAX_FRAMES: Final = 1000
"""Most concatenated frames in one body: with the 64 KiB of a parallel gzip, four times the largest accepted body."""

_ZSTD_WINDOW_LOG: Final = 23
"""Window of 8 MiB, the largest that RFC 9659 permits; the library's default limit is 128 MiB per response."""

_NO_CODING: Final = frozenset({"", "identity", "none", "binary", "utf-8"})
"""`identity`, and the values that misconfigured servers send instead."""


class _Frame(Protocol):
    """One compressed stream, from its first byte to its end marker."""

    def decode(self, data: bytes) -> bytes:
        """Consume `data` and return up to about PIECE_BYTES of output.

        With b"" return output that is still buffered.
        """

    @property
    def needs_input(self) -> bool:
        """Whether the decoder has returned all output of the input so far."""

    @property
    def unused_data(self) -> bytes | None:
        """Bytes after the end marker; None before the end marker is reached."""


class _Zlib:
    """gzip and deflate; deflate with the zlib header that RFC 9110 requires, or without it."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits
        self._zlib: Any = None
        self._output_full = False

    def decode(self, data: bytes) -> bytes:
        if self._zlib is None:
            self._zlib = INFLATER.decompressobj(self._wbits or _deflate_wbits(data))
        out: bytes = self._zlib.decompress(self._zlib.unconsumed_tail + data, PIECE_BYTES)
        self._output_full = len(out) == PIECE_BYTES
        return out

    @property
    def needs_input(self) -> bool:
        return not self._output_full

    @property
    def unused_data(self) -> bytes | None:
        return self._zlib.unused_data if self._zlib is not None and self._zlib.eof else None


class _Brotli:
    def __init__(self) -> None:
        self._brotli = brotli.Decompressor()
        self._had_output = False

    def decode(self, data: bytes) -> bytes:
        out: bytes = self._brotli.process(data, output_buffer_limit=PIECE_BYTES)
        self._had_output = bool(out)
        return out

    @property
    def needs_input(self) -> bool:
        # The decoder accepts more data even while its ring buffer holds output.
        return not self._had_output and bool(self._brotli.can_accept_more_data())

    @property
    def unused_data(self) -> bytes | None:
        return b"" if self._brotli.is_finished() else None


class _Zstd:
    def __init__(self) -> None:
        self._zstd = ZstdDecompressor(options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    def decode(self, data: bytes) -> bytes:
        return self._zstd.decompress(data, PIECE_BYTES)

    @property
    def needs_input(self) -> bool:
        return self._zstd.needs_input

    @property
    def unused_data(self) -> bytes | None:
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
"""Magic numbers of a further frame, for codings that permit several (RFC 1952, 2.2; RFC 8878, 3.1)."""


class Decoder:
    """Incremental decoder of a body: `feed` the chunks in order, then call `finish`.

    `content_encoding` is the header's value, "" if it is absent.  Raises Permanent("too_large") beyond `limit_bytes` of
    output, Permanent("bad_encoding") for an unknown coding or invalid data, Transient("truncated") from `finish`.
    """

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        names = [name for part in content_encoding.split(",") if (name := part.strip().lower()) not in _NO_CODING]
        if len(names) > MAX_CODINGS:
            raise Permanent("bad_encoding", f"{len(names)} content codings")
        self._codings = [_Coding(name, limit_bytes) for name in reversed(names)]
        self._limit_bytes = limit_bytes
        self._body = bytearray()
        self.size_bytes = 0
        """Bytes decoded so far."""

    def feed(self, chunk: bytes) -> None:
        """Decode the next chunk of the body."""
        for piece in self.pieces(chunk):
            self._body += piece

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Yield the next chunk decoded, in pieces that the decoder does not keep."""
        for piece in self._decode_through(chunk, self._codings):
            self.size_bytes += len(piece)
            if self.size_bytes > self._limit_bytes:
                raise _too_large(self._limit_bytes)
            yield piece

    def finish(self) -> bytes:
        """Return the body, without what `pieces` has yielded; raise Transient("truncated") if a stream has no end."""
        for coding in self._codings:
            coding.check_end()
        return bytes(self._body)

    def first(self, n: int) -> bytes:
        """Return the first `n` bytes decoded so far, even if the body is not complete."""
        return bytes(self._body[:n])

    def _decode_through(self, chunk: bytes, codings: list[_Coding]) -> Iterator[bytes]:
        if not codings:
            yield chunk
            return
        for piece in codings[0].pieces(chunk):
            yield from self._decode_through(piece, codings[1:])


class _Coding:
    """One content coding: a sequence of frames; data after the last frame is ignored, as by gzip(1)."""

    def __init__(self, name: str, limit_bytes: int) -> None:
        if name not in _FRAMES:
            raise Permanent("bad_encoding", f"unknown content coding {name!r}")
        self._name = name
        self._limit_bytes = self._remaining_bytes = limit_bytes
        self._frames = 0
        self._frame: _Frame | None = None
        self._partial_magic = b""
        self._ended = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        data = self._partial_magic + data
        self._partial_magic = b""
        while data and not self._ended:
            if self._frame is None and not self._begin(data):
                return
            yield from self._one_frame(data)
            data = self._end_frame()

    def check_end(self) -> None:
        if self._frame is not None:
            raise Transient("truncated", f"the {self._name} stream stops before its end")

    def _begin(self, data: bytes) -> bool:
        """Start a frame and return True; after the first frame, only if `data` begins with the magic number.

        A magic number that is split between two chunks is kept for the next call.
        """
        if self._frames:
            magics = _MAGIC.get(self._name, ())
            if any(len(data) < len(m) and m.startswith(data) for m in magics):
                self._partial_magic = data
                return False
            if not data.startswith(magics):
                self._ended = True
                return False
        self._frames += 1
        if self._frames > MAX_FRAMES:
            raise Permanent("bad_encoding", f"more than {MAX_FRAMES} {self._name} streams in one body")
        self._frame = _FRAMES[self._name]()
        return True

    def _one_frame(self, data: bytes) -> Iterator[bytes]:
        """Decode until the frame ends or needs more input."""
        frame = self._frame
        while frame is not None:
            out = self._decode(frame, data)
            data = b""
            self._remaining_bytes -= len(out)
            if out:
                yield out
            if frame.unused_data is not None or frame.needs_input:
                return

    def _decode(self, frame: _Frame, data: bytes) -> bytes:
        try:
            out = frame.decode(data)
        except (INFLATER.error, brotli.error, ZstdError) as e:
            raise Permanent("bad_encoding", f"not {self._name}: {e}") from None
        if len(out) > self._remaining_bytes:
            raise _too_large(self._limit_bytes)
        return out

    def _end_frame(self) -> bytes:
        unused = self._frame.unused_data if self._frame else None
        if unused is None:
            return b""
        self._frame = None
        return unused


def _deflate_wbits(data: bytes) -> int:
    """Return the `wbits` of a deflate body: 15 with a zlib header, -15 for raw deflate.

    The first byte of a zlib header has the low nibble 8 and a high nibble of at most 7 (RFC 1950, 2.2).
    """
    return 15 if data[:1] and data[0] & 0x0F == 8 and data[0] >> 4 <= 7 else -15  # noqa: PLR2004 - as cited


def _too_large(limit_bytes: int) -> Permanent:
    return Permanent("too_large", f"more than {limit_bytes} bytes after decompression")
