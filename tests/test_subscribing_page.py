"""Each block of docs/subscribing.md marked `run` is executed, and prints the output shown below it.

Differences from the page: the ports of Redis, of the gateway and of the receivers.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.environment import clean_environ
from tests.pages import DOCS, ROOT, Block, blocks
from tests.webhook.receiver import KEY, SECRET
from worker.filters import CONFIDENCE, PARAMETERS
from worker.publish import publication_entries
from worker.schema import KINDS, Actor, Article, Meeting, Span, Statement, article_stream, event_stream
from worker.settings import FetchSettings, RedisSettings
from worker.streams import connect
from worker.streams.embedded_server import find_server, parent_death_hook

PAGE = (DOCS / "subscribing.md").read_text(encoding="utf-8")
TIMEOUT_S = 30.0
TEXT = (
    '"We will keep the harbour open all winter," Estonian Transport Minister Liis Tamm said on Tuesday.\n'
    "She had met Finnish Prime Minister Aino Ranta on Monday."
)


BLOCKS = [block for block in blocks(PAGE) if block.runs]


def spans(*words: str) -> list[Span]:
    return [Span(start=TEXT.index(word), end=TEXT.index(word) + len(word), text=word) for word in words]


def events() -> list[Statement | Meeting]:
    said, met = spans(*TEXT.split("\n"))
    (content,) = spans('"We will keep the harbour open all winter,"')
    tamm = Actor(name="Liis Tamm", type="person", role="Estonian Transport Minister", country="EE")
    ranta = Actor(name="Aino Ranta", type="person", role="Finnish Prime Minister", country="FI")
    common: dict[str, Any] = {"url": "https://www.example.org/news/1", "confidence": 0.9, "rule": "example"}
    return [
        Statement(
            id="5b0dd7cb4f3ed1f7f0b0f1a1a2a5f1c2",
            sentence=said,
            speaker=tamm,
            content=[content],
            quotation="direct",
            act="promise",
            **common,
        ),
        Meeting(
            id="18208fe0075c975bc24f88713f54496b",
            sentence=met,
            form="talks",
            status="held",
            participants=[tamm, ranta],
            **common,
        ),
    ]


# ---------------------------------------------------------------- where the page is true
class House(NamedTuple):
    redis_port: int
    gateway: str
    folder: Path
    environ: dict[str, str]

    def here(self, text: str) -> str:
        """Replace the places of the page by those of this house."""
        return (
            text.replace("localhost:6379", f"127.0.0.1:{self.redis_port}")
            .replace("http://localhost:8080", self.gateway)
            .replace("redis-cli", f"redis-cli -p {self.redis_port}")
        )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def running(*command: str, **given: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a command while the block lasts; it ends with us, too, should we be killed."""
    given |= {"text": True, "start_new_session": True, "preexec_fn": parent_death_hook()}  # two system calls, no lock
    process = subprocess.Popen(command, **given)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A Redis with two events, on a port of its own since Node and redis-cli are to reach it; and a gateway."""
    folder, port = tmp_path_factory.mktemp("subscribing"), free_port()
    url = f"redis://127.0.0.1:{port}/0"
    (folder / "communique").write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m worker "$@"\n', encoding="utf-8"
    )
    (folder / "communique").chmod(0o755)
    environ = clean_environ() | {
        "PATH": f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COMMUNIQUE_REDIS_URL": url,
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_WEBHOOK_SECRET": SECRET,
        "WEBHOOK_SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    server = [str(find_server()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    gateway = [sys.executable, "-m", "worker", "gateway", "--port", "0"]
    with running(*server, stdout=subprocess.DEVNULL):
        asyncio.run(published(url))
        with running(*gateway, env=environ, stderr=subprocess.PIPE) as serving:
            assert serving.stderr
            said = next(line for line in serving.stderr if "serving" in line)
            threading.Thread(target=serving.stderr.read, daemon=True).start()
            yield House(port, said.split()[-1].rstrip("/"), folder, environ)


async def published(url: str) -> None:
    article = Article(id="a", url="https://www.example.org/news/1", text=TEXT)
    async with connect(url) as redis:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                with contextlib.suppress(Exception):
                    await redis.ping()
                    break
                await asyncio.sleep(0.05)
        for n, write in enumerate(publication_entries(article, events(), RedisSettings(), datetime.now(UTC))):
            fields: Any = write.fields
            await redis.xadd(write.stream, fields, id=f"{1741089600000 + n}-0")


# ---------------------------------------------------------------- running a block
def command_of(block: Block, folder: Path) -> list[str]:
    """Return what runs a block, written into the folder."""
    match block.language:
        case "python":
            return [sys.executable, "-u", "-W", "error", "-c", block.text]
        case "sh":
            return ["bash", "-e", "-o", "pipefail", "-c", block.text]
        case "js":
            needs("node")
            (folder / "listen.mjs").write_text(block.text, encoding="utf-8")
            return ["node", "listen.mjs"]
        case "go":
            needs("go")
            (folder / "listen.go").write_text(block.text, encoding="utf-8")
            return ["go", "run", "listen.go"]
    raise AssertionError(block.language)


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}, which is not installed")


def with_redis_package(folder: Path) -> None:
    """Let a script in the folder import the npm package `redis`, wherever it is installed."""
    places = [*os.environ.get("NODE_PATH", "").split(":"), "/usr/share/nodejs", "/usr/lib/node_modules"]
    found = [place for place in places if place and (Path(place) / "redis" / "package.json").exists()]
    if not found:
        pytest.skip("needs the npm package redis: NODE_PATH, or apt-get install node-redis")
    (folder / "node_modules").symlink_to(found[0])


def printed(command: list[str], house: House, folder: Path, lines: int) -> str:
    """Run until so many lines are printed, or to the end."""
    with running(*command, cwd=folder, env=house.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        ended = threading.Timer(TIMEOUT_S, os.killpg, (process.pid, signal.SIGKILL))
        ended.start()
        assert process.stdout
        assert process.stderr
        said = "".join(line for _, line in zip(range(lines), process.stdout, strict=False))
        ended.cancel()
        if said.count("\n") < lines:
            said += process.stderr.read()
    return said


RUN = [block for block in BLOCKS if block.marks != "webhook"]


@pytest.mark.parametrize("block", RUN, ids=[f"{b.language}-{n}" for n, b in enumerate(RUN)])
def test_a_block_prints_what_stands_below_it(block: Block, house: House, tmp_path: Path) -> None:
    if "redis-cli" in block.text:
        needs("redis-cli")
    if "curl" in block.text:
        needs("curl")
    if block.marks == "redis":
        with_redis_package(tmp_path)
    if block.marks == "parquet":
        pytest.importorskip("pyarrow")
    block = block._replace(text=house.here(block.text))
    assert printed(command_of(block, tmp_path), house, tmp_path, block.printed.count("\n")) == block.printed


# ---------------------------------------------------------------- receivers of webhooks
RECEIVERS = [block for block in BLOCKS if block.marks == "webhook"]


@pytest.mark.parametrize("block", RECEIVERS, ids=[block.language for block in RECEIVERS])
def test_a_receiver_takes_what_is_genuine_once_and_refuses_the_rest(block: Block, house: House, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    command = command_of(block._replace(text=block.text.replace("8000", str(port))), tmp_path)
    deliver = [sys.executable, "-m", "worker", "webhook", "--to", url, "--from-start", "--name", block.language]
    quiet: dict[str, Any] = {"env": house.environ, "stderr": subprocess.DEVNULL}
    with running(*command, cwd=tmp_path, stdout=subprocess.PIPE, **quiet) as receiving:
        assert receiving.stdout
        _until_open(port)
        for forged in ({"id": "forged"}, {"body": b'{"data": 2}'}, {"at": 1_700_000_000}, {"key": b"other" * 5}):
            assert _posted(url, **forged) == 401
        with running(*deliver, **quiet):
            said = sorted(receiving.stdout.readline() for _ in range(2))
        body = b'{"data": {"sentence": {"text": "again"}}}'
        assert [_posted(url, body=body, signed=body) for _ in range(2)] == [204, 204]
        assert _posted(url, id="last", signed_id="last", body=body, signed=body) == 204
        assert [receiving.stdout.readline() for _ in range(2)] == ["again\n", "again\n"]
    assert said == sorted(f"{line}\n" for line in TEXT.split("\n"))


def _until_open(port: int) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    pytest.fail("no receiver")


def _posted(
    url: str,
    *,
    id: str = "one",  # noqa: A002 - as the header is called
    signed_id: str = "one",
    body: bytes = b'{"data": 1}',
    signed: bytes = b'{"data": 1}',
    at: int | None = None,
    key: bytes = KEY,
) -> int:
    """Post what may be forged, and return the status."""
    stamp = int(time.time()) if at is None else at
    mac = hmac.digest(key, f"{signed_id}.{stamp}.".encode() + signed, hashlib.sha256)
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": "v1,AAAA v1," + base64.b64encode(mac).decode(),
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as e:
        with e:
            return e.code


# ---------------------------------------------------------------- what is only shown
def test_every_filter_is_in_the_table_in_the_program_s_order() -> None:
    table = PAGE.partition("\n## Filters\n")[2].partition("\n## ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", table) == [*(p.name for p in PARAMETERS), CONFIDENCE]


def test_the_file_of_webhooks_shown_is_one(tmp_path: Path) -> None:
    from worker.webhook.config import load_webhooks  # noqa: PLC0415 - only here

    for name in ("press.secret", "archive.secret"):
        (tmp_path / name).write_text(SECRET, encoding="utf-8")
    (shown,) = re.findall(r"(?ms)^```toml\n(.*?)^```$", PAGE)
    (tmp_path / "webhooks.toml").write_text(shown, encoding="utf-8")
    assert [webhook.name for webhook in load_webhooks(tmp_path / "webhooks.toml", FetchSettings())] == [
        "press",
        "archive",
    ]


def test_every_command_shown_exists() -> None:
    from worker import cli  # noqa: PLC0415 - only here

    shown = re.findall(r"(?m)^communique ([^|\n]+)", PAGE)
    assert len(shown) >= 6
    for words in shown:
        cli.build_parser().parse_args(shlex.split(words))


def test_the_python_examples_are_typed(tmp_path: Path) -> None:
    examples = [block.text for block in BLOCKS if block.language == "python"]
    paths = [tmp_path / f"example_{i}.py" for i in range(len(examples))]
    for path, text in zip(paths, examples, strict=True):
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_streams_named_are_the_program_s() -> None:
    named = set(re.findall(r"communique:[a-z:]+[a-z]", PAGE))
    assert named == {article_stream("communique"), *(event_stream("communique", kind) for kind in KINDS)}


async def test_redis_cli_waits_for_the_next_meeting(private_redis_url: str) -> None:
    (shown,) = re.findall(r"`redis-cli (XREAD BLOCK 0 [^`]+)`", PAGE)
    async with connect(private_redis_url, block_s=TIMEOUT_S) as redis, connect(private_redis_url) as writer:
        waiting = asyncio.create_task(redis.execute_command(*shlex.split(shown)))  # type: ignore[no-untyped-call]
        while (await writer.info("clients"))["blocked_clients"] == 0:  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.01)
        await writer.xadd(event_stream("communique", "meeting"), {"data": "{}"})
        ((stream, ((_, fields),)),) = await waiting
    assert (stream, fields) == (b"communique:events:meeting", {b"data": b"{}"})
