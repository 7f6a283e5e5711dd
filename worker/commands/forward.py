"""The commands that hand events on as they are published: webhook and sink."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from worker import arguments
from worker.commands import required_redis_url, stop_on_signals, tell
from worker.errors import UsageError
from worker.health import watched
from worker.pulse import Pulse
from worker.schema import KINDS, Kind
from worker.settings import Settings
from worker.sink.collect import Collector, Rotation
from worker.sink.folder import Folder
from worker.sink.writers import writer_of
from worker.streams import connect
from worker.subscribe import Subscription, subscribe
from worker.view import visible
from worker.webhook import plan
from worker.webhook.deliver import Deliverer
from worker.webhook.place import Place
from worker.webhook.plan import Webhook
from worker.webhook.post import Post
from worker.webhook.redeliver import redeliver

if TYPE_CHECKING:
    from redis.asyncio import Redis

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
        return plan.load(args.file, settings)
    return (plan.one(args.to, args.name, settings, kinds, filters, from_start=args.from_start),)


async def _deliver(webhooks: tuple[Webhook, ...], settings: Settings, *, again: bool) -> int:
    redis_url, stop = required_redis_url(settings), stop_on_signals()
    async with (
        watched(settings, redis_url, "webhook", Pulse()),
        connect(redis_url) as client,
        asyncio.TaskGroup() as group,
    ):
        works = [group.create_task(_deliver_one(w, client, settings, stop, again=again)) for w in webhooks]
    ended = [(w, work.result()) for w, work in zip(webhooks, works, strict=True)]
    for one, why in ended:
        if why:
            tell(visible(f"webhook {one.name}: {why}"))
    return int(any(why for _, why in ended))


async def _deliver_one(
    one: Webhook, client: Redis, settings: Settings, stop: asyncio.Event, *, again: bool
) -> Permanent | None:
    if again:
        await Place(client, settings.key_prefix, one.name).begin_again()
    async with Post(one, settings) as post:
        deliverer = Deliverer(one, required_redis_url(settings), client, post, settings, jitter=random.random)
        return await deliverer.run(stop)


async def _redeliver(webhooks: tuple[Webhook, ...], settings: Settings) -> int:
    """Send every dead letter once more; what is taken is a dead letter no more.  1 where some are left."""
    left = 0
    async with connect(required_redis_url(settings)) as client:
        for one in webhooks:
            async with Post(one, settings) as post:
                taken, refused = await redeliver(Place(client, settings.key_prefix, one.name), post)
            print(visible(f"{one.name}: {taken} delivered, {refused} still dead"))
            left += refused
    return int(left > 0)


async def _print_dead(args: argparse.Namespace, settings: Settings) -> int:
    async with connect(required_redis_url(settings)) as client:
        letters = await Place(client, settings.key_prefix, args.dead).dead(args.limit)
    for letter in letters:
        print(msgspec.json.encode(letter).decode())
    return 0


# ---------------------------------------------------------------- sink
def sink(args: argparse.Namespace, settings: Settings) -> int:
    """Write files until a signal comes, or what there is; 1 where something could not be handed over."""
    begin = writer_of(args.format)
    with Folder(Path(args.folder), args.format) as folder:
        rotation = Rotation(size_bytes=args.rotate_bytes, age_s=args.rotate_s)
        collector = Collector(folder, begin, rotation, lambda why: tell(visible(why)))
        return asyncio.run(_collect(collector, _after(folder, args), args, settings))


def _after(folder: Folder, args: argparse.Namespace) -> dict[Kind, str]:
    return dict.fromkeys(KINDS, "$" if args.from_now else "0") | folder.position()


async def _collect(collector: Collector, after: dict[Kind, str], args: argparse.Namespace, settings: Settings) -> int:
    stop = stop_on_signals()
    events = subscribe(
        required_redis_url(settings),
        args.kind or (),
        prefix=settings.key_prefix,
        after=after,
        stop=stop,
        **arguments.filters(args),
    )
    async with events, asyncio.TaskGroup() as group, contextlib.AsyncExitStack() as stack:
        if args.once:
            group.create_task(_stop_when_caught_up(events, stop))
        else:
            await stack.enter_async_context(watched(settings, required_redis_url(settings), "sink", Pulse()))
        return int(not await collector.run(events))


async def _stop_when_caught_up(events: Subscription, stop: asyncio.Event) -> None:
    await events.caught_up()
    stop.set()
