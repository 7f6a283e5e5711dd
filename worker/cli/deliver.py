"""The commands that deliver events as they are published: webhook (to receivers) and sink (to files)."""

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

from worker.cli.argument_types import duration_s, event_kind, positive_int, start_cursor
from worker.cli.command import print_error, required_redis_url, set_command
from worker.cli.event_filters import add_filters, add_kinds, parsed_filters
from worker.errors import UsageError
from worker.lifecycle import stop_on_signals
from worker.schema import KINDS
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.errors import Permanent
    from worker.schema.fleet import ConsumerStatus
    from worker.sink.event_writer import EventWriter
    from worker.sink.output_directory import OutputDirectory
    from worker.subscribe import Subscription
    from worker.telemetry.liveness import LivenessMonitor
    from worker.webhook.config import Webhook


# ---------------------------------------------------------------- webhook
def add_webhook(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique webhook`."""
    set_command(
        parser,
        webhook_command,
        "communique webhook --to https://hooks.example.org/press\n"
        "communique webhook statement --country FI --to https://hooks.example.org/helsinki --from-start\n"
        "COMMUNIQUE_WEBHOOK_SECRET_FILE=secret communique webhook --to https://hooks.example.org/other\n"
        "communique webhook --file webhooks.toml\n"
        "communique webhook --dead hooks.example.org-press\n"
        "communique webhook --to https://hooks.example.org/press --redeliver",
    )
    add_kinds(parser)
    add_filters(parser)
    receiver = parser.add_mutually_exclusive_group()
    receiver.add_argument("--to", metavar="URL", help="the receiver (default: COMMUNIQUE_WEBHOOK_URL)")
    receiver.add_argument("--file", metavar="FILE", help="several receivers: a TOML file with a [[webhook]] for each")
    receiver.add_argument(
        "--dead", metavar="NAME", help="print the dead letters of the webhook with this name, and end"
    )
    parser.add_argument("--name", metavar="NAME", help="store the cursor under this name (default: from the URL)")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--from-start", action="store_true", help="the first time, start with the oldest stored event")
    _add_since(start)
    parser.add_argument("--again", action="store_true", help="continue although the receiver has answered 410 Gone")
    parser.add_argument("--redeliver", action="store_true", help="send the dead letters again, and end")
    parser.add_argument(
        "--limit", type=positive_int, default=100, metavar="N", help="with --dead: print the newest N (100)"
    )


def webhook_command(args: argparse.Namespace, settings: Settings) -> int:
    """Deliver until a signal; return 1 if a subscription ended: its receiver is gone, or its address is not allowed.

    With --dead print dead letters, with --redeliver send them again and return 1 if any remain.
    """
    if args.dead:
        return asyncio.run(_print_dead(args, settings))
    webhooks = _load_config(args, settings)
    if args.redeliver:
        return asyncio.run(_redeliver(webhooks, settings))
    return asyncio.run(_deliver(webhooks, settings, reactivate=args.again))


def _load_config(args: argparse.Namespace, settings: Settings) -> tuple[Webhook, ...]:
    from worker.webhook.config import load_webhooks, make_webhook

    filters, kinds = parsed_filters(args), tuple(args.kinds)
    if args.file:
        if filters or kinds or args.name or args.from_start or args.since:
            raise UsageError("with --file, kinds, filters, name and start of each webhook belong in the file")
        return load_webhooks(args.file, settings.fetch)
    to = args.to or settings.webhook.url
    if not to:
        raise UsageError("to which address? --to URL, --file FILE, or set COMMUNIQUE_WEBHOOK_URL")
    after = args.since or ("0" if args.from_start else "$")
    return (make_webhook(to, args.name, settings, kinds, filters, after=after),)


async def _deliver(webhooks: tuple[Webhook, ...], settings: Settings, *, reactivate: bool) -> int:
    from worker.streams import connect
    from worker.telemetry.liveness import LivenessMonitor
    from worker.webhook.deliverer import Deliverer
    from worker.webhook.sender import WebhookSender
    from worker.webhook.subscription_state import SubscriptionState

    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor()
    async with connect(redis_url) as client, contextlib.AsyncExitStack() as stack:
        if reactivate:
            for webhook in webhooks:
                await SubscriptionState(client, settings.redis.key_prefix, webhook.name).reactivate()
        senders = [await stack.enter_async_context(WebhookSender(webhook, settings)) for webhook in webhooks]
        deliverers = [
            Deliverer(webhook, redis_url, client, sender, settings, jitter=random.random, liveness=liveness)
            for webhook, sender in zip(webhooks, senders, strict=True)
        ]

        async def statuses() -> list[ConsumerStatus]:
            return [status for deliverer in deliverers if (status := await deliverer.status())]

        async with monitored(settings, redis_url, "webhook", liveness, statuses), asyncio.TaskGroup() as group:
            tasks = [group.create_task(deliverer.run(stop)) for deliverer in deliverers]
            for webhook, task in zip(webhooks, tasks, strict=True):
                task.add_done_callback(partial(_report_end, webhook))
    return int(any(task.result() for task in tasks))


def _report_end(webhook: Webhook, task: asyncio.Task[Permanent | None]) -> None:
    """Print the permanent failure that ended deliveries to a webhook; deliveries to other webhooks continue.

    A task that succeeded, raised or was cancelled prints nothing.
    """
    from worker.terminal.sanitise import sanitise

    if not task.cancelled() and not task.exception() and (failure := task.result()):
        print_error(sanitise(f"webhook {webhook.name}: {failure}"))


async def _redeliver(webhooks: tuple[Webhook, ...], settings: Settings) -> int:
    """Redeliver all dead letters; delete those accepted. Exit status 1 if any remain."""
    from worker.streams import connect
    from worker.terminal.sanitise import sanitise
    from worker.webhook.redeliver import redeliver_dead_letters
    from worker.webhook.sender import WebhookSender
    from worker.webhook.subscription_state import SubscriptionState

    remaining = 0
    async with connect(required_redis_url(settings)) as client:
        for webhook in webhooks:
            state = SubscriptionState(client, settings.redis.key_prefix, webhook.name)
            async with WebhookSender(webhook, settings) as send:
                accepted, rejected = await redeliver_dead_letters(state, send)
            print(sanitise(f"{webhook.name}: {accepted} delivered, {rejected} still dead"))
            remaining += rejected
    return int(remaining > 0)


async def _print_dead(args: argparse.Namespace, settings: Settings) -> int:
    from worker.streams import connect
    from worker.webhook.subscription_state import SubscriptionState

    async with connect(required_redis_url(settings)) as client:
        state = SubscriptionState(client, settings.redis.key_prefix, args.dead)
        letters = await state.newest_dead_letters(args.limit)
    for letter in letters:
        print(msgspec.json.encode(letter).decode())
    return 0


# ---------------------------------------------------------------- sink
def add_sink(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique sink`."""
    set_command(
        parser,
        sink_command,
        "communique sink /var/lib/events\n"
        "communique sink meetings --kind meeting --format parquet --rotate-s 3600\n"
        "communique sink accusations --act accuse --min-confidence 0.8 --once\n"
        "communique sink --to sqlite:news.sqlite",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("folder", metavar="DIR", nargs="?", help="directory of the files; created if it does not exist")
    where.add_argument(
        "--to", metavar="ADDRESS", help="a database instead: sqlite:PATH or postgresql://…, as `communique archive`"
    )
    parser.add_argument("--kind", action="append", type=event_kind, metavar="KIND", help=f"only {', '.join(KINDS)}")
    add_filters(parser)
    parser.add_argument(
        "--format", choices=("jsonl", "parquet"), default="jsonl", help="JSON Lines (default) or Parquet"
    )
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--from-now", action="store_true", help="the first time, start with the next event, not the oldest"
    )
    _add_since(start)
    parser.add_argument(
        "--rotate-s", type=duration_s, default=300.0, metavar="S", help="finish a file at least this often (300)"
    )
    parser.add_argument(
        "--rotate-bytes", type=positive_int, default=128 << 20, metavar="N", help="and at this size (128 MiB)"
    )
    parser.add_argument("--once", action="store_true", help="write the stored events, and end")
    parser.add_argument(
        "--name", metavar="NAME", help="its name in the list of subscribers (default: the path of the directory)"
    )


def sink_command(args: argparse.Namespace, settings: Settings) -> int:
    """Write files until a signal, or only the stored events; return 1 if a stream entry could not be decoded."""
    if args.to:
        return _sink_to_database(args, settings)
    from worker.sink.event_writer import EventWriter, Rotation
    from worker.sink.file_writers import writer_factory
    from worker.sink.output_directory import OutputDirectory
    from worker.sink.service import SINK_LOOPS
    from worker.telemetry.liveness import LivenessMonitor
    from worker.terminal.sanitise import sanitise

    open_file = writer_factory(args.format)
    with OutputDirectory(Path(args.folder), args.format) as directory:
        rotation, liveness = Rotation(size_bytes=args.rotate_bytes, age_s=args.rotate_s), LivenessMonitor(SINK_LOOPS)
        writer = EventWriter(directory, open_file, rotation, lambda error: print_error(sanitise(error)), liveness)
        return asyncio.run(_write(writer, directory, liveness, args, settings))


def _sink_to_database(args: argparse.Namespace, settings: Settings) -> int:
    """Run the archive, which has all events and no files: UsageError for an option of files or a filter."""
    from worker.cli.archive import archive_command

    if parsed_filters(args) or args.kind or args.from_now or args.since:
        raise UsageError("with --to, all articles and events are written: filters and starts are for files")
    return archive_command(args, settings)


async def _write(
    writer: EventWriter,
    directory: OutputDirectory,
    liveness: LivenessMonitor,
    args: argparse.Namespace,
    settings: Settings,
) -> int:
    from worker.sink.service import SinkService
    from worker.subscribe import resume_positions, subscribe

    redis_url, stop = required_redis_url(settings), stop_on_signals()

    def resume() -> Subscription:
        after = resume_positions(directory.load_cursor(), args.since or ("$" if args.from_now else "0"))
        prefix, filters = settings.redis.key_prefix, parsed_filters(args)
        return subscribe(redis_url, args.kind or (), prefix=prefix, after=after, stop=stop, **filters)

    async def statuses() -> list[ConsumerStatus]:
        return [writer.status(args.name or str(directory.path.resolve()))]

    if args.once:
        return int(not await _write_stored(writer, resume(), stop))
    async with monitored(settings, redis_url, "sink", liveness, statuses):
        return int(not await SinkService(writer, settings.retry, stop, liveness, random.random).run(resume))


async def _write_stored(writer: EventWriter, events: Subscription, stop: asyncio.Event) -> bool:
    """Write the events that are stored now, then set `stop`; return the result of `EventWriter.run`."""
    async with events, asyncio.TaskGroup() as group:
        group.create_task(_stop_when_caught_up(events, stop))
        return await writer.run(events)


async def _stop_when_caught_up(events: Subscription, stop: asyncio.Event) -> None:
    await events.caught_up()
    stop.set()


# ---------------------------------------------------------------- both
def _add_since(start: argparse._MutuallyExclusiveGroup) -> None:
    start.add_argument(
        "--since",
        type=start_cursor,
        metavar="START",
        help="the first time, start so long ago (1h, 30m, 2d) or at a time (2026-03-01T12:00:00Z)",
    )


@contextlib.asynccontextmanager
async def monitored(
    settings: Settings,
    redis_url: str,
    service: str,
    liveness: LivenessMonitor,
    statuses: Callable[[], Awaitable[list[ConsumerStatus]]],
) -> AsyncIterator[None]:
    """Run the health server and heartbeat of the service during the block, and publish the status of its consumers.

    The status is published at every heartbeat and once more at the end.
    """
    from redis.exceptions import RedisError

    from worker.monitor.consumer_status import publish_consumer_status
    from worker.monitor.monitored_service import monitored_service
    from worker.streams import connect

    async with connect(redis_url) as client:

        async def publish_status() -> None:
            await publish_consumer_status(client, settings.redis.key_prefix, await statuses())

        async with monitored_service(settings, redis_url, service, liveness, publish_status):
            yield
            with contextlib.suppress(RedisError, OSError):
                await publish_status()
