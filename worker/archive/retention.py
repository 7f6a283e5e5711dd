"""Delete the oldest rows of an archive, by age and by size."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog
from msgspec import Struct
from sqlalchemy import delete, func, select, text

from worker.archive.database import exclusive_write
from worker.archive.sql_schema import ARTICLES_TABLE, EVENTS_TABLE
from worker.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Engine, Table

log = structlog.get_logger()

DELETED_ROWS: Final = 2_000
"""Rows of a table deleted in one transaction, during which nothing else is written."""
MAX_BATCHES: Final = 50
"""Transactions of one call; the rest follows with the next."""
FREED_PAGES: Final = 2_000
"""Pages that SQLite gives back to the file system in one transaction."""


class Limits(Struct, frozen=True, kw_only=True):
    """How much is kept."""

    days: float | None = None
    """Days after their arrival on the stream; None: no limit."""
    size_bytes: int | None = None
    """Size of the file of SQLite; None: no limit."""


class Retention:
    """Applies limits to one archive."""

    def __init__(self, engine: Engine, limits: Limits) -> None:
        """UsageError for a limit of the size of PostgreSQL, which does not give space back when rows are deleted."""
        if limits.size_bytes is not None and engine.dialect.name != "sqlite":
            raise UsageError(
                "COMMUNIQUE_ARCHIVE_BYTES limits a file of SQLite; for PostgreSQL set COMMUNIQUE_ARCHIVE_DAYS"
            )
        self._engine = engine
        self._limits = limits

    def apply(self, now: datetime) -> int:
        """Delete what exceeds the limits; return the number of rows deleted.  SQLAlchemyError if the database fails."""
        deleted = self._by_age(now) + self._by_size()
        if deleted:
            log.info("archive_retention", deleted=deleted)
        return deleted

    def _by_age(self, now: datetime) -> int:
        if self._limits.days is None:
            return 0
        oldest = now - timedelta(days=self._limits.days)
        return sum(self._delete_before(table, oldest) for table in (EVENTS_TABLE, ARTICLES_TABLE))

    def _delete_before(self, table: Table, oldest: datetime) -> int:
        deleted = 0
        for _ in range(MAX_BATCHES):
            with exclusive_write(self._engine) as connection:
                rows = select(table.c.seq).where(table.c.arrived_at < oldest).order_by(table.c.seq).limit(DELETED_ROWS)
                count = connection.execute(delete(table).where(table.c.seq.in_(rows))).rowcount
            deleted += count
            if count < DELETED_ROWS:
                break
        return deleted

    def _by_size(self) -> int:
        limit, deleted = self._limits.size_bytes, 0
        for _ in range(MAX_BATCHES if limit is not None else 0):
            with exclusive_write(self._engine) as connection:
                if database_bytes(connection) <= (limit or 0):
                    break
                count = self._delete_oldest(connection)
            deleted += count
            if not count:
                break
        return deleted

    @staticmethod
    def _delete_oldest(connection: Connection) -> int:
        """Delete the oldest events and the articles that arrived before the next one."""
        rows = select(EVENTS_TABLE.c.seq).order_by(EVENTS_TABLE.c.seq).limit(DELETED_ROWS)
        count = connection.execute(delete(EVENTS_TABLE).where(EVENTS_TABLE.c.seq.in_(rows))).rowcount
        oldest = connection.scalar(select(func.min(EVENTS_TABLE.c.arrived_at)))
        old = (
            ARTICLES_TABLE.c.arrived_at < oldest
            if oldest
            else ARTICLES_TABLE.c.seq.in_(select(ARTICLES_TABLE.c.seq).limit(DELETED_ROWS))
        )
        count += connection.execute(delete(ARTICLES_TABLE).where(old)).rowcount
        vacuum = connection.connection.cursor()  # SQLAlchemy fetches no rows of it, and each row frees one page
        vacuum.execute(f"PRAGMA incremental_vacuum({FREED_PAGES})")
        vacuum.fetchall()
        return count


def database_bytes(connection: Connection) -> int:
    """Return the size of the rows and indexes of an SQLite database, without its free pages."""
    pages, free, size = (
        connection.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
