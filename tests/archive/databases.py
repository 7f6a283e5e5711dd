"""The databases that the tests of the archive use: a file of SQLite, and a private PostgreSQL where it is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


def postgresql_programs() -> Path | None:
    """The directory of initdb and pg_ctl: from the PATH, else Debian's newest; None if PostgreSQL is not installed."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    return installed[-1].parent if installed else None


@contextlib.contextmanager
def postgresql_server(programs: Path) -> Iterator[str]:
    """Run a private server in a temporary folder, and yield its address."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as temporary:
        folder, port, owner = Path(temporary), free_port(), _server_user()
        if owner is not None:
            os.chown(folder, owner, -1)

        def call(program: str, *args: str) -> None:
            command = [str(programs / program), "--pgdata", str(folder / "data"), *args]
            subprocess.run(command, check=True, user=owner, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

        call("initdb", "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
        call("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "--options", options)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            call("pg_ctl", "stop", "--wait", "--mode", "immediate")


def _server_user() -> int | None:
    """The user of the server if this process is root's, whom PostgreSQL refuses; else None, for the same user."""
    return None if os.geteuid() else pwd.getpwnam("nobody").pw_uid
