"""The archive: published articles and events in an SQL database, which outlives the trimming of the streams.

SQLite or PostgreSQL, one schema (`sql_schema`), changed by numbered migrations (`migrations`).  `ArchiveService` copies
the streams: the rows of a batch of entries and the position after it are committed in one transaction, so each entry is
archived exactly once, whatever is killed.  Any number of processes may read the archive at the same time.
"""

from __future__ import annotations
