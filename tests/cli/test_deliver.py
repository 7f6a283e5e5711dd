"""The commands of who listens, as a person at a shell uses them."""

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

from tests.subscribe.published import make_event, person, publish
from tests.webhook.receiver import SECRET, Receiver, running_receiver
from worker import cli

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.fixture
def environ(settings: Settings) -> dict[str, str]:
    given = {k: v for k, v in os.environ.items() if not k.startswith("COMMUNIQUE_")}
    return given | {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_WEBHOOK_SECRET": SECRET,
        "COMMUNIQUE_BACKOFF_S": "0.05",
    }


async def started(environ: dict[str, str], *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", *words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


async def ended(environ: dict[str, str], *words: str) -> tuple[int, str, str]:
    process = await started(environ, *words)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as made:
        yield made


async def stopped(process: asyncio.subprocess.Process) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    return process.returncode or 0, err.decode()


async def test_a_webhook_survives_kill_9_and_delivers_what_came_meanwhile(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver
) -> None:
    await publish(redis, settings, "s1", "m1", "s2")
    command = ["webhook", "statement", "--to", receiver.url, "--name", "press", "--from-start"]
    first = await started(environ, *command)
    await receiver.wait_for(lambda: sorted(receiver.accepted) == ["s1", "s2"])
    key = f"{settings.redis.key_prefix}:webhook:press"
    async with asyncio.timeout(5):
        while not await redis.hget(key, "statement"):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    first.kill()
    await first.communicate()
    await publish(redis, settings, "s3", "d1")
    await redis.delete(f"{key}:owner")  # what time does
    second = await started(environ, *command)
    await receiver.wait_for(lambda: "s3" in receiver.accepted)
    code, err = await stopped(second)
    assert code == 0, err
    assert set(receiver.accepted) == {"s1", "s2", "s3"}
    assert "delivered" in err


async def test_many_webhooks_in_one_process_end_each_for_itself(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    async with running_receiver() as gone:
        gone.answer = lambda _name, _n: web.Response(status=410)
        plan = "".join(
            f'[[webhook]]\nname = "{name}"\nto = "{to}"\nsecret_file = "secret"\nfrom_start = true\n{more}\n'
            for name, to, more in (
                ("gone", gone.url, ""),
                ("fi", receiver.url, 'filters = {country = "FI"}'),
            )
        )
        (tmp_path / "webhooks.toml").write_text(plan, encoding="utf-8")
        await publish(redis, settings, "s1", make_event("meeting", "m-fi", participants=[person("Aino Ranta", "FI")]))
        running = await started(environ, "webhook", "--file", str(tmp_path / "webhooks.toml"))
        await receiver.wait_for(lambda: receiver.accepted == ["m-fi"])
        await gone.wait_for(lambda: bool(gone.attempts))
        await publish(redis, settings, make_event("meeting", "m-fi-2", participants=[person("Aino Ranta", "FI")]))
        await receiver.wait_for(lambda: receiver.accepted == ["m-fi", "m-fi-2"])
        code, err = await stopped(running)
    assert code == 1
    assert "communique: webhook gone: http_410" in err


async def test_dead_letters_are_printed_and_sent_once_more(
    redis: Redis, settings: Settings, environ: dict[str, str], receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=422 if name == "s1" else 200)
    await publish(redis, settings, "s1", "s2")
    running = await started(environ, "webhook", "--to", receiver.url, "--name", "press", "--from-start")
    await receiver.wait_for(lambda: receiver.accepted == ["s2"])
    assert (await stopped(running))[0] == 0
    code, out, _ = await ended(environ, "webhook", "--dead", "press")
    assert code == 0
    (letter,) = [json.loads(line) for line in out.splitlines()]
    assert letter["reason"] == "http_422"
    assert json.loads(letter["body"])["data"]["id"] == "s1"
    again = ["webhook", "--to", receiver.url, "--name", "press", "--redeliver"]
    assert (await ended(environ, *again))[:2] == (1, "press: 0 delivered, 1 still dead\n")
    receiver.answer = lambda _name, _n: web.Response()
    assert (await ended(environ, *again))[:2] == (0, "press: 1 delivered, 0 still dead\n")
    assert receiver.accepted == ["s2", "s1"]
    assert receiver.ids[1] == letter["id"]
    assert (await ended(environ, *again))[:2] == (0, "press: 0 delivered, 0 still dead\n")


@pytest.mark.parametrize(
    ("words", "unset", "message"),
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
def test_wrong_use_ends_with_2_and_a_message(
    *,
    environ: dict[str, str],
    words: list[str],
    unset: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ.pop(unset, None)
    monkeypatch.setattr(os, "environ", environ)
    try:
        status: object = cli.main([word.format(here=tmp_path) for word in words])
    except SystemExit as by_argparse:
        status = by_argparse.code
    assert status == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err


async def test_subscribe_prints_what_passes_the_filters(
    redis: Redis, settings: Settings, environ: dict[str, str]
) -> None:
    met = [make_event("meeting", f"m-{c}", participants=[person("A", c)]) for c in ("FI", "SE", "EE", "FI")]
    await publish(redis, settings, "s1", *met)
    words = ["subscribe", "--from-start", "--count", "3", "--country", "fi", "--country", "EE"]
    code, out, err = await ended(environ, *words)
    assert code == 0, err
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["m-FI", "m-EE", "m-FI"]


@pytest.mark.parametrize("made_of", ["jsonl", "parquet"])
async def test_sink_once_writes_what_there_is_and_sigterm_finishes_what_is_begun(
    redis: Redis, settings: Settings, environ: dict[str, str], tmp_path: Path, made_of: str
) -> None:
    await publish(redis, settings, "s1", "m1")
    assert (await ended(environ, "sink", str(tmp_path), "--once", "--format", made_of))[0] == 0
    assert len(list(tmp_path.glob(f"*/date=*/*.{made_of}"))) == 2  # noqa: ASYNC240 - a few files
    running = await started(environ, "sink", str(tmp_path), "--format", made_of)
    await publish(redis, settings, "s2")
    async with asyncio.timeout(10):
        while not (tmp_path / "_unfinished" / f"statement.{made_of}").exists():  # noqa: ASYNC110 - the disk is asked
            await asyncio.sleep(0.02)
    code, err = await stopped(running)
    assert code == 0, err
    assert len(list(tmp_path.glob(f"statement/date=*/*.{made_of}"))) == 2  # noqa: ASYNC240 - a few files


async def test_sink_names_a_folder_that_cannot_be_made(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = await ended(environ, "sink", str(tmp_path / "file" / "events"))
    assert code == 1
    assert err == f"communique: {tmp_path / 'file' / 'events'}: Not a directory\n"
