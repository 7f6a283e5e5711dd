"""Content codings, in one chunk or many, valid or hostile, with bounded output."""

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from types import ModuleType

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker.errors import Failure, Permanent, Transient
from worker.fetch.decoding import MAX_FRAMES, PIECE_BYTES, Decoder

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT_BYTES = 1 << 20
SHARED_FIXTURE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # it is the same for all examples
TEXT = b"<p>The two ministers met on Tuesday.</p>\n" * 5000


def _raw_deflate(data: bytes) -> bytes:
    z = zlib.compressobj(wbits=-15)
    return z.compress(data) + z.flush()


ENCODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:]),
    "deflate": zlib.compress(TEXT),
    "Deflate": _raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstd.compress(TEXT[:9]) + zstd.compress(TEXT[9:]),
    "gzip, br": brotli.compress(gzip.compress(TEXT)),
}


def _decode(encoding: str, body: bytes, step: int | None = None, limit_bytes: int = LIMIT_BYTES) -> bytes:
    decoder = Decoder(encoding, limit_bytes)
    step = step or max(len(body), 1)
    for at in range(0, len(body), step):
        decoder.feed(body[at : at + step])
    return decoder.finish()


@pytest.fixture(params=["zlib", "isal.isal_zlib"], autouse=True)
def inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.fetch.decoding.INFLATER", pytest.importorskip(request.param))


@pytest.mark.parametrize("step", [1, 7, 1000, None])
@pytest.mark.parametrize("encoding", ENCODED)
def test_every_coding_is_decoded_however_it_is_chunked(encoding: str, step: int | None) -> None:
    body = ENCODED[encoding]
    assert _decode(encoding, body, max(step, len(body) // 3000) if step else None) == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "Deflate", "br", "zstd", "gzip, br"])
@pytest.mark.parametrize("kept", [1, 5, -3])
def test_a_truncated_stream_is_transient(encoding: str, kept: int) -> None:
    with pytest.raises(Transient) as e:
        _decode(encoding, ENCODED[encoding][:kept])
    assert e.value.reason == "truncated"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bytes_that_are_not_in_the_named_coding_are_refused(encoding: str) -> None:
    with pytest.raises(Permanent, match=f"bad_encoding: not {encoding}"):
        _decode(encoding, b"<!doctype html><html>plain</html>")


@pytest.mark.parametrize("encoding", ["compress", "gzip, sdch", "gzip, gzip, gzip, gzip"])
def test_unknown_codings_are_refused_before_the_body(encoding: str) -> None:
    with pytest.raises(Permanent, match="bad_encoding"):
        Decoder(encoding, LIMIT_BYTES)


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [
        ("gzip", gzip.compress(bytes(64 << 20))),
        ("deflate", zlib.compress(bytes(64 << 20))),
        ("br", brotli.compress(bytes(64 << 20))),
        ("zstd", zstd.compress(bytes(64 << 20))),
        ("gzip, gzip", gzip.compress(gzip.compress(bytes(64 << 20)))),
        ("gzip, gzip", gzip.compress(gzip.compress(b"") + bytes(64 << 20))),
    ],
)
def test_a_decompression_bomb_ends_at_the_limit_with_little_memory(encoding: str, bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Permanent, match=f"too_large: more than {LIMIT_BYTES} bytes"):
            _decode(encoding, bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT_BYTES
    finally:
        tracemalloc.stop()


def test_a_body_of_exactly_the_limit_is_accepted() -> None:
    assert len(_decode("gzip", gzip.compress(bytes(LIMIT_BYTES)))) == LIMIT_BYTES
    with pytest.raises(Permanent, match="too_large"):
        _decode("", bytes(LIMIT_BYTES + 1))


def test_too_many_empty_frames_are_refused() -> None:
    with pytest.raises(Permanent, match=f"more than {MAX_FRAMES} gzip streams"):
        _decode("gzip", gzip.compress(b"") * (MAX_FRAMES + 1))


def test_padding_after_the_last_frame_is_ignored() -> None:
    assert _decode("gzip", gzip.compress(TEXT) + bytes(512)) == TEXT
    assert _decode("zstd", zstd.compress(TEXT) + b"\x28", step=1) == TEXT


def test_a_zstd_window_of_128_mib_is_refused() -> None:
    z = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    with pytest.raises(Permanent, match="bad_encoding"):
        _decode("zstd", z.compress(TEXT * 60) + z.flush(), limit_bytes=1 << 30)


def _outcome(module: ModuleType, encoding: str, body: bytes, step: int, limit_bytes: int) -> bytes | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("worker.fetch.decoding.INFLATER", module)
        try:
            return _decode(encoding, body, max(step, len(body) // 50), limit_bytes)
        except Failure as e:
            return e.reason


CONTENTS = st.one_of(
    st.binary(max_size=400),
    st.integers(0, 3 * PIECE_BYTES).map(bytes),
    st.sampled_from([PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES]).map(lambda n: TEXT[:n]),
)


@SHARED_FIXTURE
@given(
    st.sampled_from([zlib.compress, gzip.compress, _raw_deflate]),
    CONTENTS,
    st.tuples(st.integers(0, 1 << 16), st.integers(0, 255), st.sampled_from(["kept", "changed", "cut"])),
    st.integers(1, 60),
    st.sampled_from([PIECE_BYTES, LIMIT_BYTES]),
)
def test_isal_and_zlib_decode_and_refuse_the_same(
    encode: Callable[[bytes], bytes], content: bytes, damage: tuple[int, int, str], step: int, limit_bytes: int
) -> None:
    isal_zlib = pytest.importorskip("isal.isal_zlib")
    body = bytearray(encode(content))
    at = damage[0] % len(body)
    if damage[2] == "changed":
        body[at] = damage[1]
    elif damage[2] == "cut":
        del body[at:]
    coding = "gzip" if encode is gzip.compress else "deflate"
    outcomes = [_outcome(module, coding, bytes(body), step, limit_bytes) for module in (zlib, isal_zlib)]
    if set(outcomes) != {"bad_encoding", "truncated"}:  # damage that one of them notices only at the end of the stream
        assert outcomes[0] == outcomes[1]


@SHARED_FIXTURE
@given(st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]), st.binary(max_size=300), st.integers(1, 60))
def test_any_bytes_are_decoded_or_refused(encoding: str, noise: bytes, step: int) -> None:
    honest = ENCODED[encoding]
    for body in (noise, honest[: len(noise)] + noise, honest + noise):
        try:
            assert len(_decode(encoding, body, max(step, len(body) // 50))) <= LIMIT_BYTES
        except Failure as e:
            assert e.reason in {"bad_encoding", "truncated", "too_large"}  # noqa: PT017 - any of them, or none
