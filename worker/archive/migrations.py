"""The versions of the schema: an archive of an older one is migrated when it is opened for writing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, inspect, select, text

from worker.archive.database import exclusive_write
from worker.archive.sql_schema import METADATA, SCHEMA_VERSION
from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

SEARCHED: Final = ("title", "sentence", "words", "parties")
"""Columns of `events` that a text search reads."""
MAX_SEARCHED: Final = 50_000
"""Characters of each that PostgreSQL indexes: an index entry is limited to 1 MB."""


def migrate(engine: Engine) -> None:
    """Create the tables, or apply the migrations that are missing, in one transaction.

    UsageError if a newer version of this program wrote the archive.
    """
    with exclusive_write(engine) as connection:
        version = schema_version(connection)
        check_version(version)
        for number in range(version + 1, len(MIGRATIONS) + 1):
            MIGRATIONS[number - 1](connection)
            connection.execute(SCHEMA_VERSION.insert(), {"version": number, "migrated_at": datetime.now(UTC)})


def schema_version(connection: Connection) -> int:
    """Return the version of the archive's schema; 0 without tables."""
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return 0
    return connection.scalar(select(func.max(SCHEMA_VERSION.c.version))) or 0


def check_version(version: int) -> None:
    """Raise UsageError if this program is older than the archive."""
    if version > len(MIGRATIONS):
        raise UsageError(
            f"the archive has schema version {version}, this program knows {len(MIGRATIONS)}: upgrade communique"
        )


# ---------------------------------------------------------------- versions
def _create(connection: Connection) -> None:
    """Version 1: the tables, and an index of the words of each event."""
    METADATA.create_all(connection, checkfirst=False)
    statements = _SQLITE_SEARCH if connection.dialect.name == "sqlite" else _POSTGRESQL_SEARCH
    for statement in statements:
        connection.execute(text(statement))


_COLUMNS: Final = ", ".join(SEARCHED)
_NEW: Final = ", ".join(f"new.{name}" for name in SEARCHED)
_OLD: Final = ", ".join(f"old.{name}" for name in SEARCHED)
_CREATE_INDEX: Final = f"""
    CREATE VIRTUAL TABLE event_search USING fts5(
        {_COLUMNS}, content='events', content_rowid='seq', tokenize='unicode61 remove_diacritics 2')"""
_INDEX_INSERTED: Final = f"""
    CREATE TRIGGER events_inserted AFTER INSERT ON events BEGIN
        INSERT INTO event_search(rowid, {_COLUMNS}) VALUES (new.seq, {_NEW}); END"""  # noqa: S608 - our own names
_INDEX_DELETED: Final = f"""
    CREATE TRIGGER events_deleted AFTER DELETE ON events BEGIN
        INSERT INTO event_search(event_search, rowid, {_COLUMNS}) VALUES ('delete', old.seq, {_OLD}); END"""  # noqa: S608 - as above
_SQLITE_SEARCH: Final = (_CREATE_INDEX, _INDEX_INSERTED, _INDEX_DELETED)
"""FTS5 with the text in `events`, so that it is stored once.  These columns are never updated: a row is replaced."""
_SEARCHED_TEXT: Final = " || chr(10) || ".join(f"left({name}, {MAX_SEARCHED})" for name in SEARCHED)
_ADD_VECTORS: Final = f"""
    ALTER TABLE events ADD COLUMN search tsvector
        GENERATED ALWAYS AS (to_tsvector('simple', {_SEARCHED_TEXT})) STORED"""
_POSTGRESQL_SEARCH: Final = (_ADD_VECTORS, "CREATE INDEX events_search ON events USING gin (search)")
"""'simple': whole words without stemming, as in SQLite."""

MIGRATIONS: Final[tuple[Callable[[Connection], None], ...]] = (_create,)
"""The migration to each version, the first to version 1.  Released ones are never changed."""
