"""The pure commands: extract, parse, export, schema.  No Redis, network or clock: the same input, the same bytes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import rich
from rich.console import Console

from worker import batch
from worker.coding.plover_export.lines import ExportFilter, ExportReport, LineError, export_lines
from worker.commands import tell
from worker.errors import UsageError
from worker.extract import is_language_supported
from worker.parse import parse_article
from worker.pipeline.extract_events import extract_events
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.schema import KINDS, Article, Page, article_id, event_schema
from worker.settings import Settings
from worker.terminal.event_line import format_event
from worker.terminal.explain import explain_events
from worker.terminal.sanitise import sanitise


def extract(args: argparse.Namespace, _: Settings) -> int:
    """Print the events of one document, or of a batch."""
    if args.jsonl:
        return _batch(batch.extract_lines(_lines(args.file)))
    if args.explain:
        return _explain(args)
    as_json = args.json or not sys.stdout.isatty()
    for event in _read_events(args).events:
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n") if as_json else rich.print(format_event(event))
    return 0


def _explain(args: argparse.Namespace) -> int:
    """Print the events with their evidence: in colours on a terminal, with brackets elsewhere."""
    read = _read_events(args)
    console = Console(soft_wrap=True, highlight=False)
    colours = console.is_terminal and not console.no_color
    for block in explain_events(read.events, read.article.text, colours=colours):
        console.print(block)
    return 0


def _read_events(args: argparse.Namespace) -> ProcessedPage:
    """Extract from a page, or from a text exactly as it is; say why where there is nothing to print."""
    body = _read(args.file)
    if _is_html(body):
        read = process_page(Page(url=args.url, body=body))
    else:
        article = _plain_text(body, args)
        read = ProcessedPage(article=article, events=extract_events(article))
    if not is_language_supported(read.article):
        tell(f"{args.file}: not read: there are words for English only, and this is {read.article.language or 'not'}")
    elif not read.events:
        tell(f"{args.file}: no events found")
    return read


def parse(args: argparse.Namespace, _: Settings) -> int:
    """Print the article of one page as JSON, or of a batch."""
    if args.jsonl:
        return _batch(batch.parse_lines(_lines(args.file)))
    article = parse_article(Page(url=args.url, body=_read(args.file)))
    encoded = msgspec.json.encode(article)
    sys.stdout.write((msgspec.json.format(encoded) if sys.stdout.isatty() else encoded).decode() + "\n")
    return 0


def export(args: argparse.Namespace, _: Settings) -> int:
    """Print the PLOVER records of events, then say on stderr what was left out; 1 where a line held no event."""
    wanted = ExportFilter(kinds=tuple(args.kind or KINDS), after=args.after, until=args.until)
    report = ExportReport()
    for answer in export_lines(_lines(args.file), wanted, report):
        if isinstance(answer, LineError):
            tell(sanitise(f"line {answer.line}: {answer.why}"))
        else:
            sys.stdout.buffer.write(answer + b"\n")
            sys.stdout.buffer.flush()  # whoever reads a live stream through us waits for this line
    tell(str(report))
    return int(report.errors > 0)


def schema(_: argparse.Namespace, __: Settings) -> int:
    """Print the JSON Schema of the events (draft 2020-12)."""
    sys.stdout.write(schema_text())
    return 0


def schema_text() -> str:
    """Return the published contract, as `docs/events.schema.json` keeps it."""
    return msgspec.json.format(msgspec.json.encode(event_schema()), indent=2).decode() + "\n"


def _batch(answers: Iterable[batch.Answer]) -> int:
    failed = False
    for answer in answers:
        sys.stdout.buffer.write(answer.line + b"\n")
        failed = failed or answer.failed
    sys.stdout.buffer.flush()
    return int(failed)


def _lines(file: str) -> Iterator[bytes]:
    """Yield the lines of a file or of stdin; OSError names the file."""
    if file == "-":
        yield from sys.stdin.buffer
    else:
        with Path(file).open("rb") as opened:
            yield from opened


def _read(file: str) -> bytes:
    """Read a whole file or stdin; OSError names the file."""
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _is_html(body: bytes) -> bool:
    """Tell a page from a text: markup begins with `<`, after a byte order mark or blanks."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _plain_text(body: bytes, args: argparse.Namespace) -> Article:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{args.file}: not UTF-8 text: byte 0x{body[e.start]:02x} at offset {e.start}") from None
    published_at = None if args.published_at is None else _instant(args.published_at)
    return Article(id=article_id(args.url), url=args.url, text=text, published_at=published_at)


def _instant(text: str) -> datetime:
    try:
        return batch.instant(text)
    except ValueError:
        raise UsageError(f"--published-at {text!r}: neither a date nor a time of RFC 3339") from None
