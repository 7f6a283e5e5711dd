"""The commands that convert events or describe them: export, schema.  They need neither Redis nor network."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from worker.cli.argument_types import event_kind, iso_date
from worker.cli.command import print_error, set_command
from worker.schema import KINDS, event_schema
from worker.settings import Settings


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
            name = "stdin" if args.file == "-" else args.file
            print_error(sanitise(f"{name}:{result.line}: {result.message}"))
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


def _read_lines(file: str) -> Iterator[bytes]:
    """Yield the lines of a file or of stdin; raise OSError with the name of the file."""
    if file == "-":
        yield from sys.stdin.buffer
    else:
        with Path(file).open("rb") as opened:
            yield from opened
