"""The archive has a row for each entry of the streams, and applies retractions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import Table, select, text

from tests.subscribe.published import NOW, make_event, person
from worker.archive.database import open_engine, parse_target
from worker.archive.migrations import migrate
from worker.archive.sql_schema import ARTICLES_TABLE, CURSORS_TABLE, EVENTS_TABLE, PARTIES_TABLE, SCHEMA_VERSION
from worker.archive.writer import ArchiveWriter, OvertakenError
from worker.errors import UsageError
from worker.schema import ARTICLE, Article, Event, Retraction, RetractionReason, Span, article_id, kind_of
from worker.streams import Entry

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

URL = "https://www.harbour-times.example/news/1"
HARBOUR = Article(
    id=article_id(URL), url=URL, text="The harbour stays open, Liis Tamm said.", title="Harbour open",
    site="Harbour Times", byline=["A. Reporter", "B. Writer"], published_at=NOW, language="en",
)  # fmt: skip
STATEMENT = make_event(
    "statement", f"{1:032x}", url=URL, title="Harbour open", site="Harbour Times", published_at=NOW,
    sentence=Span(start=0, end=39, text=HARBOUR.text), content=[Span(start=0, end=22, text="The harbour stays open")],
    speaker=person("Liis Tamm", "EE"), target=person("Aino Ranta", "FI"), act="promise", said_on=date(2026, 2, 28),
)  # fmt: skip
MEETING = make_event(
    "meeting", f"{2:032x}", url=URL, participants=[person("Liis Tamm", "EE"), person("Åsa Lind", "SE")],
    place=Span(start=0, end=7, text="Tallinn"), via=["DPA", "BTA"],
)  # fmt: skip
entry_ids = (f"{1_772_366_400_000 + n}-0" for n in count())


def entry(record: Article | Event | Retraction) -> Entry:
    kind = record.__struct_config__.tag or ARTICLE
    fields = {b"type": str(kind).encode(), b"data": msgspec.json.encode(record)}
    return Entry("stream", next(entry_ids), fields)


def retraction(of: Event, reason: RetractionReason) -> Entry:
    return entry(Retraction(id="r", of=of.id, of_kind=kind_of(of), url=of.url, retracted_at=NOW, reason=reason))


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def write(engine: Engine, **entries: list[Entry]) -> list[str]:
    """Write entries after the archive's cursor; return the errors reported."""
    errors: list[str] = []
    writer = ArchiveWriter(engine, errors.append)
    writer.write(entries, writer.cursor())
    return errors


def found(engine: Engine, words: str) -> list[str]:
    """The ids of the events with a word in their text, by the index of the words."""
    query = (
        "SELECT id FROM events WHERE seq IN (SELECT rowid FROM event_search WHERE event_search MATCH :words)"
        if engine.dialect.name == "sqlite"
        else "SELECT id FROM events WHERE search @@ plainto_tsquery('simple', :words)"
    )
    with engine.connect() as connection:
        return list(connection.scalars(text(query), {"words": words}))


# ---------------------------------------------------------------- rows
def test_the_columns_of_an_article(archive_engine: Engine) -> None:
    first = entry(HARBOUR)
    write(archive_engine, article=[first])
    (row,) = rows(archive_engine, ARTICLES_TABLE)
    assert msgspec.json.decode(row.pop("data"), type=Article) == HARBOUR
    assert row == {
        "seq": 1, "id": HARBOUR.id, "revision": 0, "entry_id": first.id, "url": URL,
        "host": "www.harbour-times.example", "title": "Harbour open",
        "arrived_at": datetime.fromtimestamp(int(first.id[:-2]) / 1000, UTC),
        "site": "Harbour Times", "section": None, "byline": "A. Reporter; B. Writer", "published_at": NOW,
        "updated_at": None, "paywalled": False, "format": "article", "language": "en", "source": None,
        "requested_url": None, "same_as": None, "events_omitted": 0, "words": 7, "text": HARBOUR.text,
    }  # fmt: skip


def test_the_columns_of_a_statement(archive_engine: Engine) -> None:
    write(archive_engine, statement=[entry(STATEMENT)])
    (row,) = rows(archive_engine, EVENTS_TABLE)
    wanted = {
        "id": STATEMENT.id, "kind": "statement", "article_id": HARBOUR.id, "url": URL, "title": "Harbour open",
        "site": "Harbour Times", "published_at": NOW, "event_date": date(2026, 2, 28), "speaker": "Liis Tamm",
        "actor": "Liis Tamm", "country": "EE", "target": "Aino Ranta", "parties": "Liis Tamm; Aino Ranta",
        "act": "promise", "quotation": "direct", "words": "The harbour stays open", "sentence": HARBOUR.text,
        "retracted_at": None, "status": None,
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    assert [(it["part"], it["name"], it["folded"], it["country"]) for it in rows(archive_engine, PARTIES_TABLE)] == [
        ("speaker", "Liis Tamm", " liis tamm ", "EE"),
        ("target", "Aino Ranta", " aino ranta ", "FI"),
    ]


def test_the_columns_of_a_meeting(archive_engine: Engine) -> None:
    write(archive_engine, meeting=[entry(MEETING)])
    (row,) = rows(archive_engine, EVENTS_TABLE)
    wanted = {"kind": "meeting", "speaker": None, "actor": "Liis Tamm", "place": "Tallinn", "via": "DPA; BTA"}
    assert {name: row[name] for name in wanted} == wanted
    assert rows(archive_engine, PARTIES_TABLE)[1]["folded"] == " asa lind "


def test_entries_of_all_streams_are_numbered_in_the_order_of_their_ids(archive_engine: Engine) -> None:
    statement, meeting, other = entry(STATEMENT), entry(MEETING), entry(make_event("statement", "c" * 32))
    write(archive_engine, statement=[statement, other], meeting=[meeting])
    assert [row["entry_id"] for row in rows(archive_engine, EVENTS_TABLE)] == [statement.id, meeting.id, other.id]


def test_text_that_a_database_refuses_is_replaced(archive_engine: Engine) -> None:
    write(archive_engine, article=[entry(msgspec.structs.replace(HARBOUR, title="a\x00b"))])
    assert rows(archive_engine, ARTICLES_TABLE)[0]["title"] == "a\ufffdb"


# ---------------------------------------------------------------- exactly once
def test_the_cursor_is_stored_with_the_rows(archive_engine: Engine) -> None:
    first, second = entry(STATEMENT), entry(MEETING)
    write(archive_engine, statement=[first], meeting=[second])
    assert {row["stream"]: row["entry_id"] for row in rows(archive_engine, CURSORS_TABLE)} == {
        "statement": first.id,
        "meeting": second.id,
    }


def test_a_writer_that_was_overtaken_writes_nothing(archive_engine: Engine) -> None:
    writer = ArchiveWriter(archive_engine, pytest.fail)
    before = writer.cursor()
    writer.write({"statement": [entry(STATEMENT)]}, before)
    with pytest.raises(OvertakenError):
        writer.write({"meeting": [entry(MEETING)]}, before)
    assert [row["kind"] for row in rows(archive_engine, EVENTS_TABLE)] == ["statement"]


def test_an_event_that_is_published_again_has_one_row(archive_engine: Engine) -> None:
    write(archive_engine, statement=[entry(STATEMENT)])
    later = msgspec.structs.replace(STATEMENT, title="Harbour shut")
    write(archive_engine, statement=[entry(later), entry(later)])
    assert [row["title"] for row in rows(archive_engine, EVENTS_TABLE)] == ["Harbour shut"]
    assert len(rows(archive_engine, PARTIES_TABLE)) == 2
    assert found(archive_engine, "shut") == [STATEMENT.id]


def test_an_entry_that_does_not_decode_is_reported_and_an_unknown_type_skipped(archive_engine: Engine) -> None:
    broken = Entry("s", next(entry_ids), {b"type": b"statement", b"data": b"{"})
    unknown = Entry("s", next(entry_ids), {b"type": b"rumour", b"data": b"{}"})
    (error,) = write(archive_engine, statement=[broken, unknown, entry(STATEMENT)], article=[broken])[:1]
    assert error.startswith(f"s: entry {broken.id} does not decode: ")
    assert [row["id"] for row in rows(archive_engine, EVENTS_TABLE)] == [STATEMENT.id]


# ---------------------------------------------------------------- retractions
@pytest.mark.parametrize("batches", [1, 2], ids=["in one batch", "in two batches"])
def test_a_retraction_marks_the_row(archive_engine: Engine, batches: int) -> None:
    entries = [entry(STATEMENT), retraction(STATEMENT, "changed")]
    for batch in [entries] if batches == 1 else [[it] for it in entries]:
        write(archive_engine, statement=batch)
    (row,) = rows(archive_engine, EVENTS_TABLE)
    assert (row["retracted_at"], row["retraction"]) == (NOW, "changed")


@pytest.mark.parametrize("batches", [1, 2], ids=["in one batch", "in two batches"])
def test_forgetting_deletes_the_event_and_its_article(archive_engine: Engine, batches: int) -> None:
    article, statement, forgotten = entry(HARBOUR), entry(STATEMENT), retraction(STATEMENT, "forgotten")
    if batches == 1:
        write(archive_engine, article=[article], statement=[statement, forgotten])
    else:
        write(archive_engine, article=[article], statement=[statement])
        write(archive_engine, statement=[forgotten])
    assert [
        *rows(archive_engine, EVENTS_TABLE),
        *rows(archive_engine, ARTICLES_TABLE),
        *rows(archive_engine, PARTIES_TABLE),
    ] == []
    assert found(archive_engine, "harbour") == []


# ---------------------------------------------------------------- schema
def test_migrating_twice_changes_nothing(archive_engine: Engine) -> None:
    migrate(archive_engine)
    assert [row["version"] for row in rows(archive_engine, SCHEMA_VERSION)] == [1]


def test_an_archive_of_a_newer_version_is_refused(archive_engine: Engine) -> None:
    with archive_engine.begin() as connection:
        connection.execute(SCHEMA_VERSION.insert(), {"version": 99, "migrated_at": NOW})
    with pytest.raises(UsageError, match="schema version 99, this program knows 1: upgrade"):
        migrate(archive_engine)


@pytest.mark.parametrize("address", ["", "sqlite:", "mysql://host/db", "events.sqlite", "postgresql://host:port/x"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        parse_target(address)


def test_the_password_is_not_shown() -> None:
    assert parse_target("postgresql://news:secret@db/news").name == "postgresql://news:***@db/news"


def test_a_reader_of_sqlite_sees_what_is_committed_and_cannot_write(tmp_path: Path) -> None:
    target = parse_target(f"sqlite:{tmp_path / 'with ? and # and %.sqlite'}")
    writer, reader = open_engine(target), open_engine(target, read_only=True)
    migrate(writer)
    write(writer, statement=[entry(STATEMENT)])
    assert len(rows(reader, EVENTS_TABLE)) == 1
    with pytest.raises(Exception, match="readonly"), reader.begin() as connection:
        connection.execute(EVENTS_TABLE.delete())
    writer.dispose()
    reader.dispose()
