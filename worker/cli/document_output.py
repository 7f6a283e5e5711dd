"""Results of `extract` and `parse` as lines: JSON, CSV, a table, or one line for people per event."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from worker.documents.process import DocumentResult
    from worker.schema import Article, Event

TABLE_COLUMNS: Final = 160
"""Width of a table on a pipe."""
_EVENT_TABLE: Final = {"file": 20, "published": 10, "kind": 9, "who": None, "what": 14, "subject": None}
"""Column -> width; None: a share of the rest."""
_ARTICLE_TABLE: Final = {"file": 20, "published": 10, "lang": 4, "words": 6, "title": None, "url": None}
_ARTICLE_COLUMNS: Final = ("id", "url", "title", "byline", "published_at", "language", "site", "text")


class LineFormat(NamedTuple):
    """A form of output."""

    header: str
    """Printed once before all results; "" for none."""
    lines: Callable[[DocumentResult], Iterator[str]]
    """Result -> its lines, with line ends."""


# ---------------------------------------------------------------- events
def event_format(name: str | None, *, is_single: bool) -> LineFormat:
    """Return the form in which events are printed, one a line.

    `name`: that of the form; None: JSON lines on a pipe, lines for people on a terminal.  Unless the only document was
    named (`is_single`), a JSON line has the name of the document as `file`.
    """
    if name == "csv":
        from worker.csv_rows import EVENT_COLUMNS, PROVENANCE_COLUMNS, csv_row

        return LineFormat(csv_row(("file", *EVENT_COLUMNS, *PROVENANCE_COLUMNS)), _event_csv)
    if name == "table":
        return _table(_EVENT_TABLE, lambda result: (_event_cells(result.name, event) for event in result.events))
    if name is None and sys.stdout.isatty():
        return LineFormat("", _event_lines)
    return LineFormat(
        "", lambda result: (_json_line(event, None if is_single else result.name) for event in result.events)
    )


def _event_csv(result: DocumentResult) -> Iterator[str]:
    from worker.csv_rows import csv_row, event_cells, provenance_cells

    return (csv_row(_shown((result.name, *event_cells(event), *provenance_cells(event)))) for event in result.events)


def _event_lines(result: DocumentResult) -> Iterator[str]:
    import io
    import shutil

    from rich.console import Console

    from worker.terminal.event_line import format_event

    console = Console(file=io.StringIO(), force_terminal=True, width=shutil.get_terminal_size().columns)
    for event in result.events:
        with console.capture() as captured:
            console.print(format_event(event))
        yield captured.get()


def _event_cells(name: str, event: Event) -> tuple[str, ...]:
    from worker.csv_rows import EVENT_COLUMNS, event_cells

    cells = dict(zip(EVENT_COLUMNS, map(str, event_cells(event)), strict=True))
    what = " ".join(filter(None, (cells["what"], cells["status"])))
    return _base_name(name), cells["published_at"][:10], cells["kind"], cells["parties"], what, cells["subject"]


# ---------------------------------------------------------------- articles
def article_format(name: str | None, *, is_single: bool) -> LineFormat:
    """Return the form in which articles are printed, one a line; as `event_format`.

    By default, the only article is printed as indented JSON on a terminal.
    """
    if name == "csv":
        from worker.csv_rows import csv_row

        return LineFormat(csv_row(("file", *_ARTICLE_COLUMNS)), _article_csv)
    if name == "table":
        return _table(
            _ARTICLE_TABLE, lambda result: (_article_cells(result.name, article) for article in _article(result))
        )
    if name is None and is_single and sys.stdout.isatty():
        return LineFormat("", lambda result: (_indented(article) for article in _article(result)))
    return LineFormat(
        "", lambda result: (_json_line(article, None if is_single else result.name) for article in _article(result))
    )


def _article(result: DocumentResult) -> Iterator[Article]:
    if result.article:
        yield result.article


def _article_csv(result: DocumentResult) -> Iterator[str]:
    from worker.csv_rows import csv_row

    for article in _article(result):
        cells = msgspec.structs.asdict(article) | {
            "byline": "; ".join(article.byline),
            "published_at": _local_time(article),
        }
        yield csv_row(_shown((result.name, *(cells[column] for column in _ARTICLE_COLUMNS))))


def _article_cells(name: str, article: Article) -> tuple[str, ...]:
    words = f"{len(article.text.split()):>6,}"
    return (
        _base_name(name),
        _local_time(article)[:10],
        article.language or "",
        words,
        article.title,
        article.url,
    )


def _local_time(article: Article) -> str:
    published_at = article.local_published_at()
    return published_at.isoformat() if published_at else ""


# ---------------------------------------------------------------- lines
def _table(columns: dict[str, int | None], cells: Callable[[DocumentResult], Iterator[tuple[str, ...]]]) -> LineFormat:
    import shutil

    from worker.terminal.columns import column_widths, format_row

    total = shutil.get_terminal_size().columns if sys.stdout.isatty() else TABLE_COLUMNS
    widths = column_widths(total, list(columns.values()))
    return LineFormat(
        format_row(list(columns), widths) + "\n",
        lambda result: (format_row(row, widths) + "\n" for row in cells(result)),
    )


def _json_line(value: Event | Article, file: str | None) -> str:
    """Return a value as a line of JSON, with the name of its document as the last key if there is one."""
    line = msgspec.json.encode(value).decode()
    return f"{line}\n" if file is None else f'{line[:-1]},"file":{msgspec.json.encode(_printable(file)).decode()}}}\n'


def _shown(cells: Sequence[object]) -> Iterator[object]:
    """Yield the cells of a row of CSV, of which the first is a file name; on a terminal, all are sanitised."""
    from worker.terminal.sanitise import sanitise

    sanitised = len(cells) if sys.stdout.isatty() else 1
    return (sanitise(cell) if isinstance(cell, str) and n < sanitised else cell for n, cell in enumerate(cells))


def _printable(name: str) -> str:
    """Return a file name that can be encoded: bytes that are not UTF-8 become U+FFFD."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _indented(value: Article) -> str:
    return msgspec.json.format(msgspec.json.encode(value)).decode() + "\n"


def _base_name(name: str) -> str:
    return name.rpartition("/")[2]
