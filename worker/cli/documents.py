"""The commands that need neither Redis nor network: extract, parse, export, schema.

They read no clock either: the same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from worker.cli.argument_types import event_kind, iso_date
from worker.cli.command import print_error, set_command
from worker.errors import UsageError
from worker.schema import KINDS, Article, Page, article_id, event_schema
from worker.settings import Settings

if TYPE_CHECKING:
    from datetime import datetime

    from worker.cli.batch import BatchResult
    from worker.schema import Event


# ---------------------------------------------------------------- extract
def add_extract(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique extract`."""
    set_command(
        parser,
        extract_command,
        "communique extract article.txt --published-at 2024-09-17\ncurl -s URL | communique extract -\n"
        "communique extract --explain article.txt | less\n"
        "communique extract --jsonl < documents.jsonl > events.jsonl",
        logs=False,
    )
    _add_document_arguments(parser, '{"id", "text", "url"?, "title"?, "published_at"?, "language"?}')
    parser.add_argument("--published-at", metavar="DATE", help="resolves 'on Friday' in a plain text")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON lines on a terminal too")
    form.add_argument(
        "--explain",
        action="store_true",
        help="for reading: the evidence of each event with source, cue and content marked, the referents of its "
        "mentions, and the construction that was matched",
    )


def extract_command(args: argparse.Namespace, _: Settings) -> int:
    """Print the events of one document, or of a batch."""
    if args.jsonl:
        from worker.cli.batch import extract_lines

        return _print_batch(extract_lines(_read_lines(args.file)))
    if args.explain:
        return _explain(args)
    return _print_events(args)


def _print_events(args: argparse.Namespace) -> int:
    _, events = _extract(args)
    if args.json or not sys.stdout.isatty():
        sys.stdout.writelines(msgspec.json.encode(event).decode() + "\n" for event in events)
        return 0
    import rich

    from worker.terminal.event_line import format_event

    for event in events:
        rich.print(format_event(event))
    return 0


def _explain(args: argparse.Namespace) -> int:
    """Print the events with their evidence: coloured on a terminal, with brackets elsewhere."""
    from rich.console import Console

    from worker.extract import explain_scores
    from worker.terminal.explain import explain_events

    article, events = _extract(args)
    reasons = explain_scores(article)
    console = Console(soft_wrap=True, highlight=False)
    colours = console.is_terminal and not console.no_color
    for block in explain_events(events, article.text, reasons, colours=colours):
        console.print(block)
    return 0


def _extract(args: argparse.Namespace) -> tuple[Article, list[Event]]:
    """Return the article in `args.file` (HTML or plain text) and its events; report on stderr why there are none."""
    from worker.extract import is_language_supported
    from worker.pipeline.extract_events import extract_events

    article = _read_article(_read_file(args.file), args)
    events = extract_events(article)
    if not is_language_supported(article):
        language = f" {article.language}" if article.language else ""
        print_error(f"{args.file}: unsupported language{language}: only English is supported")
    elif not events:
        print_error(f"{args.file}: no events found")
    return article, events


def _read_article(body: bytes, args: argparse.Namespace) -> Article:
    """Return the article in a document: parsed from HTML, or its plain text as given."""
    if not _is_html(body):
        return _text_article(body, args)
    from worker.parse import parse_article

    return parse_article(Page(url=args.url, body=body))


def _is_html(body: bytes) -> bool:
    """Return whether a document is markup: after a byte order mark or white space it begins with `<`."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _text_article(body: bytes, args: argparse.Namespace) -> Article:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise UsageError(f"{args.file}: not UTF-8 text: byte 0x{body[e.start]:02x} at offset {e.start}") from None
    published_at = None if args.published_at is None else _parse_published_at(args.published_at)
    return Article(id=article_id(args.url), url=args.url, text=text, published_at=published_at)


def _parse_published_at(text: str) -> datetime:
    from worker.cli.batch import parse_instant

    try:
        return parse_instant(text)
    except ValueError:
        raise UsageError(f"--published-at {text!r}: neither a date nor a time of RFC 3339") from None


# ---------------------------------------------------------------- parse
def add_parse(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique parse`."""
    set_command(
        parser,
        parse_command,
        "communique parse page.html --url https://example.org/news/1\ncommunique parse --jsonl < pages.jsonl",
        logs=False,
    )
    _add_document_arguments(parser, '{"id", "url", "html_path", "content_type"?}')


def parse_command(args: argparse.Namespace, _: Settings) -> int:
    """Print the article of one page as JSON, or of a batch."""
    if args.jsonl:
        from worker.cli.batch import parse_lines

        return _print_batch(parse_lines(_read_lines(args.file)))
    from worker.parse import parse_article

    article = parse_article(Page(url=args.url, body=_read_file(args.file)))
    encoded = msgspec.json.encode(article)
    sys.stdout.write((msgspec.json.format(encoded) if sys.stdout.isatty() else encoded).decode() + "\n")
    return 0


# ---------------------------------------------------------------- export
def add_export(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique export`."""
    set_command(
        parser,
        export_command,
        "communique export --plover events.jsonl --kind meeting --after 2024-09-01 --until 2024-09-30\n"
        "communique extract article.txt --published-at 2024-09-17 | communique export --plover\n"
        "communique subscribe --from-start | communique export --plover > records.jsonl",
        logs=False,
    )
    parser.add_argument("file", nargs="?", default="-", help="events, one JSON object per line (- for stdin, default)")
    parser.add_argument("--plover", action="store_true", required=True, help="PLOVER 0.8 records (docs/codes.md)")
    parser.add_argument(
        "--kind", action="append", type=event_kind, metavar="KIND", help=f"only these: {', '.join(KINDS)}"
    )
    parser.add_argument("--after", type=iso_date, metavar="DATE", help="only events of this day and later")
    parser.add_argument("--until", type=iso_date, metavar="DATE", help="only events up to this day")


def export_command(args: argparse.Namespace, _: Settings) -> int:
    """Print the PLOVER records of events, then a summary on stderr; return 1 if a line contained no event."""
    from worker.coding.plover_export.lines import ExportFilter, ExportReport, LineError, export_lines
    from worker.terminal.sanitise import sanitise

    wanted = ExportFilter(kinds=tuple(args.kind or KINDS), after=args.after, until=args.until)
    report = ExportReport()
    for result in export_lines(_read_lines(args.file), wanted, report):
        if isinstance(result, LineError):
            print_error(sanitise(f"line {result.line}: {result.message}"))
        else:
            sys.stdout.buffer.write(result + b"\n")
            sys.stdout.buffer.flush()  # a reader of a live stream waits for this line
    print_error(str(report))
    return int(report.errors > 0)


# ---------------------------------------------------------------- schema
def add_schema(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique schema`."""
    set_command(
        parser,
        schema_command,
        "communique schema > events.json",
        logs=False,
    )


def schema_command(_: argparse.Namespace, __: Settings) -> int:
    """Print the JSON Schema of the events (draft 2020-12)."""
    sys.stdout.write(schema_text())
    return 0


def schema_text() -> str:
    """Return the JSON Schema of the events as `docs/events.schema.json` contains it."""
    return msgspec.json.format(msgspec.json.encode(event_schema()), indent=2).decode() + "\n"


# ---------------------------------------------------------------- input and output
def _add_document_arguments(parser: argparse.ArgumentParser, line_format: str) -> None:
    """Add the arguments of a command that reads one document, or a batch with one in `line_format` per line."""
    parser.add_argument("file", nargs="?", default="-", help="a file, or - for stdin (the default)")
    parser.add_argument("--url", default="", help="URL of the document")
    parser.add_argument("--jsonl", action="store_true", help=f"batch: the file has a line {line_format} per document")


def _read_lines(file: str) -> Iterator[bytes]:
    """Yield the lines of a file or of stdin; raise OSError with the name of the file."""
    if file == "-":
        yield from sys.stdin.buffer
    else:
        with Path(file).open("rb") as opened:
            yield from opened


def _read_file(file: str) -> bytes:
    """Read a whole file or stdin; raise OSError with the name of the file."""
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def _print_batch(results: Iterable[BatchResult]) -> int:
    failed = False
    for result in results:
        sys.stdout.buffer.write(result.line + b"\n")
        failed = failed or result.failed
    sys.stdout.buffer.flush()
    return int(failed)
