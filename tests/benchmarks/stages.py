"""The stages of the worker one by one and together, and the peers."""

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import newspaper
import trafilatura

from tests.benchmarks.measure import Figure, Stopwatch, process_cpu_s, timed, tree_cpu_s
from tests.benchmarks.news_pages import news_pages
from tests.benchmarks.news_site import article_urls
from worker.errors import Failure
from worker.extract.document import read_document
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.statements.statements import extract_statements
from worker.fetch.client import Fetcher
from worker.parse import parse_article
from worker.pipeline.extract_events import extract_events
from worker.pipeline.process_page import process_page
from worker.publish import publication_entries
from worker.queue import Depth, Settlement, UrlQueue
from worker.schema import KINDS, Article, Page, Statement, Task, event_stream, task_id
from worker.settings import Settings, variables
from worker.streams.embedded_server import run_embedded_server

UNIT = "peer: trafilatura, text only (fast)"
IN_FLIGHT = 32
BATCH = 100


# ---------------------------------------------------------------- on pages in memory
def on_pages(kept: Sequence[Page], articles: Sequence[Article], rounds: int) -> list[Figure]:
    """Time parsing, extraction and the peers' equivalents on the same pages."""
    texts = [page.body.decode("utf-8", "replace") for page in kept]
    words = sum(len(article.text.split()) for article in articles) / len(articles)
    stages: list[tuple[str, Sequence[object], Callable[..., object]]] = [
        ("parse", kept, parse_article),
        ("extract: statements alone", articles, _statements),
        ("extract: all three kinds", articles, extract_events),
        ("parse + extract", kept, process_page),
        (UNIT, texts, lambda text: trafilatura.extract(text, fast=True)),
        ("peer: trafilatura, with metadata", texts, lambda t: trafilatura.bare_extraction(t, with_metadata=True)),
        ("peer: newspaper4k", texts, _newspaper),
    ]
    return [timed(name, items, work, rounds)._replace(words=words) for name, items, work in stages]


def with_articles(pages: Sequence[Page]) -> tuple[list[Page], list[Article]]:
    """Return the pages that are articles in a supported language, and the articles."""
    kept = [(page, article) for page in pages if (article := _article(page)) and load_lexicon(article.language or "")]
    return [page for page, _ in kept], [article for _, article in kept]


def _statements(article: Article) -> list[Statement]:
    words = load_lexicon(article.language or "en")
    return list(extract_statements(read_document(article, words))) if words else []


def _article(page: Page) -> Article | None:
    try:
        return parse_article(page)
    except Failure:
        return None


def _newspaper(text: str) -> object:
    article = newspaper.Article("https://pages.example/article", fetch_images=False)
    article.download(input_html=text)
    with contextlib.suppress(ImportError):  # languages for which newspaper4k needs another package
        article.parse()
    return article


# ---------------------------------------------------------------- over sockets
async def on_loopback(urls: int) -> list[Figure]:
    """Time fetching, publishing and the whole worker, against a Redis server and a site in other processes."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as redis_url, _site() as base:
            settings = Settings.of(
                redis_url=redis_url, allow_private_addresses=True, host_delay_s=0, concurrency=IN_FLIGHT
            )
            addresses = article_urls(base, urls)
            async with Fetcher(settings.fetch) as fetcher:
                fetched = await _fetch(fetcher, addresses)
            published = await _publish(settings.override(key_prefix="bench:publish"), addresses)
            return [fetched, published, *await _consume(settings, addresses)]


@contextlib.asynccontextmanager
async def _site() -> AsyncIterator[str]:
    """Serve the generated pages in another process; yield the address."""
    words = (sys.executable, "-m", "tests.benchmarks.news_site")
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _fetch(fetcher: Fetcher, addresses: Sequence[str]) -> Figure:
    slots, watch = asyncio.Semaphore(IN_FLIGHT), Stopwatch()

    async def get(url: str) -> None:
        async with slots:
            await fetcher.get(url)

    await asyncio.gather(*map(get, addresses))
    return watch.figure("fetch", len(addresses))


async def _publish(settings: Settings, addresses: Sequence[str]) -> Figure:
    """Enqueue, read and settle one article with its events per task in batches, as the consumer does."""
    result = process_page(news_pages(1)[0])
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        watch = Stopwatch()
        await queue.put_many([Task(id=task_id(url), url=url) for url in addresses])
        while deliveries := await queue.read(BATCH, 0):
            now = datetime.now(UTC)
            await queue.settle_many(
                [
                    Settlement(d, publication_entries(result.article, result.events, settings.redis, now))
                    for d in deliveries
                ]
            )
        return watch.figure("publish (enqueue to settled)", len(addresses))


async def _consume(settings: Settings, addresses: Sequence[str]) -> list[Figure]:
    """Time `communique consume` from the first task to an empty queue: all its processes, and its event loop alone."""
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        worker = await _worker(settings)
        tree_s, loop_s, watch = tree_cpu_s(worker.pid), process_cpu_s(worker.pid), Stopwatch()
        await queue.put_many([Task(id=task_id(url), url=url) for url in addresses])
        await _until(queue, lambda depth: not depth.unfinished)
        loop_s, tree_s = process_cpu_s(worker.pid) - loop_s, tree_cpu_s(worker.pid) - tree_s
        events = sum([await queue._client.xlen(event_stream(settings.redis.key_prefix, kind)) for kind in KINDS])
        worker.terminate()
        assert await worker.wait() == 0
        return [
            watch.figure("worker (consume)", len(addresses), cpu_s=tree_s),
            watch.figure(f"  its event loop, {events / len(addresses):.0f} events each", len(addresses), cpu_s=loop_s),
        ]


async def _worker(settings: Settings) -> asyncio.subprocess.Process:
    """Start a worker with these settings and wait until it is up."""
    given = {
        variable.name: str(variable.value(settings))
        for variable in variables(Settings)
        if variable.value(settings) != variable.value(Settings())
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", "consume", env=os.environ | given, stderr=asyncio.subprocess.DEVNULL
    )
    await asyncio.sleep(3)
    return process


async def _until(queue: UrlQueue, reached: Callable[[Depth], bool]) -> None:
    while not reached(await queue.depth()):  # noqa: ASYNC110 - Redis is polled
        await asyncio.sleep(0.05)
