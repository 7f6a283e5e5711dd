"""Open the database of an archive: the address, the connection, and what differs between SQLite and PostgreSQL."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

BUSY_TIMEOUT_MS: Final = 30_000
"""How long a connection to SQLite waits for the lock of another process."""
EXPECTED: Final = "sqlite:PATH or postgresql://USER:PASSWORD@HOST/DATABASE"


class Target(Struct, frozen=True, kw_only=True):
    """The address of an archive."""

    url: URL
    path: Path | None = None
    """The file of SQLite."""

    @property
    def name(self) -> str:
        """Return the address without its password, for messages and the list of subscribers."""
        if self.path:
            return f"sqlite:{self.path}"
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)


def parse_target(address: str) -> Target:
    """Return the target of an address: `sqlite:PATH` or `postgresql://…`; UsageError for any other text."""
    scheme, _, rest = address.partition(":")
    if scheme == "sqlite":
        path = rest.removeprefix("//")
        if not path:
            raise UsageError(f"an archive without a file: {address!r} ({EXPECTED})")
        return Target(url=URL.create("sqlite", database=path), path=Path(path))
    if scheme in {"postgresql", "postgres"}:
        try:
            url = make_url(address).set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            raise UsageError(f"a malformed address of a database ({EXPECTED})") from None
        return Target(url=url)
    raise UsageError(f"no address of an archive: {address[:100]!r} ({EXPECTED})")


def open_engine(target: Target, *, read_only: bool = False) -> Engine:
    """Return an engine for the target; nothing is connected yet.

    UsageError if PostgreSQL's driver is not installed.  With `read_only`, SQLite opens no missing file.
    """
    if target.path:
        return _sqlite_engine(target.path, read_only=read_only)
    try:
        return create_engine(target.url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except (ModuleNotFoundError, NoSuchModuleError):
        raise UsageError("PostgreSQL needs psycopg: pip install 'communique[postgresql]'") from None


def _sqlite_engine(path: Path, *, read_only: bool) -> Engine:
    mode = "ro" if read_only else "rwc"
    uri = f"file:{_quoted(path)}?mode={mode}&uri=true"
    engine = create_engine(f"sqlite:///{uri}", poolclass=NullPool if read_only else None)
    event.listen(engine, "connect", _configure_reader if read_only else _configure_writer)
    event.listen(engine, "begin", _begin_reading if read_only else _begin_writing)
    return engine


def _quoted(path: Path) -> str:
    """Return a path as part of a URI of SQLite: the characters that end a path are escaped."""
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _configure_writer(connection: Any, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's BEGIN is the only one
    for pragma in (
        "auto_vacuum = incremental",  # before the first table: a deletion can give space back
        "journal_mode = wal",  # readers and the writer do not wait for each other
        "synchronous = full",  # a commit survives a power failure
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = on",
        "cache_size = -65536",  # 64 MiB
    ):
        connection.execute(f"PRAGMA {pragma}")


def _configure_reader(connection: Any, _: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA query_only = on")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # one writer at a time


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextlib.contextmanager
def exclusive_write(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that excludes every other one of this function, in any process."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('communique archive'))"))
        yield connection
