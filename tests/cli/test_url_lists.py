"""Lists of URLs: what editors and people put into them, places in messages, Ctrl-C, and advice."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.environment import clean_environ
from worker.cli.url_advice import url_advice
from worker.cli.url_arguments import ListedUrl, read_urls
from worker.errors import UsageError
from worker.queue import UrlQueue
from worker.settings import Settings

A, B = "https://a.example/1", "https://b.example/2#top"


@pytest.mark.parametrize(
    "body",
    [
        f"{A}\n{B}\n".encode(),
        f"\ufeff{A}\r\n{B}".encode(),
        f"{A}\r\n{B}\r\n".encode("utf-16"),
        f"# the morning's\n\n  {A}  # from the newsletter\n{B}\t# with a fragment\n   # end\n".encode(),
    ],
)
def test_a_list_may_have_a_byte_order_mark_comments_and_blank_lines(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "urls.txt"
    path.write_bytes(body)
    listed = list(read_urls([str(path), "https://c.example/"]))
    assert [it.url for it in listed] == [A, B, "https://c.example/"]
    assert [it.where.startswith(f"{path}:") for it in listed] == [True, True, False]


def test_the_place_in_the_list_is_part_of_a_message(tmp_path: Path) -> None:
    path = tmp_path / "urls.txt"
    path.write_text(f"\n{A}\n", encoding="utf-8")
    (listed,) = read_urls([str(path)])
    assert listed.locate("refused") == f"{path}:2: refused"
    assert ListedUrl(A).locate("refused") == "refused"


def test_a_list_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"neither a URL .* nor a file"):
        list(read_urls([str(tmp_path / "urls.txt")]))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://a.example/feed/", "a feed"),
        ("https://a.example/news/rss.xml", "a feed"),
        ("https://a.example/world.rss", "a feed"),
        ("https://a.example/sitemap-news.xml.gz", "a feed"),
        ("https://a.example/?feed=rss2", "a feed"),
        ("https://a.example/", "the front page"),
        ("https://a.example/?p=12", ""),
        ("https://a.example/news/how-to-feed-a-cat", ""),
        ("https://a.example/feed/why-we-fish", ""),
        ("https://a.example/2026/03/atom-talks.html", ""),
    ],
)
def test_feeds_and_front_pages_are_recognised_by_their_addresses(url: str, words: str) -> None:
    assert words in url_advice(url)
    assert bool(url_advice(url)) is bool(words)


async def test_ctrl_c_ends_a_list_from_the_terminal_and_reports_what_was_put(settings: Settings) -> None:
    main, side = pty.openpty()
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", "put", "-"),
        env=clean_environ() | given,
        stdin=side,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(side)
    assert child.stderr
    prompt = await child.stderr.readline()
    os.write(main, f"{A}\n".encode())
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        while not (await queue.depth()).unfinished:  # noqa: ASYNC110 - waits for another process
            await asyncio.sleep(0.02)
    child.send_signal(signal.SIGINT)
    message = await child.stderr.read()
    with suppress(OSError):
        os.close(main)
    assert prompt.decode().startswith("communique: reading URLs from the terminal")
    assert message.decode() == "communique: interrupted: 1 put, 0 seen before, 0 refused\n"
    assert await child.wait() == 130
