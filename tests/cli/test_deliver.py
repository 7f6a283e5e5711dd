"""The commands webhook, sink and subscribe, run in processes of their own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.environment import clean_environ
from tests.subscribe.published import make_event, person, publish
from tests.webhook.receiver import SECRET, Receiver, running_receiver
from worker import cli
from worker.schema import event_stream
from worker.subscribe import to_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.fixture
def environ(settings: Settings) -> dict[str, str]:
    given = clean_environ()
    return given | {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_WEBHOOK_SECRET": SECRET,
        "COMMUNIQUE_BACKOFF_S": "0.05",
    }


async def start(environ: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", *arguments, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def run_to_end(environ: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    process = await start(environ, *arguments)
    out, err = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as served:
        yield served


async def stop(process: asyncio.subprocess.Process) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, err.decode()


async def test_a_killed_webhook_resumes_with_the_events_published_meanwhile(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver
) -> None:
    await publish(redis, settings, "s1", "m1", "s2")
    command = ["webhook", "statement", "--to", receiver.url, "--name", "press", "--from-start"]
    first = await start(environ, *command)
    await receiver.wait_for(lambda: sorted(receiver.accepted) == ["s1", "s2"])
    key = f"{settings.redis.key_prefix}:webhook:press"
    async with asyncio.timeout(60):
        while not await redis.hget(key, "statement"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    first.kill()
    await first.communicate()
    await publish(redis, settings, "s3", "d1")
    await redis.delete(f"{key}:owner")  # simulates the expiry of the lease
    second = await start(environ, *command)
    await receiver.wait_for(lambda: "s3" in receiver.accepted)
    code, err = await stop(second)
    assert code == 0, err
    assert set(receiver.accepted) == {"s1", "s2", "s3"}
    assert "delivered" in err


async def test_webhooks_in_one_process_end_independently(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    async with running_receiver() as gone:
        gone.answer = lambda _name, _n: web.Response(status=410)
        config = "".join(
            f'[[webhook]]\nname = "{name}"\nto = "{to}"\nsecret_file = "secret"\nfrom_start = true\n{more}\n'
            for name, to, more in (
                ("gone", gone.url, ""),
                ("fi", receiver.url, 'filters = {country = "FI"}'),
            )
        )
        (tmp_path / "webhooks.toml").write_text(config, encoding="utf-8")
        await publish(redis, settings, "s1", make_event("meeting", "m-fi", participants=[person("Aino Ranta", "FI")]))
        running = await start(environ, "webhook", "--file", str(tmp_path / "webhooks.toml"))
        await receiver.wait_for(lambda: receiver.accepted == ["m-fi"])
        await gone.wait_for(lambda: bool(gone.attempts))
        await publish(redis, settings, make_event("meeting", "m-fi-2", participants=[person("Aino Ranta", "FI")]))
        await receiver.wait_for(lambda: receiver.accepted == ["m-fi", "m-fi-2"])
        code, err = await stop(running)
    assert code == 1
    assert "communique: webhook gone: http_410" in err


async def test_dead_letters_are_printed_and_redelivered(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=422 if name == "s1" else 200)
    await publish(redis, settings, "s1", "s2")
    running = await start(environ, "webhook", "--to", receiver.url, "--name", "press", "--from-start")
    await receiver.wait_for(lambda: receiver.accepted == ["s2"])
    assert (await stop(running))[0] == 0
    code, out, _ = await run_to_end(environ, "webhook", "--dead", "press")
    assert code == 0
    (letter,) = [json.loads(line) for line in out.splitlines()]
    assert letter["reason"] == "http_422"
    assert json.loads(letter["body"])["data"]["id"] == "s1"
    again = ["webhook", "--to", receiver.url, "--name", "press", "--redeliver"]
    assert (await run_to_end(environ, *again))[:2] == (1, "press: 0 delivered, 1 still dead\n")
    receiver.answer = lambda _name, _n: web.Response()
    assert (await run_to_end(environ, *again))[:2] == (0, "press: 1 delivered, 0 still dead\n")
    assert receiver.accepted == ["s2", "s1"]
    assert receiver.ids[1] == letter["id"]
    assert (await run_to_end(environ, *again))[:2] == (0, "press: 0 delivered, 0 still dead\n")


@pytest.mark.parametrize(
    ("arguments", "unset", "message"),
    [
        (["webhook"], "", "to which address? --to URL, --file FILE, or set COMMUNIQUE_WEBHOOK_URL"),
        (["webhook", "--to", "https://h.example/"], "COMMUNIQUE_WEBHOOK_SECRET", "set COMMUNIQUE_WEBHOOK_SECRET_FILE"),
        (["webhook", "--to", "http://10.0.0.1/"], "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES", "not an address of the public"),
        (["webhook", "--to", "https://h.example/"], "COMMUNIQUE_REDIS_URL", "which Redis?"),
        (["webhook", "--file", "nowhere.toml"], "", "nowhere.toml: No such file"),
        (["webhook", "statement", "--file", "x.toml"], "", "belong in the file"),
        (["webhook", "--to", "https://h.example/", "--country", "Finland"], "", "filter country: 'Finland'"),
        (["sink", "{here}", "--act", "shout"], "", "filter act: 'shout' is none of"),
        (["sink", "{here}", "--rotate-s", "0"], "", "must be more than 0"),
        (["subscribe", "meeting", "--act", "say"], "", "no kind of event can pass kind and act together"),
    ],
)
def test_invalid_use_ends_with_2_and_a_message(
    *,
    environ: dict[str, str],
    arguments: list[str],
    unset: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ.pop(unset, None)
    monkeypatch.setattr(os, "environ", environ)
    try:
        status: object = cli.main([word.format(here=tmp_path) for word in arguments])
    except SystemExit as e:  # from argparse
        status = e.code
    assert status == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err


async def test_subscribe_prints_the_events_that_match_the_filters(
    redis: Redis, settings: Settings, environ: dict[str, str]
) -> None:
    met = [make_event("meeting", f"m-{c}", participants=[person("A", c)]) for c in ("FI", "SE", "EE", "FI")]
    await publish(redis, settings, "s1", *met)
    arguments = ["subscribe", "--from-start", "--count", "3", "--country", "fi", "--country", "EE"]
    code, out, err = await run_to_end(environ, *arguments)
    assert code == 0, err
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["m-FI", "m-EE", "m-FI"]


@pytest.mark.parametrize("file_format", ["jsonl", "parquet"])
async def test_sink_once_writes_the_stored_events_and_sigterm_finishes_open_files(
    redis: Redis, settings: Settings, environ: dict[str, str], tmp_path: Path, file_format: str
) -> None:
    await publish(redis, settings, "s1", "m1")
    assert (await run_to_end(environ, "sink", str(tmp_path), "--once", "--format", file_format))[0] == 0
    assert len(list(tmp_path.glob(f"*/date=*/*.{file_format}"))) == 2  # noqa: ASYNC240 - a few files
    running = await start(environ, "sink", str(tmp_path), "--format", file_format)
    await publish(redis, settings, "s2")
    async with asyncio.timeout(60):
        while not (tmp_path / "_unfinished" / f"statement.{file_format}").exists():  # noqa: ASYNC110 - polls the disk
            await asyncio.sleep(0.02)
    code, err = await stop(running)
    assert code == 0, err
    assert len(list(tmp_path.glob(f"statement/date=*/*.{file_format}"))) == 2  # noqa: ASYNC240 - a few files


def ids_of_files(directory: Path) -> list[str]:
    written = "".join(path.read_text(encoding="utf-8") for path in sorted(directory.glob("statement/*/*.jsonl")))
    return [json.loads(line)["id"] for line in written.splitlines()]


async def test_sink_and_webhook_start_at_since_the_first_time_and_then_resume(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver, tmp_path: Path
) -> None:
    stream, old = event_stream(settings.redis.key_prefix, "statement"), to_json(make_event("statement", "s0"))
    await redis.xadd(stream, {"type": "statement", "data": old}, id="1-0")
    await publish(redis, settings, "s1")
    since = ["--since", "1970-01-02T00:00:00Z"]
    webhook = await start(environ, "webhook", "--to", receiver.url, "--name", "press", *since)
    await receiver.wait_for(lambda: receiver.accepted == ["s1"])
    assert (await stop(webhook))[0] == 0
    assert (await run_to_end(environ, "sink", str(tmp_path), "--once", *since))[0] == 0
    await publish(redis, settings, "s2")
    assert (await run_to_end(environ, "sink", str(tmp_path), "--once", "--since", "0"))[0] == 0
    assert ids_of_files(tmp_path) == ["s1", "s2"]


async def test_sink_reports_a_directory_that_cannot_be_created(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = await run_to_end(environ, "sink", str(tmp_path / "file" / "events"))
    assert code == 1
    assert err == f"communique: {tmp_path / 'file' / 'events'}: Not a directory\n"
