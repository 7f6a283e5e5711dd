"""What the archive costs: events written per second, bytes per event, and CPU time of typical queries.

Invented events are written as the service writes them, in batches of stream entries.  The peer is a table of SQLite
with an id and the JSON of the event, filled with the same entries by `executemany` in the same transactions.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from worker.archive.database import open_engine, parse_target
from worker.archive.migrations import migrate
from worker.archive.writer import ArchiveWriter
from worker.schema import KINDS, Actor, Decision, Event, Meeting, Span, Statement, kind_of
from worker.streams import Entry

EPILOG = """\
examples:
  python -m tests.benchmarks.archive
  python -m tests.benchmarks.archive --events 1000000
  python -m tests.benchmarks.archive --to postgresql://news:PASSWORD@localhost/empty
"""
BATCH: Final = 2_000
QUERIES: Final = 50
"""Runs of each query, each with other values."""
BEGIN: Final = datetime(2026, 1, 1, tzinfo=UTC)
WORDS: Final = (
    *("minister", "said", "on", "Tuesday", "that", "negotiations", "over", "harbour", "security", "would", "continue"),
    *(
        "until",
        "an",
        "agreement",
        "about",
        "fishing",
        "rights",
        "was",
        "signed",
        "by",
        "all",
        "parties",
        "in",
        "Tallinn",
    ),
    *("or", "Helsinki", "parliament", "rejected", "the", "proposed", "budget", "tax", "energy", "border", "election"),
    *("coalition", "treaty", "summit", "sanctions", "court", "appeal", "committee", "report", "union", "strike"),
    *("wages", "pension", "reform"),
)
SURNAMES: Final = tuple(
    f"{a}{b}" for a in ("Tam", "Lind", "Ran", "Kor", "Sal", "Viit") for b in ("m", "ta", "hola", "berg", "la")
)
COUNTRIES: Final = ("EE", "FI", "SE", "LV", "LT", "DE", "US")


class Query(NamedTuple):
    """A query of the page or of an analyst; `{word}` and so on are replaced by chance values."""

    name: str
    sqlite: str
    postgresql: str


def _both(name: str, statement: str) -> Query:
    return Query(name, statement, statement)


WANTED: Final = (
    _both("first page, newest 50", "SELECT data FROM events ORDER BY seq DESC LIMIT 50"),
    _both("page of a kind", "SELECT data FROM events WHERE kind = 'meeting' ORDER BY seq DESC LIMIT 50"),
    Query(
        "text search, newest 50",
        "SELECT data FROM events WHERE seq IN (SELECT rowid FROM event_search WHERE event_search "
        "MATCH '{word} AND {rare}' ORDER BY rowid DESC LIMIT 50) ORDER BY seq DESC",
        "SELECT data FROM events WHERE search @@ plainto_tsquery('simple', '{word} {rare}') ORDER BY seq DESC LIMIT 50",
    ),
    _both(
        "a person, newest 50",
        "SELECT e.data FROM parties p JOIN events e ON e.seq = p.event_seq WHERE p.folded = ' {name} ' "
        "ORDER BY p.event_seq DESC LIMIT 50",
    ),
    _both(
        "a country, newest 50",
        "SELECT e.data FROM parties p JOIN events e ON e.seq = p.event_seq WHERE p.country = '{country}' "
        "ORDER BY p.event_seq DESC LIMIT 50",
    ),
    _both("an event by its id", "SELECT data FROM events WHERE id = '{id}'"),
)


def main() -> None:
    args = _parser().parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        address = args.to or f"sqlite:{folder}/archive.sqlite"
        engine = open_engine(parse_target(address))
        migrate(engine)
        peer = sqlite3.connect(f"{folder}/peer.sqlite", isolation_level=None)
        console.print(_ingest(engine, peer, args.events, Path(folder)))
        console.print(_queries(engine, args.events))
        engine.dispose()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.archive",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=100_000, help="events written (100,000)")
    parser.add_argument("--to", metavar="ADDRESS", help="an empty database instead of a temporary file")
    return parser


# ---------------------------------------------------------------- ingest
def _ingest(engine: Engine, peer: sqlite3.Connection, count: int, folder: Path) -> Table:
    peer.execute("PRAGMA journal_mode = wal")
    peer.execute("PRAGMA synchronous = full")
    peer.execute("CREATE TABLE events (entry_id TEXT PRIMARY KEY, data TEXT)")
    writer = ArchiveWriter(engine, sys.exit)
    archive_s = [0.0, 0.0]
    peer_s = [0.0, 0.0]
    source = _entries(count)
    while batch := list(islice(source, BATCH)):
        entries = {kind: [entry for of, entry in batch if of == kind] for kind in KINDS}
        wall, cpu = time.perf_counter(), time.process_time()
        writer.write({str(kind): listed for kind, listed in entries.items()}, writer.cursor())
        archive_s = [archive_s[0] + time.perf_counter() - wall, archive_s[1] + time.process_time() - cpu]
        wall, cpu = time.perf_counter(), time.process_time()
        _write_peer(peer, [entry for _, entry in batch])
        peer_s = [peer_s[0] + time.perf_counter() - wall, peer_s[1] + time.process_time() - cpu]
    table = Table(
        "ingest", "events/s", "CPU µs/event", "bytes/event", title=f"{count:,} events in batches of {BATCH:,}"
    )
    size = sum(file.stat().st_size for file in folder.glob("archive.sqlite*"))
    for name, (wall_s, cpu_s), stored in (
        ("archive", archive_s, size),
        ("sqlite3, JSON by id only", peer_s, sum(file.stat().st_size for file in folder.glob("peer.sqlite*"))),
    ):
        table.add_row(name, f"{count / wall_s:,.0f}", f"{1e6 * cpu_s / count:.0f}", f"{stored / count:,.0f}")
    return table


def _write_peer(peer: sqlite3.Connection, entries: list[Entry]) -> None:
    peer.execute("BEGIN")
    peer.executemany(
        "INSERT INTO events VALUES (?, ?)", [(it.id, (it.fields or {})[b"data"].decode()) for it in entries]
    )
    peer.execute("COMMIT")


# ---------------------------------------------------------------- queries
def _queries(engine: Engine, count: int) -> Table:
    chance = random.Random(2)
    table = Table(
        "query", "CPU ms, median", "95 %", "wall ms, median", title=f"{QUERIES} runs of each, {count:,} events"
    )
    with engine.connect() as connection:
        for query in WANTED:
            statement = query.sqlite if engine.dialect.name == "sqlite" else query.postgresql
            cpu_ms, wall_ms = [], []
            for _ in range(QUERIES):
                asked = text(statement.format(**_values(chance, count)))
                wall, cpu = time.perf_counter(), time.process_time()
                connection.execute(asked).all()
                wall_ms.append(1000 * (time.perf_counter() - wall))
                cpu_ms.append(1000 * (time.process_time() - cpu))
            cpu_ms.sort()
            wall_ms.sort()
            middle, high = QUERIES // 2, QUERIES * 95 // 100
            table.add_row(query.name, f"{cpu_ms[middle]:.1f}", f"{cpu_ms[high]:.1f}", f"{wall_ms[middle]:.1f}")
    return table


def _values(chance: random.Random, count: int) -> dict[str, str]:
    return {
        "word": chance.choice(WORDS),
        "rare": chance.choice(SURNAMES),
        "name": _name(chance).lower(),
        "country": chance.choice(COUNTRIES),
        "id": f"{chance.randrange(count):032x}",
    }


# ---------------------------------------------------------------- invented events
def _entries(count: int) -> Iterator[tuple[str, Entry]]:
    """Yield invented events with their kinds, ten a second."""
    chance = random.Random(1)
    for i in range(count):
        event = _event(i, chance)
        fields = {b"type": str(kind_of(event)).encode(), b"data": msgspec.json.encode(event)}
        yield kind_of(event), Entry("stream", f"{int(BEGIN.timestamp() * 1000) + 100 * i}-0", fields)


def _event(number: int, chance: random.Random) -> Event:
    party = Actor(name=_name(chance), type="person", role="minister", country=chance.choice(COUNTRIES))
    other = Actor(name=_name(chance), type="person", country=chance.choice(COUNTRIES))
    article = number // 5
    common = {
        "id": f"{number:032x}",
        "url": f"https://news{article % 100}.example/politics/{article}",
        "sentence": _span(chance, 28),
        "cue": _span(chance, 1),
        "confidence": round(chance.uniform(0.4, 1.0), 2),
        "rule": "invented",
        "title": _span(chance, 9).text,
        "site": f"News {article % 100}",
        "published_at": BEGIN + timedelta(seconds=number / 10),
    }
    match number % 3:
        case 0:
            return msgspec.convert(
                common
                | {"kind": "statement", "speaker": party, "content": [_span(chance, 18)], "quotation": "indirect"},
                Statement,
                from_attributes=True,
            )
        case 1:
            return msgspec.convert(
                common | {"kind": "meeting", "form": "talks", "status": "held", "participants": [party, other]},
                Meeting,
                from_attributes=True,
            )
    return msgspec.convert(
        common | {"kind": "decision", "deciders": [party], "status": "taken", "object": _span(chance, 7)},
        Decision,
        from_attributes=True,
    )


def _span(chance: random.Random, words: int) -> Span:
    said = " ".join(chance.choices(WORDS, k=words))
    return Span(start=0, end=len(said), text=said)


def _name(chance: random.Random) -> str:
    return f"{chance.choice(WORDS).title()} {chance.choice(SURNAMES)}"


if __name__ == "__main__":
    main()
