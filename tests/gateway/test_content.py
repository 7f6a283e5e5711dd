"""The page's files and the documents: compressed for who reads that, kept by who has them, under names that tell."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest

from worker.gateway.assets import WEB, PageAssets
from worker.gateway.middleware.compression import choose_coding

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import RunningGateway


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
def test_the_best_coding_that_is_allowed_is_taken(header: str, coding: str) -> None:
    assert choose_coding([header]) == coding


@pytest.mark.parametrize("path", ["/", "/static/feed.js", "/static/style/feed.css", "/v1/openapi.json"])
async def test_what_is_served_is_the_same_in_every_coding(server: RunningGateway, path: str) -> None:
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
async def test_who_has_it_is_not_sent_it_again(server: RunningGateway, path: str) -> None:
    async with server.session.get(path) as response:
        tag = response.headers["ETag"]
    for known in (tag, f'"other", {tag}', "*"):
        async with server.session.get(path, headers={"If-None-Match": known}) as response:
            assert (response.status, await response.read()) == (304, b"")
            assert response.headers["ETag"] == tag
    async with server.session.get(path, headers={"If-None-Match": '"other"'}) as response:
        assert response.status == 200


async def test_files_that_the_page_names_are_kept_for_good_others_asked_about(server: RunningGateway) -> None:
    async with server.session.get("/") as response:
        named = re.findall(r'"(static/[^"]+)"', await response.text())
    assert len(named) > 20
    for path in [f"/{name}" for name in named]:
        async with server.session.get(path) as response:
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/static/main.js", "/static/0123456789ab/main.js"):
        async with server.session.get(path) as response:
            assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")


def test_a_change_of_any_file_changes_the_names_of_all(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script src="static/main.js"></script>', encoding="utf-8")
    (tmp_path / "main.js").write_text("1;", encoding="utf-8")
    before = PageAssets(tmp_path).version
    assert PageAssets(tmp_path).version == before
    (tmp_path / "main.js").write_text("2;", encoding="utf-8")
    assert PageAssets(tmp_path).version != before


async def test_the_whole_page_is_small(server: RunningGateway) -> None:
    """What a first visit takes, without the events: a page of this kind that grows past this has been padded."""
    names = [path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()]
    total = 0
    for name in [*names, "vocabulary.json"]:
        async with server.session.get(f"/static/{name}", headers={"Accept-Encoding": "br"}, auto_decompress=False) as r:
            total += len(await r.read())
    assert total < 80_000


async def test_the_vocabulary_is_json_with_every_list(server: RunningGateway) -> None:
    async with server.session.get("/static/vocabulary.json") as response:
        assert response.content_type == "application/json"
        assert set(json.loads(await response.read())) == {"rules", "cameo", "acts", "statuses", "places"}
