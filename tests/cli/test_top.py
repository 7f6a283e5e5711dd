"""`communique top`: once on a pipe, or live in a terminal until Ctrl-C."""

import asyncio
import os
import pty
import signal
import sys
import termios
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.environment import clean_environ
from worker.monitor.heartbeat import Heartbeat
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams.embedded_server import run_embedded_server
from worker.telemetry.liveness import LivenessMonitor

TIMEOUT_S = 120


def environment(settings: Settings) -> dict[str, str]:
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    return clean | given | {"TERM": "xterm-256color", "COLUMNS": "160", "LINES": "40"}


async def run_once(settings: Settings) -> tuple[int, str, str]:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "worker", "top", "--once", env=environment(settings), stdout=pipe, stderr=pipe
    )
    out, err = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    return child.returncode or 0, out.decode(), err.decode()


async def test_once_prints_plain_text_and_ends(redis: Redis, settings: Settings) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([Task(id=str(n), url=f"https://a.example/{n}") for n in range(3)])
        (delivery,) = await queue.read(1, 0)
        await queue.dead_letter(delivery, "http_410", "gone")
    await Heartbeat(redis, settings.redis.key_prefix, "worker", LivenessMonitor(), clock=time.monotonic).send()
    status, out, err = await run_once(settings)
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    assert "0 ready" in out
    assert "2 waiting for hosts" in out
    assert any(line.rstrip().endswith("  1 dead letter") for line in out.splitlines())
    assert any(line.startswith("worker") for line in out.splitlines())
    assert "http_410   https://a.example/0" in out


async def test_an_empty_redis_is_shown_and_stays_empty(redis: Redis, settings: Settings) -> None:
    status, out, _ = await run_once(settings)
    assert status == 0
    assert "no heartbeat received" in out
    assert not [key async for key in redis.scan_iter(match=f"{settings.redis.key_prefix}*")]


async def test_an_unreachable_redis_is_one_line_on_stderr(settings: Settings) -> None:
    unreachable = Settings.of(redis_url="redis://127.0.0.1:1", key_prefix=settings.redis.key_prefix)
    status, out, err = await run_once(unreachable)
    assert (status, out) == (1, "")
    assert err.startswith("communique: ")
    assert len(err.splitlines()) == 1


# ---------------------------------------------------------------- live
class Terminal:
    """A pseudo-terminal with a process, and the output so far."""

    def __init__(self, main: int, child: asyncio.subprocess.Process) -> None:
        self.child = child
        self.output = ""
        self.main = main
        asyncio.get_running_loop().add_reader(main, self._read)

    def _read(self) -> None:
        with suppress(OSError):  # the child has ended
            self.output += os.read(self.main, 65_536).decode(errors="replace")
            return
        self.close()

    def press(self, key: str) -> None:
        os.write(self.main, key.encode())

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.main)

    async def wait_for(self, words: str) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while words not in self.output:  # noqa: ASYNC110 - waits for another process
                await asyncio.sleep(0.02)


@asynccontextmanager
async def live_top(settings: Settings) -> AsyncIterator[Terminal]:
    main, side = pty.openpty()
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", "top", "--every", "0.1"),
        env=environment(settings),
        stdin=side,
        stdout=side,
        stderr=side,
    )
    os.close(side)
    terminal = Terminal(main, child)
    try:
        yield terminal
    finally:
        terminal.close()
        if child.returncode is None:
            child.kill()
        await child.wait()
        os.close(main)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
async def test_the_dashboard_is_redrawn_until_ctrl_c_and_the_terminal_restored(settings: Settings) -> None:
    async with live_top(settings) as terminal:
        await terminal.wait_for("0 ready")
        async with UrlQueue(settings.redis.url or "", settings) as queue:
            await queue.put_many([Task(id=str(n), url=f"https://a.example/{n}") for n in range(7)])
        await terminal.wait_for("1 ready")
        await terminal.wait_for("6 waiting for hosts")
        terminal.child.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(terminal.child.wait(), TIMEOUT_S) == 0
        await terminal.wait_for("\x1b[?25h")  # the cursor


async def test_the_key_q_ends_the_dashboard_and_restores_the_terminal(settings: Settings) -> None:
    async with live_top(settings) as terminal:
        await terminal.wait_for("q ends")
        terminal.press("q")
        assert await asyncio.wait_for(terminal.child.wait(), TIMEOUT_S) == 0
        await terminal.wait_for("\x1b[?25h")  # the cursor
        assert termios.tcgetattr(terminal.main)[3] & termios.ICANON


async def test_the_dashboard_reports_a_redis_that_stops_and_continues(settings: Settings, tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path / "r") as url:
        terminal_of = live_top(Settings.of(redis_url=url, key_prefix=settings.redis.key_prefix))
        terminal = await terminal_of.__aenter__()
        await terminal.wait_for("0 ready")
    try:
        await terminal.wait_for("Redis does not answer")
        assert terminal.child.returncode is None
    finally:
        await terminal_of.__aexit__(None, None, None)
