"""The commands that hand events on as they are published: webhook and sink."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from redis.exceptions import RedisError

from worker import arguments
from worker.commands import required_redis_url, stop_on_signals, tell
from worker.errors import UsageError
from worker.monitor.consumer_status import publish_consumer_status
from worker.monitor.health import monitored_service
from worker.schema.fleet import ConsumerStatus
from worker.settings import Settings
from worker.sink.event_writer import EventWriter, Rotation
from worker.sink.file_writers import writer_factory
from worker.sink.output_directory import OutputDirectory
from worker.sink.service import SINK_LOOPS, SinkService
from worker.streams import connect
from worker.subscribe import Subscription, resume_positions, subscribe
from worker.telemetry.liveness import LivenessMonitor
from worker.terminal.sanitise import sanitise
from worker.webhook.config import Webhook, load_webhooks, make_webhook
from worker.webhook.deliverer import Deliverer
from worker.webhook.redeliver import redeliver_dead_letters
from worker.webhook.sender import WebhookSender
from worker.webhook.subscription_state import SubscriptionState

if TYPE_CHECKING:
    from worker.errors import Permanent


# ---------------------------------------------------------------- webhook
def webhook(args: argparse.Namespace, settings: Settings) -> int:
    """Deliver until a signal comes; 1 where a receiver wanted no more, or may not be asked."""
    if args.dead:
        return asyncio.run(_print_dead(args, settings))
    webhooks = _planned(args, settings)
    if args.redeliver:
        return asyncio.run(_redeliver(webhooks, settings))
    return asyncio.run(_deliver(webhooks, settings, again=args.again))


def _planned(args: argparse.Namespace, settings: Settings) -> tuple[Webhook, ...]:
    filters, kinds = arguments.filters(args), tuple(args.kinds)
    if args.file:
        if filters or kinds or args.name or args.from_start:
            raise UsageError("kinds, filters, name and start of each webhook stand in the file")
        return load_webhooks(args.file, settings)
    to = args.to or settings.webhook.url
    if not to:
        raise UsageError("to which address? --to URL, --file FILE, or set COMMUNIQUE_WEBHOOK_URL")
    return (make_webhook(to, args.name, settings, kinds, filters, from_start=args.from_start),)


async def _deliver(webhooks: tuple[Webhook, ...], settings: Settings, *, again: bool) -> int:
    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor()
    async with connect(redis_url) as client, contextlib.AsyncExitStack() as stack:
        if again:
            for one in webhooks:
                await SubscriptionState(client, settings.redis.key_prefix, one.name).reactivate()
        posts = [await stack.enter_async_context(WebhookSender(one, settings)) for one in webhooks]
        deliverers = [
            Deliverer(one, redis_url, client, post, settings, jitter=random.random, liveness=liveness)
            for one, post in zip(webhooks, posts, strict=True)
        ]

        async def standing() -> list[ConsumerStatus]:
            return [reader for deliverer in deliverers if (reader := await deliverer.reader())]

        async with _seen(settings, redis_url, "webhook", liveness, standing), asyncio.TaskGroup() as group:
            works = [group.create_task(deliverer.run(stop)) for deliverer in deliverers]
            for one, work in zip(webhooks, works, strict=True):
                work.add_done_callback(partial(_tell_of_the_end, one))
    return int(any(work.result() for work in works))


def _tell_of_the_end(one: Webhook, work: asyncio.Task[Permanent | None]) -> None:
    """Say why a receiver is sent no more, though others may be."""
    if not work.cancelled() and not work.exception() and (why := work.result()):
        tell(sanitise(f"webhook {one.name}: {why}"))


async def _redeliver(webhooks: tuple[Webhook, ...], settings: Settings) -> int:
    """Send every dead letter once more; what is taken is a dead letter no more.  1 where some are left."""
    left = 0
    async with connect(required_redis_url(settings)) as client:
        for one in webhooks:
            async with WebhookSender(one, settings) as post:
                taken, refused = await redeliver_dead_letters(
                    SubscriptionState(client, settings.redis.key_prefix, one.name), post
                )
            print(sanitise(f"{one.name}: {taken} delivered, {refused} still dead"))
            left += refused
    return int(left > 0)


async def _print_dead(args: argparse.Namespace, settings: Settings) -> int:
    async with connect(required_redis_url(settings)) as client:
        letters = await SubscriptionState(client, settings.redis.key_prefix, args.dead).newest_dead_letters(args.limit)
    for letter in letters:
        print(msgspec.json.encode(letter).decode())
    return 0


# ---------------------------------------------------------------- sink
def sink(args: argparse.Namespace, settings: Settings) -> int:
    """Write files until a signal comes, or what there is; 1 where something could not be handed over."""
    begin = writer_factory(args.format)
    with OutputDirectory(Path(args.folder), args.format) as folder:
        rotation, liveness = Rotation(size_bytes=args.rotate_bytes, age_s=args.rotate_s), LivenessMonitor(SINK_LOOPS)
        collector = EventWriter(folder, begin, rotation, lambda why: tell(sanitise(why)), liveness)
        return asyncio.run(_collect(collector, folder, liveness, args, settings))


async def _collect(
    collector: EventWriter,
    folder: OutputDirectory,
    liveness: LivenessMonitor,
    args: argparse.Namespace,
    settings: Settings,
) -> int:
    redis_url, stop = required_redis_url(settings), stop_on_signals()

    def resumed() -> Subscription:
        after = resume_positions(folder.load_cursor(), "$" if args.from_now else "0")
        filters = arguments.filters(args)
        prefix = settings.redis.key_prefix
        return subscribe(redis_url, args.kind or (), prefix=prefix, after=after, stop=stop, **filters)

    async def standing() -> list[ConsumerStatus]:
        return [collector.reader(args.name or str(folder.path.resolve()))]

    if args.once:
        return int(not await _collect_once(collector, resumed(), stop))
    async with _seen(settings, redis_url, "sink", liveness, standing):
        return int(not await SinkService(collector, settings.retry, stop, liveness, random.random).run(resumed))


async def _collect_once(collector: EventWriter, events: Subscription, stop: asyncio.Event) -> bool:
    async with events, asyncio.TaskGroup() as group:
        group.create_task(_stop_when_caught_up(events, stop))
        return await collector.run(events)


async def _stop_when_caught_up(events: Subscription, stop: asyncio.Event) -> None:
    await events.caught_up()
    stop.set()


# ---------------------------------------------------------------- both
@contextlib.asynccontextmanager
async def _seen(
    settings: Settings,
    redis_url: str,
    service: str,
    liveness: LivenessMonitor,
    standing: Callable[[], Awaitable[list[ConsumerStatus]]],
) -> AsyncIterator[None]:
    """Let the service be watched, and let whoever looks at the fleet see where its readers stand, also when it ends."""
    async with connect(redis_url) as client:

        async def look() -> None:
            await publish_consumer_status(client, settings.redis.key_prefix, await standing())

        async with monitored_service(settings, redis_url, service, liveness, look):
            yield
            with contextlib.suppress(RedisError, OSError):
                await look()
