"""Fetching from hostile servers over real sockets: every kind of misbehaviour ends in a failure with its reason."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import brotli  # type: ignore[import-untyped]
import msgspec
import pytest
from aiohttp import web

from worker.errors import Failure, HostFailure, NotYet, Permanent, Transient
from worker.fetch.client import Fetcher, Validators, user_agent
from worker.fetch.resolver import PrivateAddressError, Resolver
from worker.fetch.resource_types import FEED, ROBOTS
from worker.settings import FetchSettings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = b"<!doctype html><html><head><title>Talks</title></head><body><p>They met.</p></body></html>"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def limits() -> FetchSettings:
    return FetchSettings(
        allow_private_addresses=True,
        connect_timeout_s=60.0,  # a busy machine must not reach them: tests of a timeout lower that one
        read_timeout_s=60.0,
        total_timeout_s=60.0,
        max_redirects=3,
        max_wire_bytes=200_000,
        max_body_bytes=300_000,
    )


@pytest.fixture
async def fetcher(limits: FetchSettings) -> AsyncIterator[Fetcher]:
    async with Fetcher(limits, now=lambda: NOW) as fetcher:
        yield fetcher


def hasty(limits: FetchSettings, **timeouts: float) -> Fetcher:
    """Return a fetcher with one of its timeouts lowered."""
    return Fetcher(msgspec.structs.replace(limits, **timeouts), now=lambda: NOW)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve all requests on a free loopback port with `handler`, and yield the base URL."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(talk: Raw) -> AsyncIterator[str]:
    """Serve raw bytes: `talk` is called with the streams of each connection after the request's head was read."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has left, as it should
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


def responding(body: bytes = PAGE, status: int = 200, **headers: str) -> Handler:
    """Return a handler that always sends this response; header names have `_` for `-`."""

    async def handler(_: web.Request) -> web.StreamResponse:
        named = {"Content-Type": "text/html", **{k.replace("_", "-"): v for k, v in headers.items()}}
        return web.Response(body=body, status=status, headers=named)

    return handler


def sending(data: bytes, *, then: Callable[[asyncio.StreamWriter], None] = lambda _: None) -> Raw:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(0.05)
        then(writer)

    return talk


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def failure_of(work: Awaitable[object]) -> Failure:
    with pytest.raises(Failure) as e:
        await work
    assert type(e.value) in {Permanent, Transient, HostFailure, NotYet}
    return e.value


# ---------------------------------------------------------------- success
async def test_a_page_has_its_url_media_type_charset_and_time(fetcher: Fetcher) -> None:
    async with serving(responding(Content_Type='Text/HTML; Charset="ISO-8859-2"')) as base:
        page = await fetcher.get(f"{base}/a?b=1#c")
    assert page.body == PAGE
    assert page.url == f"{base}/a?b=1"
    assert (page.content_type, page.charset, page.fetched_at) == ("text/html", "iso-8859-2", NOW)


async def test_every_request_has_user_agent_accept_and_accept_encoding(fetcher: Fetcher, limits: FetchSettings) -> None:
    heads: list[dict[str, str]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        heads.append(dict(request.headers))
        return await responding()(request)

    async with serving(handler) as base:
        await fetcher.get(f"{base}/a")
    assert heads[0]["User-Agent"] == user_agent(limits.contact_url)
    assert heads[0]["User-Agent"].startswith("communique/")
    assert heads[0]["User-Agent"].endswith(f"(+{limits.contact_url})")
    assert heads[0]["Accept-Encoding"] == "gzip, deflate, br, zstd"
    assert heads[0]["Accept"].startswith("text/html")
    assert "Cookie" not in heads[0]


@pytest.mark.parametrize(
    ("coding", "encode"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress), ("identity", bytes)],
)
async def test_encoded_bodies_are_decoded(fetcher: Fetcher, coding: str, encode: Callable[[bytes], bytes]) -> None:
    async with serving(responding(encode(PAGE), Content_Encoding=coding)) as base:
        assert (await fetcher.get(base)).body == PAGE


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_each_url_is_admitted(fetcher: Fetcher, status: int) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if request.path == "/new":
            return await responding()(request)
        return web.Response(status=status, headers={"Location": "old/../new#top"})

    admitted: list[str] = []

    async def admit(url: str) -> float:
        admitted.append(url)
        return 0.0

    async with serving(handler) as base:
        page = await fetcher.get(f"{base}/old", admit=admit)
        assert page.url == f"{base}/new"
        assert admitted == [f"{base}/old", f"{base}/new"]


async def test_an_error_of_admit_prevents_the_request(fetcher: Fetcher) -> None:
    requested_paths: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        requested_paths.append(request.path)
        return web.Response(status=302, headers={"Location": "/next"})

    async def admit(url: str) -> float:
        if url.endswith("/next"):
            raise NotYet("host_busy", wait_s=3.0)
        return 0.0

    async with serving(handler) as base:
        failure = await failure_of(fetcher.get(f"{base}/first", admit=admit))
    assert failure.reason == "host_busy"
    assert requested_paths == ["/first"]


async def test_an_unchanged_feed_is_not_transferred_again(fetcher: Fetcher) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        given = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Mar 2026 11:00:00 GMT"}
        if request.headers.get("If-None-Match") == '"v1"' and "If-Modified-Since" in request.headers:
            return web.Response(status=304, headers={"ETag": '"v1"'})
        return web.Response(body=b"<rss/>", content_type="application/rss+xml", headers=given)

    async with serving(handler) as base:
        first = await fetcher.get_if_changed(base, Validators())
        assert first.page is not None
        assert first.validators == Validators(etag='"v1"', last_modified="Mon, 02 Mar 2026 11:00:00 GMT")
        again = await fetcher.get_if_changed(base, first.validators)
        assert again.page is None
        assert again.validators == first.validators
        assert (await failure_of(fetcher.get(base))).reason == "not_html"


# ---------------------------------------------------------------- status
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 451, 300, 304])
async def test_a_client_error_is_permanent(fetcher: Fetcher, status: int) -> None:
    async with serving(responding(b"", status)) as base:
        failure = await failure_of(fetcher.get(base))
    assert isinstance(failure, Permanent)
    assert failure.reason == f"http_{status}"


@pytest.mark.parametrize(
    ("status", "header", "wait_s"),
    [
        (429, "7", 7.0),
        (503, "Mon, 02 Mar 2026 12:01:30 GMT", 90.0),
        (503, "Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        (503, "99999999999999", 86_400.0),
        (503, "soon", 0.0),
        (500, None, 0.0),
        (522, None, 0.0),
    ],
)
async def test_a_server_error_is_a_failure_of_the_host_and_carries_retry_after(
    fetcher: Fetcher, status: int, header: str | None, wait_s: float
) -> None:
    async with serving(responding(b"", status, **({"Retry_After": header} if header else {}))) as base:
        failure = await failure_of(fetcher.get(base))
    assert isinstance(failure, HostFailure)
    assert (failure.reason, failure.pause_s) == (f"http_{status}", wait_s)


@pytest.mark.parametrize("status", [408, 425])
async def test_a_temporary_error_of_one_request_is_transient(fetcher: Fetcher, status: int) -> None:
    async with serving(responding(b"", status)) as base:
        failure = await failure_of(fetcher.get(base))
    assert isinstance(failure, Transient)
    assert failure.reason == f"http_{status}"


# ---------------------------------------------------------------- media type
@pytest.mark.parametrize(
    "content_type", ["application/pdf", "image/png", "text/plain", "application/json; charset=utf-8"]
)
async def test_a_body_of_another_content_type_than_html_is_refused(fetcher: Fetcher, content_type: str) -> None:
    async with serving(responding(b"\0" * 1000, Content_Type=content_type)) as base:
        failure = await failure_of(fetcher.get(base))
    assert failure.reason == "not_html"
    assert content_type.partition(";")[0] in failure.detail


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (PAGE, "text/html"),
        (b"\xef\xbb\xbf \n<!-- x --><HTML>", "text/html"),
        (b"%PDF-1.7\n\x00\x01", None),
        (b"plain", None),
    ],
)
async def test_without_a_content_type_the_media_type_is_sniffed(
    fetcher: Fetcher, body: bytes, content_type: str | None
) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with raw_server(sending(answer)) as url:
        if content_type:
            assert (await fetcher.get(url)).content_type == content_type
        else:
            assert (await failure_of(fetcher.get(url))).reason == "not_html"


async def test_a_feed_may_have_any_content_type(fetcher: Fetcher) -> None:
    for content_type in ("text/xml", "image/gif", "application/x-gzip", "junk"):
        async with serving(responding(b"<rss/>", Content_Type=content_type)) as base:
            assert (await fetcher.get(base, resource_type=FEED)).body == b"<rss/>"


class Pieces:
    """A receiver that keeps what it gets."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str | None]] = []
        self.pieces: list[bytes] = []

    def begin(self, url: str, charset: str | None) -> None:
        self.begun.append((url, charset))

    async def receive(self, piece: bytes) -> None:
        self.pieces.append(piece)


async def test_a_receiver_gets_the_decoded_body_in_pieces(fetcher: Fetcher) -> None:
    body = gzip.compress(b"x" * 1_000_000, mtime=0)
    receiver = Pieces()
    async with serving(responding(body, Content_Type="text/xml; charset=latin-1", Content_Encoding="gzip")) as base:
        response = await fetcher.get_if_changed(f"{base}/a", Validators(), receiver=receiver)
        assert receiver.begun == [(f"{base}/a", "latin-1")]
    assert response.page
    assert response.page.body == b""
    assert b"".join(receiver.pieces) == b"x" * 1_000_000
    assert max(map(len, receiver.pieces)) <= 2 * 65_536


@pytest.mark.parametrize(
    ("statuses", "moved"), [([301, 308], "/2"), ([301, 302], "/1"), ([302, 301], None), ([307], None), ([], None)]
)
async def test_permanent_redirects_are_reported(fetcher: Fetcher, statuses: list[int], moved: str | None) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        at = int(request.path[1:])
        if at < len(statuses):
            return web.Response(status=statuses[at], headers={"Location": f"/{at + 1}"})
        return web.Response(text="<rss/>", headers={"Cache-Control": "public, max-age=600"})

    async with serving(handler) as base:
        response = await fetcher.get_if_changed(f"{base}/0", Validators())
    assert response.moved_to == (base + moved if moved else None)
    assert response.max_age_s == 600


async def test_robots_txt_is_truncated_at_its_limit_not_refused(fetcher: Fetcher) -> None:
    async with serving(responding(b"User-agent: *\n" * 1000, Content_Type="application/x-junk")) as base:
        assert len((await fetcher.get(base, resource_type=ROBOTS, max_bytes=1000)).body) == 1000


# ---------------------------------------------------------------- size limits
async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    while True:
        await response.write(b"<p>and on it goes</p>" * 500)


async def _unannounced(request: web.Request) -> web.StreamResponse:
    """Send a body whose decoded size is within the limit, but whose transferred size is not."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    for _ in range(25):
        await response.write(b"x" * 10_000)
    return response


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (_endless, "bytes transferred"),
        (_unannounced, "more than 200000 bytes transferred"),
        (responding(b"x" * 200_001), "Content-Length is 200001"),
        (responding(gzip.compress(bytes(32 << 20), mtime=0), Content_Encoding="gzip"), "after decompression"),
        (responding(brotli.compress(bytes(32 << 20)), Content_Encoding="br"), "after decompression"),
        (responding(zstd.compress(bytes(32 << 20)), Content_Encoding="zstd"), "after decompression"),
    ],
    ids=["endless", "unannounced", "long", "gzip bomb", "brotli bomb", "zstd bomb"],
)
async def test_a_body_over_a_size_limit_is_refused(fetcher: Fetcher, handler: Handler, why: str) -> None:
    async with serving(handler) as base:
        failure = await failure_of(fetcher.get(base))
    assert isinstance(failure, Permanent)
    assert failure.reason == "too_large"
    assert why in failure.detail


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (PAGE, "gzip", "bad_encoding"),
        (gzip.compress(PAGE, mtime=0), "br", "bad_encoding"),
        (PAGE, "compress", "bad_encoding"),
        (gzip.compress(PAGE, mtime=0)[:-9], "gzip", "truncated"),
    ],
)
async def test_a_body_that_contradicts_its_content_encoding_is_a_failure(
    fetcher: Fetcher, body: bytes, coding: str, reason: str
) -> None:
    async with serving(responding(body, Content_Encoding=coding)) as base:
        assert (await failure_of(fetcher.get(base))).reason == reason


# ---------------------------------------------------------------- timeouts
async def test_a_slow_body_ends_with_the_total_timeout(limits: FetchSettings) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with raw_server(drip) as url, hasty(limits, total_timeout_s=0.8) as fetcher:
        failure = await failure_of(fetcher.get(url))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "timeout_total"


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nx"])
async def test_a_silent_server_ends_with_the_read_timeout(limits: FetchSettings, sent: bytes) -> None:
    async def hush(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await asyncio.sleep(30)

    async with raw_server(hush) as url, hasty(limits, read_timeout_s=0.3) as fetcher:
        failure = await failure_of(fetcher.get(url))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "timeout_read"


async def test_a_host_that_accepts_no_connection_ends_with_the_connect_timeout(limits: FetchSettings) -> None:
    with socket.socket() as full_listener:  # a full backlog: the kernel answers no further SYN
        full_listener.bind(("127.0.0.1", 0))
        full_listener.listen(0)
        held = [socket.socket() for _ in range(4)]
        try:
            for s in held:
                s.setblocking(False)
                s.connect_ex(full_listener.getsockname())
            async with hasty(limits, connect_timeout_s=0.3) as fetcher:
                failure = await failure_of(fetcher.get(f"http://127.0.0.1:{full_listener.getsockname()[1]}/"))
        finally:
            for s in held:
                s.close()
    assert isinstance(failure, HostFailure)
    assert failure.reason == "timeout_connect"


# ---------------------------------------------------------------- connection failures
async def test_a_closed_port_is_a_connect_failure(fetcher: Fetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    failure = await failure_of(fetcher.get(f"http://127.0.0.1:{port}/"))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "connect"


async def test_a_name_that_does_not_resolve_is_a_dns_failure(fetcher: Fetcher) -> None:
    failure = await failure_of(fetcher.get("http://no-such-host.invalid/"))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "dns"


async def test_tls_with_a_plain_server_is_a_tls_failure(fetcher: Fetcher) -> None:
    async with serving(responding()) as base:
        failure = await failure_of(fetcher.get(base.replace("http:", "https:")))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "tls"


@pytest.mark.parametrize("framing", [b"Content-Length: 1000", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize("then", [reset, lambda _: None], ids=["reset", "closed"])
async def test_a_connection_lost_within_the_body_is_a_failure_of_the_host(
    fetcher: Fetcher, framing: bytes, then: Callable[[asyncio.StreamWriter], None]
) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + framing + b"\r\n\r\n5\r\n<html\r\n"
    async with raw_server(sending(answer, then=then)) as url:
        failure = await failure_of(fetcher.get(url))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "reset"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "reset"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "bad_http"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "bad_http"),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", "bad_http"),
        (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", "bad_http"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Many: x\r\n" * 100_000 + b"\r\n", "bad_http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "bad_http"),
        (b"\x00\x01\x02\xff\xfe" * 50 + b"\r\n\r\n", "bad_http"),
    ],
    ids=["nothing", "ssh", "status", "colon", "long header", "many headers", "negative length", "noise"],
)
async def test_an_invalid_http_response_is_a_failure(fetcher: Fetcher, answer: bytes, reason: str) -> None:
    async with raw_server(sending(answer)) as url:
        assert (await failure_of(fetcher.get(url))).reason == reason


# ---------------------------------------------------------------- tolerated heads
def head(*lines: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Type: text/html", *lines, b"", b""])


LENGTH = b"Content-Length: %d" % len(PAGE)


@pytest.mark.parametrize(
    "answer",
    [
        head(LENGTH, b"X-Long: " + b"x" * 65_536),
        head(LENGTH, *(b"X-%d: " % n + b"x" * 120 for n in range(500))),
        head(LENGTH, LENGTH.lower(), b"X: y", LENGTH),
        head(LENGTH + b", %d" % len(PAGE)),
        head(b"content-length:%d" % len(PAGE), LENGTH + b" "),
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + head(LENGTH, LENGTH),
        head(LENGTH, LENGTH).replace(b"\r\n", b"\n"),
    ],
    ids=["64 KiB", "500 headers", "three lengths", "list", "case and space", "after an interim response", "bare LF"],
)
@pytest.mark.parametrize("step", [700, 7])
async def test_a_head_that_browsers_accept_is_accepted(fetcher: Fetcher, answer: bytes, step: int) -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = answer + PAGE
        for at in range(0, 700, step):  # the first bytes in small pieces, then the rest
            writer.write(data[at : min(at + step, 700)])
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(data[700:])
        await writer.drain()

    async with raw_server(talk) as url:
        assert (await fetcher.get(url)).body == PAGE


@pytest.mark.parametrize(
    ("lines", "detail"),
    [
        ([b"Content-Length: 5", b"Content-Length: 50"], "differing values of Content-Length: 5 and 50"),
        ([b"Content-Length: 5, 50"], "differing values of Content-Length: 5 and 50"),
        ([b"Content-Length: 5", b"Content-Length:"], "differing values of Content-Length:  and 5"),
        ([b"Content-Length: five", b"Content-Length: five"], "Invalid character in Content-Length"),
        ([b"X-%d: " % n + b"x" * 1000 for n in range(140)], "head of more than 131072 bytes"),
        ([b"X: " + b"x" * 70_000], "more than 65792 bytes"),
        ([b"X: y"] * 1001, "Too many headers"),
    ],
)
async def test_a_head_that_is_too_large_or_contradictory_is_refused_with_the_reason(
    fetcher: Fetcher, lines: list[bytes], detail: str
) -> None:
    async with raw_server(sending(head(*lines) + PAGE)) as url:
        failure = await failure_of(fetcher.get(url))
    assert isinstance(failure, Permanent)
    assert failure.reason == "bad_http"
    assert detail in failure.detail


async def test_responses_over_one_connection_are_filtered_one_by_one(fetcher: Fetcher) -> None:
    connections: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.write(head(LENGTH, LENGTH) + PAGE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head(b"Content-Length: 3", b"Content-Length: 3") + b"abc")
        await writer.drain()

    async with raw_server(talk) as url:
        assert [(await fetcher.get(url)).body for _ in range(2)] == [PAGE, b"abc"]
    assert len(connections) == 1


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"/caf\xe9?q=\xfc", "/caf%E9?q=%FC"),
        ("/café".encode(), "/caf%C3%A9"),
        (b"/\xe9\xc3\xa9", "/%E9%C3%A9"),
        (b"/a b", "/a%20b"),
    ],
)
async def test_a_location_with_bytes_beyond_ascii_is_followed(fetcher: Fetcher, location: bytes, path: str) -> None:
    heads: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n")
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(head(LENGTH) + PAGE)
        await writer.drain()

    async with raw_server(talk) as url:
        page = await fetcher.get(url)
    assert page.url == url.rstrip("/") + path
    assert heads[0].startswith(f"GET {path} HTTP/1.1".encode())


async def test_a_location_whose_host_is_not_utf8_is_refused(fetcher: Fetcher) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://caf\xe9.example/\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(sending(answer)) as url:
        assert (await failure_of(fetcher.get(url))).reason == "bad_redirect"


async def test_a_bad_url_is_refused_without_a_request(fetcher: Fetcher) -> None:
    assert (await failure_of(fetcher.get("gopher://a.example/"))).reason == "bad_url"


# ---------------------------------------------------------------- redirects
@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (None, "bad_redirect"),
        ("", "bad_redirect"),
        ("file:///etc/passwd", "bad_redirect"),
        ("javascript:alert(1)", "bad_redirect"),
        ("http://user:secret@a.example/", "bad_redirect"),
        ("http://[::1", "bad_redirect"),
        ("//2130706433/", "bad_redirect"),
        ("/same", "redirect_loop"),
    ],
)
async def test_an_invalid_redirect_is_permanent(fetcher: Fetcher, location: str | None, reason: str) -> None:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={} if location is None else {"Location": location})

    async with serving(handler) as base:
        failure = await failure_of(fetcher.get(f"{base}/same"))
    assert isinstance(failure, Permanent)
    assert failure.reason == reason


async def test_too_many_redirects_are_permanent(fetcher: Fetcher, limits: FetchSettings) -> None:
    requested_paths: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        requested_paths.append(request.path)
        return web.Response(status=302, headers={"Location": f"/{len(requested_paths)}"})

    async with serving(handler) as base:
        assert (await failure_of(fetcher.get(f"{base}/start"))).reason == "too_many_redirects"
    assert len(requested_paths) == limits.max_redirects + 1


@pytest.mark.parametrize("loop", [False, True])
async def test_a_page_that_refreshes_to_another_url_redirects_once(fetcher: Fetcher, *, loop: bool) -> None:
    requested_paths: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        requested_paths.append(request.path)
        target = "/second" if request.path == "/first" else "/third"
        stub = f'<meta http-equiv="refresh" content="0; url={target}"><p>Moved.</p>'
        return web.Response(text=stub if loop or request.path == "/first" else PAGE.decode(), content_type="text/html")

    async with serving(handler) as base:
        page = await fetcher.get(f"{base}/first")
        assert page.url == f"{base}/second"
        assert requested_paths == ["/first", "/second"]


# ---------------------------------------------------------------- private addresses
@pytest.fixture
async def strict(limits: FetchSettings) -> AsyncIterator[Fetcher]:
    async with Fetcher(msgspec.structs.replace(limits, allow_private_addresses=False)) as fetcher:
        yield fetcher


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://localhost./",
    ],
)
async def test_private_addresses_are_refused_as_literals_and_as_names(strict: Fetcher, url: str) -> None:
    failure = await failure_of(strict.get(url))
    assert isinstance(failure, Permanent)
    assert failure.reason == "private_address"


async def test_a_redirect_into_the_private_network_is_refused(strict: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first URL is made to pass as public; the redirect target is not."""
    requested_paths: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        requested_paths.append(request.path)
        return web.Response(status=302, headers={"Location": request.query["to"]})

    monkeypatch.setattr("worker.fetch.resolver.is_public", lambda ip: str(ip) == "127.0.0.1")
    async with serving(handler) as base:
        for to in ("http://127.0.0.2/", "http://[::1]/", "http://169.254.169.254/"):
            assert (await failure_of(strict.get(f"{base}/?to={to}"))).reason == "private_address"
    assert len(requested_paths) == 3


async def test_of_a_name_with_public_and_private_addresses_only_the_public_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The check uses the addresses that are connected to, so DNS rebinding has no effect."""

    def looked_up(*_: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
            for address in ("127.0.0.1", "8.8.8.8", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    resolver = Resolver(allow_private=False, threads=1)
    assert [a["host"] for a in await resolver.resolve("two-faced.example", 80)] == ["8.8.8.8"]
    monkeypatch.setattr("worker.fetch.resolver.is_public", lambda _: False)
    with pytest.raises(PrivateAddressError, match=r"two-faced\.example is 10\.0\.0\.1, 127\.0\.0\.1, 8\.8\.8\.8"):
        await resolver.resolve("two-faced.example", 80)
    await resolver.close()


@pytest.mark.parametrize(
    "header", [b'ETag: "\xff"', b"Last-Modified: \xed\xa0\x80", b"Content-Type: text/html; charset=\xff"]
)
async def test_a_header_that_is_not_utf8_is_ignored(fetcher: Fetcher, header: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + header + b"\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
    async with raw_server(sending(head + PAGE)) as url:
        answer = await fetcher.get_if_changed(url, Validators())
    assert answer.page
    assert (answer.page.charset, answer.validators) == (None, Validators())
