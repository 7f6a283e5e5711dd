"""deploy/backup, deploy/restore and deploy/rollout, with a program in the place of `docker` and a real Redis server."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from worker.streams.embedded_server import find_server

ROOT = Path(__file__).parents[2]
DOCKER = """\
#!/bin/sh
# Runs the commands of containers here, with $FAKE/data as /data; logs all others.  $FAKE/workers are running.
here() { # here WORD…
    for word in "$@"; do shift; set -- "$@" "$(printf %s "$word" | sed "s#/data#$FAKE/data#g")"; done
    "$@"
}
case "$*" in
"compose exec -T redis "*) shift 4; here "$@"; exit ;;
"compose run --rm --no-deps -T --entrypoint sh redis "*) shift 8; here sh "$@"; exit ;;
esac
echo "$*" >> "$FAKE/log"
case "$*" in
"compose ps --services --status running") printf 'redis\\nworker\\ngateway\\n' ;;
"compose ps --quiet worker") cat "$FAKE/workers" ;;
"compose up "*" --no-recreate --scale worker="*) echo "new$(wc -l < "$FAKE/log")" >> "$FAKE/workers" ;;
"inspect "*) echo "$HEALTH" ;;
"rm "*) for last in "$@"; do :; done; sed -i "/^$last$/d" "$FAKE/workers" ;;
esac
"""
REDIS_CLI = """\
#!/bin/sh
case "$1" in
--rdb) cp "$FAKE/dump.rdb" "$2" ;;
*) echo 2 ;;
esac
"""

CHECK_RDB = """\
#!/bin/sh
case "$(head -c 6 "$1" | tr -d '\\0')" in
REDIS* | VALKEY) ;;
*) echo "Wrong signature trying to load DB from file"; exit 1 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the programs, the data of the container, and two workers."""
    for name, text in {"docker": DOCKER, "redis-cli": REDIS_CLI, "redis-check-rdb": CHECK_RDB}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "data").mkdir()
    (tmp_path / "workers").write_text("old1\nold2\n")
    return tmp_path


def run(name: str, *arguments: object, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    given: Mapping[str, str] = {"PATH": f"{folder}:/usr/bin:/bin", "FAKE": str(folder), "HEALTH": "healthy"} | environ
    words = [str(ROOT / "deploy" / name), *map(str, arguments)]
    return subprocess.run(words, env=given, capture_output=True, text=True, check=False, timeout=60)


@asynccontextmanager
async def server(data: Path, socket: Path) -> AsyncIterator[Redis]:
    """Run a server with append-only file on the files in `data`."""
    words = f"--port 0 --unixsocket {socket} --dir {data} --appendonly yes --save".split()
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(find_server(), *words, "", stdout=quiet)
    try:
        while not socket.exists():  # noqa: ASYNC240 - a socket here
            assert process.returncode is None
            await asyncio.sleep(0.01)
        async with Redis(unix_socket_path=str(socket), protocol=2, decode_responses=True) as redis:
            await redis.ping()
            yield redis
    finally:
        process.terminate()
        await process.wait()


async def test_a_backup_is_restored_into_a_volume_that_has_other_data(folder: Path) -> None:
    async with server(folder, folder / "a") as redis:
        await redis.xadd("communique:events:statement", {"id": "1"})
        await redis.xgroup_create("communique:events:statement", "desk", "0")
        await redis.set("seen", "1")
        await redis.save()
    assert run("backup", folder / "backup.rdb", folder=folder).returncode == 0
    assert [file.name for file in (folder / "data").iterdir()] == []
    async with server(folder / "data", folder / "b") as redis:
        await redis.set("later", "1")
    restored = run("restore", folder / "backup.rdb", folder=folder)
    assert restored.returncode == 0, restored.stderr
    log = (folder / "log").read_text().splitlines()
    assert log == [
        "compose ps --services --status running",
        "compose stop redis worker gateway",
        "compose up --detach --wait redis",
        "compose up --detach redis worker gateway",
    ]
    async with server(folder / "data", folder / "c") as redis:
        assert await redis.exists("seen", "later") == 1
        assert await redis.xlen("communique:events:statement") == 1
        assert [group["name"] for group in await redis.xinfo_groups("communique:events:statement")] == ["desk"]
        await redis.set("after", "1")
    async with server(folder / "data", folder / "d") as redis:  # the files of a restart
        assert await redis.exists("seen", "after") == 2
    async with server(folder / "data" / "replaced", folder / "e") as redis:
        assert await redis.get("later") == "1"


def test_an_incomplete_backup_does_not_replace_the_last_one(folder: Path) -> None:
    (folder / "dump.rdb").write_text("ERR max number of clients reached")
    (folder / "backup.rdb").write_text("REDIS the last one")
    ended = run("backup", folder / "backup.rdb", folder=folder)
    assert ended.returncode == 1
    assert "is not a snapshot of Redis" in ended.stderr
    assert (folder / "backup.rdb").read_text() == "REDIS the last one"
    assert not (folder / "backup.rdb.part").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_backup_leaves_nothing_behind(folder: Path, how: signal.Signals) -> None:
    (folder / "dump.rdb").write_text("REDIS half of it")
    (folder / "redis-cli").write_text(f'#!/bin/sh\ncp "$FAKE/dump.rdb" "$2"\nkill -{how} -$(cat "$FAKE/group")\n')
    program = f'echo $$ > "$FAKE/group"; exec {ROOT}/deploy/backup "$FAKE/backup.rdb"'
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "FAKE": str(folder)}
    ended = subprocess.run(["sh", "-c", program], env=environ, start_new_session=True, check=False, timeout=60)
    assert ended.returncode == 128 + how
    assert [path.name for path in folder.rglob("backup.*")] == []


def test_a_file_that_is_no_snapshot_stops_nothing(folder: Path) -> None:
    (folder / "backup.rdb").write_text("half of it")
    ended = run("restore", folder / "backup.rdb", folder=folder)
    assert ended.returncode == 1
    assert "Wrong signature" in ended.stderr
    assert "is not a complete snapshot of Redis; nothing was changed" in ended.stderr
    assert list((folder / "data").iterdir()) == []
    assert not (folder / "log").exists()


def test_a_missing_backup_stops_nothing(folder: Path) -> None:
    assert run("restore", folder / "none.rdb", folder=folder).returncode == 1
    assert not (folder / "log").exists()


def test_workers_are_replaced_one_by_one_and_each_new_one_starts_first(folder: Path) -> None:
    ended = run("rollout", folder=folder)
    assert ended.returncode == 0, ended.stderr
    workers = (folder / "workers").read_text().split()
    assert len(workers) == 2
    assert all(worker.startswith("new") for worker in workers)
    done = [line.split() for line in (folder / "log").read_text().splitlines() if " ps " not in f" {line} "]
    assert [words[0] if words[0] != "compose" else words[1] for words in done] == [
        *("up", "inspect", "stop", "rm"),
        *("up", "inspect", "stop", "rm"),
        "up",
    ]
    assert done[-1] == ["compose", "up", "--detach", "--no-deps", "--wait", "gateway"]


def test_a_new_worker_that_is_not_healthy_is_removed_and_the_old_ones_stay(folder: Path) -> None:
    ended = run("rollout", folder=folder, HEALTH="unhealthy", TIMEOUT_S="0")
    assert ended.returncode == 1
    assert "is not healthy after 0 s" in ended.stderr
    assert (folder / "workers").read_text() == "old1\nold2\n"
    assert "stop" not in (folder / "log").read_text()
