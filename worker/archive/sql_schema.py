"""The tables of the archive, in SQLAlchemy's terms; the columns are those that an analyst selects.

Times are UTC: `timestamptz` in PostgreSQL, and in SQLite text ("2026-03-01 12:00:00.000000"), which sorts and which
SQLite's date functions read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import Dialect


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC, also in a database without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value for the database: in UTC, and naive for SQLite."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the value from the database, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


SEQUENCE: Final = BigInteger().with_variant(Integer, "sqlite")
"""A key of 64 bits; SQLite's INTEGER PRIMARY KEY is the row id."""

METADATA: Final = MetaData()

ARTICLES_TABLE: Final = Table(
    "articles",
    METADATA,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=False, comment="place in the order of arrival"),
    Column("id", String(32), nullable=False, comment="id of the article, the same in all its revisions"),
    Column("revision", Integer, nullable=False),
    Column("entry_id", Text, nullable=False, comment="id of the stream entry"),
    Column("arrived_at", UtcDateTime, nullable=False, comment="time of publication on the stream"),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False, comment="host of the URL, in lower case"),
    Column("title", Text, nullable=False),
    Column("site", Text, comment="name of the outlet"),
    Column("section", Text),
    Column("byline", Text, nullable=False, comment="authors, separated by '; '"),
    Column("published_at", UtcDateTime),
    Column("updated_at", UtcDateTime),
    Column("paywalled", Boolean, nullable=False, comment="whether the text may be only the beginning"),
    Column("format", Text, nullable=False, comment="article, live, gallery, podcast, video"),
    Column("language", Text),
    Column("source", Text, comment="name of the feed"),
    Column("requested_url", Text),
    Column("same_as", String(32)),
    Column("events_omitted", Integer, nullable=False),
    Column("words", Integer, nullable=False, comment="number of words of the text"),
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False, comment="the article as published: JSON"),
    Index("articles_id", "id", "revision", unique=True),
    Index("articles_url", "url"),
    Index("articles_arrived", "arrived_at"),
)

EVENTS_TABLE: Final = Table(
    "events",
    METADATA,
    Column("seq", SEQUENCE, primary_key=True, autoincrement=False, comment="place in the order of arrival"),
    Column("id", String(32), nullable=False),
    Column("kind", Text, nullable=False, comment="statement, meeting, decision"),
    Column("entry_id", Text, nullable=False, comment="id of the stream entry"),
    Column("arrived_at", UtcDateTime, nullable=False, comment="time of publication on the stream"),
    Column("article_id", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False, comment="host of the URL, in lower case"),
    Column("title", Text, nullable=False),
    Column("site", Text),
    Column("published_at", UtcDateTime, comment="time of publication of the article"),
    Column("event_date", Date, comment="day of the event itself: said, held, decided on"),
    Column("language", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("rule", Text, nullable=False),
    Column("speaker", Text, comment="name of the speaker of a statement"),
    Column("actor", Text, comment="name of the first agent: speaker, participant, decider"),
    Column("role", Text, comment="role of that agent"),
    Column("country", String(2), comment="ISO 3166-1 alpha-2 code of the country that this agent represents"),
    Column("target", Text),
    Column("parties", Text, nullable=False, comment="names of all actors, separated by '; '"),
    Column("act", Text),
    Column("quotation", Text),
    Column("form", Text),
    Column("status", Text),
    Column("category", Text),
    Column("place", Text, comment="place of a meeting, venue of a statement, as worded"),
    Column("words", Text, nullable=False, comment="content, topic or object, as worded"),
    Column("sentence", Text, nullable=False, comment="the evidence"),
    Column("cue", Text),
    Column("via", Text, nullable=False, comment="outlets credited, separated by '; '"),
    Column("cameo", Text),
    Column("plover", Text, comment="type of the event in PLOVER"),
    Column("revision", Integer, nullable=False),
    Column("same_as", String(32)),
    Column("retracted_at", UtcDateTime),
    Column("retraction", Text, comment="reason of the retraction: changed, removed"),
    Column("data", Text, nullable=False, comment="the event as published: JSON"),
    Index("events_id", "id", unique=True),
    Index("events_article", "article_id"),
    Index("events_published", "published_at", "seq"),
    Index("events_date", "event_date", "seq"),
    Index("events_arrived", "arrived_at"),
    Index("events_kind", "kind", "seq"),
    Index("events_host", "host", "seq"),
)

PARTIES_TABLE: Final = Table(
    "parties",
    METADATA,
    Column("event_seq", SEQUENCE, ForeignKey("events.seq", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="place among the actors of the event"),
    Column("part", Text, nullable=False, comment="field of the event: speaker, target, participants, deciders"),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, comment="the name without case, accents and punctuation, for comparison"),
    Column("type", Text, nullable=False),
    Column("role", Text),
    Column("country", String(2)),
    Index("parties_folded", "folded", "event_seq"),
    Index("parties_country", "country", "event_seq"),
)

CURSORS_TABLE: Final = Table(
    "cursors",
    METADATA,
    Column("stream", Text, primary_key=True, comment="article, or a kind of event"),
    Column("entry_id", Text, nullable=False, comment="last entry archived"),
)

SCHEMA_VERSION: Final = Table(
    "schema_version",
    METADATA,
    Column("version", Integer, primary_key=True),
    Column("migrated_at", UtcDateTime, nullable=False),
)

Row = dict[str, Any]
"""Column -> value."""
