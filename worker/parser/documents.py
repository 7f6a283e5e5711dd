"""What needs neither Redis nor network: documents in, events out; and how those look."""

from __future__ import annotations

import argparse

from worker import arguments
from worker.parser.command import Commands, command
from worker.schema import KINDS


def extract(commands: Commands) -> None:
    """Add `communique extract`."""
    p = command(
        commands,
        "documents:extract",
        "print the events of a text or an HTML page, without Redis or network",
        "communique extract article.txt --published-at 2024-09-17\ncurl -s URL | communique extract -\n"
        "communique extract --explain article.txt | less\n"
        "communique extract --jsonl < documents.jsonl > events.jsonl",
    )
    _document(p, '{"id", "text", "url"?, "title"?, "published_at"?, "language"?}')
    p.add_argument("--published-at", metavar="DATE", help="resolves 'on Friday' in a plain text")
    form = p.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON lines on a terminal too")
    form.add_argument(
        "--explain",
        action="store_true",
        help="for a person: each event's evidence with source, cue and content marked, whom the words mean, and the "
        "construction that found it",
    )


def parse(commands: Commands) -> None:
    """Add `communique parse`."""
    p = command(
        commands,
        "documents:parse",
        "print the article in an HTML page as JSON, without Redis or network",
        "communique parse page.html --url https://example.org/news/1\ncommunique parse --jsonl < pages.jsonl",
    )
    _document(p, '{"id", "url", "html_path", "content_type"?}')


def export(commands: Commands) -> None:
    """Add `communique export`."""
    p = command(
        commands,
        "documents:export",
        "turn events into records of another data set, PLOVER's; what has no code there is counted on stderr",
        "communique export --plover events.jsonl --kind meeting --after 2024-09-01 --until 2024-09-30\n"
        "communique extract article.txt --published-at 2024-09-17 | communique export --plover\n"
        "communique subscribe --from-start | communique export --plover > records.jsonl",
    )
    p.add_argument("file", nargs="?", default="-", help="events, one JSON object a line (- for stdin, the default)")
    p.add_argument("--plover", action="store_true", required=True, help="PLOVER 0.8 records (docs/codes.md)")
    p.add_argument(
        "--kind", action="append", type=arguments.kind, metavar="KIND", help=f"only these: {', '.join(KINDS)}"
    )
    p.add_argument("--after", type=arguments.day, metavar="DATE", help="only events of this day and later")
    p.add_argument("--until", type=arguments.day, metavar="DATE", help="only events up to this day")


def schema(commands: Commands) -> None:
    """Add `communique schema`."""
    command(commands, "documents:schema", "print the JSON Schema of the events", "communique schema > events.json")


def _document(p: argparse.ArgumentParser, line: str) -> None:
    """Add the arguments of a command that reads one document, or a batch of them."""
    p.add_argument("file", nargs="?", default="-", help="a file, or - for stdin (the default)")
    p.add_argument("--url", default="", help="where the document comes from")
    p.add_argument("--jsonl", action="store_true", help=f"batch: the file has a line {line} a document")
