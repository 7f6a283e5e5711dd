"""Record what a version of the program writes: run by `record` with that version's source in place of today's.

Everything that is written runs in this process or its children, with the `worker` package of that version.  The files
that it writes are described in tests/data/recordings/README.md.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from tests.gateway.browsing import served
from tests.gateway.sse import read_frames
from tests.upgrade.full_records import full_article, full_events, tasks
from tests.upgrade.recordings import SECRET
from tests.upgrade.redis_state import dump_keys
from worker.forget import ForgetTarget, Forgetter
from worker.publish import make_traceparent, publication_entries, with_provenance
from worker.queue import Settlement, UrlQueue
from worker.schema import Task, hash_id, task_id
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from redis.asyncio import Redis

ARTICLES = 3


async def main(folder: Path) -> None:
    """Write a recording into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        async with run_embedded_server(Path(scratch) / "redis") as url, connect(url) as client:
            settings = Settings.of(redis_url=url, allow_private_addresses=True, host_delay_s=0.0)
            await publish(url, settings, client)
            made = {
                "gateway.json": await record_gateway(url, settings),
                "webhook.json": await record_webhook(url),
                "sink.json": await record_sink(url, Path(scratch) / "events"),
            }
            await enqueue(url, settings, client)
            made["redis.json"] = await dump_keys(client)
    for name, content in made.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")


async def publish(url: str, settings: Settings, client: Redis) -> None:
    """Publish articles with their events, and forget the first of them."""
    articles = [full_article(n) for n in range(ARTICLES)]
    async with UrlQueue(url, settings) as queue:
        for article in articles:
            await queue.put(Task(id=task_id(article.url), url=article.url, source="herald", put_at=datetime.now(UTC)))
            (delivery,) = await queue.read(1, 1.0)
            trace = make_traceparent(hash_id(article.url))
            first, *rest = publication_entries(article, full_events(article), settings.redis, datetime.now(UTC), trace)
            writes = [with_provenance(first, delivery.task, queue.consumer), *rest]
            assert await queue.settle_many([Settlement(delivery, writes, task_id(article.url))]) == ["done"]
    target = ForgetTarget.parse(articles[0].url)
    await Forgetter(client, settings, target, lambda *_: None, dry_run=False).run(datetime.now(UTC))


async def enqueue(url: str, settings: Settings, client: Redis) -> None:
    """Leave a task of every form in the queue of its host, in progress, to retry, and among the dead letters."""
    forms = tasks()
    async with UrlQueue(url, settings, "recorder-1-recorded") as queue:
        await queue.put_many(forms)
        deliveries = await queue.read(len(forms), 1.0)
        assert len(deliveries) == len(forms)
        due, dead, down, *_ = deliveries
        await queue.retry_later(due, due.task, datetime.now(UTC) + timedelta(days=1))
        await queue.dead_letter(dead, "http_404", "Not Found “é”")
        await queue.dead_letter(down, "host_down", "connect: refused", revive=True)
        more = [
            Task(id=task_id(f"{t.url}&n={n}"), url=f"{t.url}&n={n}", source="herald") for t in forms for n in range(9)
        ]
        await queue.put_many(more)
    await client.xadd(f"{settings.redis.key_prefix}:dead", {"task": b"\xff{", "reason": "undecodable", "detail": "?"})


# ---------------------------------------------------------------- interfaces
async def record_gateway(url: str, settings: Settings) -> dict[str, Any]:
    """Return frames of both transports, pages of the history, and the cursors in them."""
    async with served(settings, url) as base, aiohttp.ClientSession(base, raise_for_status=True) as session:
        count = 4 * ARTICLES
        async with session.get("/v1/stream?after=0", headers={"Accept": "text/event-stream"}) as response:
            sse = await read_frames(response, count)
        async with session.ws_connect("/v1/stream?after=0") as socket:
            messages = [await socket.receive_json() for _ in range(count + 1)]
        page = await (await session.get("/v1/events?after=0&order=oldest&limit=5")).json()
        newest = await (await session.get("/v1/events?order=newest&limit=5")).json()
        envelopes = await (await session.get("/v1/events?after=0&order=oldest&cloudevents=1")).json()
        return {"sse": sse, "websocket": messages, "oldest": page, "newest": newest, "cloudevents": envelopes}


async def record_webhook(url: str) -> list[dict[str, Any]]:
    """Return the requests to a receiver, which rejects one event with a status that is not retried."""
    requests: list[dict[str, Any]] = []
    complete = asyncio.Event()

    async def receive(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        names = ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type")
        requests.append({"headers": {name: request.headers[name] for name in names}, "body": body})
        if len(requests) == 4 * ARTICLES:
            complete.set()
        return web.Response(status=400 if len(requests) == ARTICLES else 204)

    app = web.Application()
    app.router.add_post("/hook", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server: Any = site._server
    port = server.sockets[0].getsockname()[1]
    words = ["webhook", "--to", f"http://127.0.0.1:{port}/hook", "--name", "press", "--from-start"]
    process = await _command(url, *words, COMMUNIQUE_WEBHOOK_SECRET=SECRET, COMMUNIQUE_WEBHOOK_CONCURRENCY="1")
    try:
        async with asyncio.timeout(60):
            await complete.wait()
        await asyncio.sleep(2)  # its cursor is stored
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()
    return requests


async def record_sink(url: str, folder: Path) -> dict[str, Any]:
    """Return the files of a sink: path -> text."""
    process = await _command(url, "sink", str(folder), "--once")
    assert await process.wait() == 0
    return _texts(folder)


def _texts(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "_lock"]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


async def _command(url: str, *words: str, **environ: str) -> asyncio.subprocess.Process:
    given = {"COMMUNIQUE_REDIS_URL": url, "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true", **environ}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "worker", *words, env=os.environ | given)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
