"""The page's files: versioned URLs, their size, and the vocabulary."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from worker.gateway.assets import WEB, PageAssets

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.conftest import RunningGateway


async def test_versioned_urls_are_immutable_and_others_are_revalidated(server: RunningGateway) -> None:
    async with server.session.get("/") as response:
        named = re.findall(r'"(static/[^"]+)"', await response.text())
    assert len(named) > 20
    for path in [f"/{name}" for name in named]:
        async with server.session.get(path) as response:
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/static/main.js", "/static/0123456789ab/main.js"):
        async with server.session.get(path) as response:
            assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")


def test_a_change_of_any_file_changes_the_version_of_all(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<script src="static/main.js"></script>', encoding="utf-8")
    (tmp_path / "main.js").write_text("1;", encoding="utf-8")
    before = PageAssets(tmp_path).version
    assert PageAssets(tmp_path).version == before
    (tmp_path / "main.js").write_text("2;", encoding="utf-8")
    assert PageAssets(tmp_path).version != before


async def test_the_whole_page_is_small(server: RunningGateway) -> None:
    """Bytes of a first visit, without the events: an upper limit against growth."""
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
