"""Content coding, ETags and conditional requests."""

from __future__ import annotations

import gzip

import brotli  # type: ignore[import-untyped]
import pytest

from tests.gateway.conftest import Publisher, RunningGateway, wait_until
from worker.gateway.middleware.compression import choose_coding


@pytest.mark.parametrize("path", ["/v1/events?limit=50", "/v1/events?limit=50&format=csv", "/v1/events?cloudevents=1"])
async def test_a_current_etag_gets_304(server: RunningGateway, publish: Publisher, path: str) -> None:
    await publish.numbers(*range(50))
    await wait_until(lambda: server.gateway.broadcaster.cursor[1] != "0-0")
    async with server.session.get(path) as response:
        assert response.headers["Content-Encoding"] in {"gzip", "deflate"}
        assert response.headers.getall("Vary") == ["Accept", "Accept-Encoding"]
        etag = response.headers["ETag"]
    async with server.session.get(path, headers={"If-None-Match": f'"other", {etag}'}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert (response.headers["ETag"], response.headers["Vary"]) == (etag, "Accept, Accept-Encoding")
    await publish.numbers(51)
    await wait_until(lambda: server.events_read == 51)
    async with server.session.get(path, headers={"If-None-Match": etag}) as response:
        assert response.status == 200


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, BR;q=0.5", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip;q=0.001", "gzip"),
        ("deflate", "identity"),
        ("", "identity"),
    ],
)
def test_the_best_accepted_coding_is_chosen(header: str, coding: str) -> None:
    assert choose_coding([header]) == coding


@pytest.mark.parametrize("path", ["/", "/static/feed.js", "/static/style/feed.css", "/v1/openapi.json"])
async def test_static_content_is_the_same_in_every_coding(server: RunningGateway, path: str) -> None:
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}
    bodies, tags = [], set()
    for coding, decoded in decode.items():
        async with server.session.get(path, headers={"Accept-Encoding": coding}, auto_decompress=False) as response:
            assert response.headers.get("Content-Encoding", "identity") == coding
            assert "Accept-Encoding" in response.headers.getall("Vary")
            bodies.append(decoded(await response.read()))
            tags.add(response.headers["ETag"])
    assert bodies[0] == bodies[1] == bodies[2] != b""
    assert len(tags) == 1


@pytest.mark.parametrize("path", ["/", "/static/main.js", "/v1/schema", "/static/vocabulary.json"])
async def test_a_current_copy_of_static_content_gets_304(server: RunningGateway, path: str) -> None:
    async with server.session.get(path) as response:
        tag = response.headers["ETag"]
    for known in (tag, f'"other", {tag}', "*"):
        async with server.session.get(path, headers={"If-None-Match": known}) as response:
            assert (response.status, await response.read()) == (304, b"")
            assert response.headers["ETag"] == tag
    async with server.session.get(path, headers={"If-None-Match": '"other"'}) as response:
        assert response.status == 200
