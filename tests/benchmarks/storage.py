"""What one article costs Redis: memory of entries, markers and reading, append-only file, traffic and CPU time.

The tasks are put, read and settled in this process, in batches as by a worker, on a Redis server of their own.  The
articles and their events are those of the generated pages, or of the texts in a file.  docs/sizing.md uses the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from tests.benchmarks.news_pages import news_pages
from tests.benchmarks.stages import with_articles
from worker.pipeline.extract_events import extract_events
from worker.pipeline.text_sketch import sketch_text
from worker.publish import make_traceparent, publication_entries, with_provenance
from worker.queue import Delivery, QueueKeys, ReadingWrite, Settlement, UrlQueue
from worker.schema import (
    KINDS,
    Article,
    EventKey,
    Reading,
    Task,
    article_id,
    article_stream,
    event_stream,
    key_of_event,
    pack_events,
    short_hash,
    task_id,
)
from worker.settings import Settings
from worker.streams import StreamWrite, connect
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from redis.asyncio import Redis

EPILOG = """\
examples:
  python -m tests.benchmarks.storage
  python -m tests.benchmarks.storage --texts articles.jsonl   objects with a field `text`
"""
BATCH = 100
HOSTS = 500
TRACE = "0" * 31 + "1"


class Usage(NamedTuple):
    """Totals of a server."""

    cpu_s: float
    received: int
    sent: int
    """Bytes on its connections."""
    aof_bytes: int


class Totals(NamedTuple):
    """What `articles` articles cost, in all."""

    articles: int
    words: int
    events: int
    stream_bytes: int
    """Memory of the streams."""
    marker_bytes: int
    """Memory of the markers of the URLs."""
    reading_bytes: int
    """Memory of the records of the readings."""
    text_bytes: int
    """Memory of the index of texts."""
    payload_bytes: int
    """Fields of the entries: what one subscriber of all streams is sent."""
    used: Usage


async def measure(articles: list[Article], count: int) -> Totals:
    """Settle `count` articles, those given in turn, each under a URL of its own."""
    settings = Settings.of(host_delay_s=0.0, host_max_requests=BATCH, max_backlog=2 * count)
    events = [extract_events(article) for article in articles]
    entries = [_entries(*it, settings) for it in zip(articles, events, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as url, connect(url) as client:
            await client.config_set("auto-aof-rewrite-percentage", 0)  # the file is measured
            before = await _usage(client)
            keys = [[key_of_event(event) for event in found] for found in events]
            await _settle(url, settings, list(zip(entries, keys, strict=True)), count)
            after = await _usage(client)
            prefix = settings.redis.key_prefix
            streams = [article_stream(prefix), *(event_stream(prefix, kind) for kind in KINDS)]
            names = QueueKeys(prefix)
            markers, texts, readings = [
                [key async for key in client.scan_iter(f"{pattern}*", count=1000)]
                for pattern in (names.markers, names.texts, names.reading(""))
            ]
            return Totals(
                articles=count,
                words=sum(len(it.text.split()) for it in islice(cycle(articles), count)),
                events=sum(map(len, islice(cycle(events), count))),
                stream_bytes=await _memory(client, streams),
                marker_bytes=await _memory(client, markers),
                reading_bytes=await _memory(client, readings),
                text_bytes=await _memory(client, texts),
                payload_bytes=sum(map(_payload_bytes, islice(cycle(entries), count))),
                used=_spent(before, after),
            )


async def measure_waiting(count: int) -> float:
    """Return the bytes of memory that a task takes in the queue of its host."""
    settings = Settings.of(max_backlog=2 * count)
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as url, connect(url) as client, UrlQueue(url, settings) as queue:
            for batch in _batches(count):
                await queue.put_many([Task(id=task_id(page), url=page) for page in batch])
            pattern = f"{settings.redis.key_prefix}:host:*:queue"
            queues = [key async for key in client.scan_iter(pattern, count=1000)]
            lengths = [await client.llen(key) for key in queues]
            return await _memory(client, queues) / max(1, sum(lengths))


def _entries(article: Article, events: list[Any], settings: Settings) -> list[StreamWrite]:
    """Return the entries as a worker writes them, with the task and the trace."""
    url = article.url or "https://news.example/2026/11/30/an-article-with-a-name-of-usual-length"
    task = Task(id=task_id(url), url=url, source="news.example")
    first, *rest = publication_entries(article, events, settings.redis, datetime.now(UTC), make_traceparent(TRACE))
    return [with_provenance(first, task, "worker-1:1:0123456789"), *rest]


async def _settle(
    url: str, settings: Settings, articles: list[tuple[list[StreamWrite], list[EventKey]]], count: int
) -> None:
    results = cycle(articles)
    async with UrlQueue(url, settings) as queue:
        for batch in _batches(count):
            await queue.put_many([Task(id=task_id(page), url=page) for page in batch])
            while deliveries := await queue.read(BATCH, 0):
                settlements = [_settlement(it, *next(results)) for it in deliveries]
                await asyncio.gather(*(queue.find_texts(it.bands) for it in settlements))
                outcomes = await queue.settle_many(settlements)
                assert outcomes.count("done") == len(deliveries)


def _settlement(delivery: Delivery, writes: list[StreamWrite], keys: list[EventKey]) -> Settlement:
    """Return what a worker settles, with a text that no other article has."""
    url = delivery.task.url
    sketch = sketch_text(" ".join(f"{url} {n}" for n in range(50)))
    reading = Reading(
        revision=0,
        text_hash=short_hash(url),
        body_hash=short_hash(url),
        page=short_hash(url),
        read_at_ms=round(1000 * time.time()),
        published_at=time.time(),
        etag='W/"6f1a-5c2a9b1e7d3c0"',
        last_modified="Mon, 30 Nov 2026 23:59:04 GMT",
        events=pack_events(keys),
        fingerprint=sketch.fingerprint if sketch else 0,
    )
    return Settlement(
        delivery,
        writes,
        publication=task_id(f"{url}#text"),
        reading=ReadingWrite(article=article_id(url), reading=reading),
        bands=sketch.bands if sketch else (),
    )


def _batches(count: int) -> Iterator[list[str]]:
    pages = [f"https://host{i % HOSTS}.example/2026/11/30/article-{i}" for i in range(count)]
    return (pages[i : i + BATCH] for i in range(0, count, BATCH))


async def _usage(client: Redis) -> Usage:
    info: dict[str, Any] = await client.info("everything")
    cpu_s = info["used_cpu_user"] + info["used_cpu_sys"]
    return Usage(cpu_s, info["total_net_input_bytes"], info["total_net_output_bytes"], info["aof_current_size"])


def _spent(before: Usage, after: Usage) -> Usage:
    return Usage(
        cpu_s=after.cpu_s - before.cpu_s,
        received=after.received - before.received,
        sent=after.sent - before.sent,
        aof_bytes=after.aof_bytes - before.aof_bytes,
    )


async def _memory(client: Redis, keys: list[Any]) -> int:
    return sum([await client.memory_usage(key, samples=0) or 0 for key in keys])


def _payload_bytes(entries: list[StreamWrite]) -> int:
    return sum(len(_bytes(name)) + len(_bytes(value)) for it in entries for name, value in it.fields.items())


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


# ---------------------------------------------------------------- output
def main() -> None:
    args = _parser().parse_args()
    articles = _texts(args.texts) if args.texts else with_articles(news_pages())[1]
    it = asyncio.run(measure(articles, args.articles))
    table = Table("per article", "mean", title=f"{it.articles:,} articles of {len(articles)} texts")
    table.columns[1].justify = "right"
    for name, total in (
        ("words", it.words),
        ("events", it.events),
        ("memory of the streams, bytes", it.stream_bytes),
        ("memory of the markers, bytes", it.marker_bytes),
        ("memory of the record of the reading, bytes", it.reading_bytes),
        ("memory of the index of texts, bytes", it.text_bytes),
        ("sent to a subscriber of all streams, bytes", it.payload_bytes),
        ("received by Redis, bytes", it.used.received),
        ("sent by Redis to the worker, bytes", it.used.sent),
        ("append-only file, bytes", it.used.aof_bytes),
        ("CPU time of Redis, µs", 1e6 * it.used.cpu_s),
    ):
        table.add_row(name, f"{total / it.articles:,.1f}")
    table.add_row("memory of a waiting task, bytes", f"{asyncio.run(measure_waiting(args.articles)):,.1f}")
    Console().print(table)


def _texts(file: Path) -> list[Article]:
    """Return articles with the texts in a file; exit with a message if there is none."""
    lines = file.read_bytes().splitlines()
    texts = [msgspec.json.decode(line)["text"] for line in lines if line]
    if not texts:
        raise SystemExit(f"no text in {file}")
    return [Article(id=task_id(text), url="", text=text, language="en") for text in texts]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.storage",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--articles", type=int, default=5_000, help="articles to settle (5000)")
    parser.add_argument("--texts", type=Path, metavar="FILE", help="texts instead of the generated pages (JSON Lines)")
    return parser


if __name__ == "__main__":
    main()
