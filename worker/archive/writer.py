"""Write stream entries into the archive: the rows and the cursor after them in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from worker.archive.database import exclusive_write
from worker.archive.rows import article_row, event_row, party_rows
from worker.archive.sql_schema import ARTICLES_TABLE, CURSORS_TABLE, EVENTS_TABLE, PARTIES_TABLE
from worker.schema import ARTICLE, Article, Retraction, article_id
from worker.streams import Entry, id_key
from worker.subscribe.stream_events import UndecodableEntryError, UnknownTypeError, decode_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, Table

    from worker.archive.sql_schema import Row
    from worker.schema import Event

T = TypeVar("T")

MAX_PARAMETERS: Final = 500
"""Most values of one IN list."""
_ARTICLE_DECODER: Final = msgspec.json.Decoder(Article)


class OvertakenError(Exception):
    """Another process has archived entries since the cursor was read: read the cursor again."""


class ArchiveWriter:
    """Writes batches of entries of the streams into one archive."""

    def __init__(self, engine: Engine, report: Callable[[str], None]) -> None:
        """`engine`: a migrated database.  `report`: called with a message for each entry that cannot be decoded."""
        self._engine = engine
        self._report = report

    def cursor(self) -> dict[str, str]:
        """Return the last entry archived of each stream, by `ARTICLE` or kind; streams without any are absent."""
        with self._engine.connect() as connection:
            return _read_cursor(connection)

    def write(self, entries: Mapping[str, Sequence[Entry]], after: Mapping[str, str]) -> int:
        """Archive entries of the streams, which follow the cursor `after`; return the number of rows added.

        `entries`: `ARTICLE` or kind -> entries in their order.  Nothing is written, and OvertakenError raised, if
        `after` is no longer the cursor, or SQLAlchemyError if the database fails.
        """
        with exclusive_write(self._engine) as connection:
            if _read_cursor(connection) != dict(after):
                raise OvertakenError
            batch = _Batch(connection, self._report)
            for name, entry in _in_order(entries):
                batch.add(name, entry)
            added = batch.flush()
            _save_cursor(connection, {name: listed[-1].id for name, listed in entries.items() if listed}, after)
        return added

    def move_cursor(self, positions: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Set the cursor of some streams without writing rows, as `write` does.  OvertakenError as there."""
        with exclusive_write(self._engine) as connection:
            if _read_cursor(connection) != dict(after):
                raise OvertakenError
            _save_cursor(connection, positions, after)


class _Batch:
    """The rows of one transaction."""

    def __init__(self, connection: Connection, report: Callable[[str], None]) -> None:
        self._connection = connection
        self._report = report
        self._articles: dict[tuple[str, int], Row] = {}
        self._events: dict[str, Row] = {}
        self._parties: dict[str, list[Row]] = {}
        self._next_article = _next_seq(connection, ARTICLES_TABLE)
        self._next_event = _next_seq(connection, EVENTS_TABLE)

    def add(self, name: str, entry: Entry) -> None:
        """Add an entry of the stream `name`; one that cannot be decoded is reported, one of unknown type skipped."""
        try:
            if name == ARTICLE:
                self._add_article(entry, _decode_article(entry))
            elif isinstance(record := decode_entry(entry), Retraction):
                self._retract(record)
            else:
                self._add_event(entry, record)
        except UnknownTypeError:
            return
        except UndecodableEntryError as e:
            self._report(f"{entry.stream}: entry {entry.id} does not decode: {e}")

    def flush(self) -> int:
        """Write all rows, in place of those with the same ids; return their number."""
        for batch in _chunks([*self._events], MAX_PARAMETERS):
            self._connection.execute(delete(EVENTS_TABLE).where(EVENTS_TABLE.c.id.in_(batch)))
        for article, revision in self._articles:
            self._connection.execute(
                delete(ARTICLES_TABLE).where(ARTICLES_TABLE.c.id == article, ARTICLES_TABLE.c.revision == revision)
            )
        rows = (
            [*self._articles.values()],
            [*self._events.values()],
            [r for rows in self._parties.values() for r in rows],
        )
        for table, written in zip((ARTICLES_TABLE, EVENTS_TABLE, PARTIES_TABLE), rows, strict=True):
            if written:
                self._connection.execute(table.insert(), written)
        return len(self._articles) + len(self._events)

    def _add_article(self, entry: Entry, article: Article) -> None:
        self._articles[article.id, article.revision] = article_row(self._next_article, entry, article)
        self._next_article += 1

    def _add_event(self, entry: Entry, event: Event) -> None:
        self._events.pop(event.id, None)  # a later entry takes its place in the order, too
        self._events[event.id] = event_row(self._next_event, entry, event)
        self._parties[event.id] = party_rows(self._next_event, event)
        self._next_event += 1

    def _retract(self, retraction: Retraction) -> None:
        if retraction.reason == "forgotten":
            self._forget(retraction)
            return
        changes: Row = {"retracted_at": retraction.retracted_at, "retraction": retraction.reason}
        if row := self._events.get(retraction.of):
            row |= changes
        else:
            self._connection.execute(update(EVENTS_TABLE).where(EVENTS_TABLE.c.id == retraction.of).values(**changes))

    def _forget(self, retraction: Retraction) -> None:
        """Delete the event and its article: an operator must not keep them."""
        article = article_id(retraction.url)
        self._events.pop(retraction.of, None)
        self._parties.pop(retraction.of, None)
        self._articles = {key: row for key, row in self._articles.items() if key[0] != article}
        self._connection.execute(delete(EVENTS_TABLE).where(EVENTS_TABLE.c.id == retraction.of))
        self._connection.execute(delete(ARTICLES_TABLE).where(ARTICLES_TABLE.c.id == article))


def _decode_article(entry: Entry) -> Article:
    try:
        return _ARTICLE_DECODER.decode((entry.fields or {}).get(b"data", b""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:
        raise UndecodableEntryError(str(e)) from None


def _in_order(entries: Mapping[str, Sequence[Entry]]) -> list[tuple[str, Entry]]:
    """Return the entries of all streams by their ids, an article before the events of the same millisecond."""
    pairs = [(name, entry) for name, listed in entries.items() for entry in listed]
    return sorted(pairs, key=lambda it: (id_key(it[1].id)[0], it[0] != ARTICLE, id_key(it[1].id)[1]))


def _read_cursor(connection: Connection) -> dict[str, str]:
    found = connection.execute(select(CURSORS_TABLE.c.stream, CURSORS_TABLE.c.entry_id))
    return {row.stream: row.entry_id for row in found}


def _save_cursor(connection: Connection, positions: Mapping[str, str], before: Mapping[str, str]) -> None:
    changed = [{"name": name, "at": at} for name, at in positions.items() if name in before]
    if changed:
        connection.execute(
            update(CURSORS_TABLE).where(CURSORS_TABLE.c.stream == bindparam("name")).values(entry_id=bindparam("at")),
            changed,
        )
    if new := [{"stream": name, "entry_id": at} for name, at in positions.items() if name not in before]:
        connection.execute(CURSORS_TABLE.insert(), new)


def _next_seq(connection: Connection, table: Table) -> int:
    """Return the number after the last row ever added, as far as the table shows it."""
    last: Any = connection.scalar(select(func.max(table.c.seq)))
    return (last or 0) + 1


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
