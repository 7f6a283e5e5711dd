"""The commands that read documents, without Redis or network: extract, parse.

They read no clock for their results: the same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from worker.cli.command import open_stdin, print_error, set_command
from worker.errors import UsageError
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO

    from worker.cli.batch import BatchResult
    from worker.cli.document_output import LineFormat
    from worker.documents.input_document import InputDocument
    from worker.documents.inputs import InputList
    from worker.documents.process import DocumentResult, ProcessDocument, ReadOptions

_STDIN: Final = "-"


# ---------------------------------------------------------------- extract
def add_extract(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique extract`."""
    set_command(
        parser,
        extract_command,
        "communique extract article.txt --published-at 2024-09-17\ncurl -s URL | communique extract -\n"
        "communique extract --format csv saved-pages/ more.zip > events.csv\n"
        "communique extract --explain article.txt | less\n"
        "communique parse saved-pages/ | communique extract --format table\n"
        "communique extract --jsonl < documents.jsonl > events.jsonl",
        logs=False,
    )
    _add_paths(parser, "pages, texts, articles as `parse` prints them")
    parser.add_argument("--published-at", metavar="DATE", help="resolves 'on Friday' in a plain text: 2024-09-17")
    form = _add_form(parser, '{"id", "text", "url"?, "title"?, "published_at"?, "language"?}', "event")
    form.add_argument("--json", action="store_true", help="JSON lines on a terminal too: --format jsonl")
    form.add_argument(
        "--explain",
        action="store_true",
        help="for reading: the evidence of each event with source, cue and content marked, the referents of its "
        "mentions, and the construction that was matched",
    )


def extract_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print the events of documents; return 1 if one of them could not be read."""
    from worker.cli.document_output import event_format
    from worker.documents.process import extract_document

    if args.jsonl and args.format is None:
        from worker.cli.batch import extract_lines

        return _print_batch(args.paths, extract_lines)
    if args.explain:
        return _explain(args)
    form = "jsonl" if args.json else args.format
    return _process(
        args,
        settings,
        extract_document,
        lambda is_single: event_format(form, is_single=is_single),
        "event",
    )


def _explain(args: argparse.Namespace) -> int:
    """Print the events of one document with their evidence: coloured on a terminal, with brackets elsewhere."""
    from rich.console import Console

    from worker.documents.process import extract_document
    from worker.extract import explain_scores
    from worker.terminal.explain import explain_events

    found, documents = _find(args, texts=True)
    first_two = list(islice(documents, 2))
    if not _is_single(found, first_two):
        raise UsageError("--explain is for one document")
    result = extract_document(first_two[0], _options(args))
    _report_single(result)
    if result.article is None:
        return 1
    reasons = explain_scores(result.article)
    console = Console(soft_wrap=True, highlight=False)
    colours = console.is_terminal and not console.no_color
    for block in explain_events(result.events, result.article.text, reasons, colours=colours):
        console.print(block)
    return 0


# ---------------------------------------------------------------- parse
def add_parse(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique parse`."""
    set_command(
        parser,
        parse_command,
        "communique parse page.html --url https://example.org/news/1\n"
        "communique parse saved-pages/ more.zip > articles.jsonl\n"
        "communique parse --format table saved-pages/\ncommunique parse --jsonl < pages.jsonl",
        logs=False,
    )
    _add_paths(parser, "pages")
    _add_form(parser, '{"id", "url", "html_path", "content_type"?}', "article")


def parse_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print the articles in pages; return 1 if one of them has none."""
    from worker.cli.document_output import article_format
    from worker.documents.process import parse_document

    if args.jsonl and args.format is None:
        from worker.cli.batch import parse_lines

        return _print_batch(args.paths, parse_lines)
    return _process(
        args,
        settings,
        parse_document,
        lambda is_single: article_format(args.format, is_single=is_single),
        "article",
    )


# ---------------------------------------------------------------- arguments
def _add_paths(parser: argparse.ArgumentParser, contents: str) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help=f"files, folders and .zip archives of {contents}; each may be compressed (.gz); - for stdin (the default)",
    )
    parser.add_argument("--url", default="", help="URL of the document, if there is only one")
    parser.add_argument(
        "--verbose", action="store_true", help="name every document that gives nothing, not only the first ones"
    )


def _add_form(parser: argparse.ArgumentParser, line_format: str, unit: str) -> argparse._MutuallyExclusiveGroup:
    parser.add_argument("--jsonl", action="store_true", help=f"batch: the file has a line {line_format} per document")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=("jsonl", "csv", "table"),
        help=f"one {unit} a line: JSON, CSV for spreadsheets, or a table for reading (default: JSON lines on a pipe)",
    )
    return form


def _options(args: argparse.Namespace) -> ReadOptions:
    from worker.documents.article_input import DATE_EXAMPLES, parse_published
    from worker.documents.process import ReadOptions

    text = getattr(args, "published_at", None)
    if text is None:
        return ReadOptions(url=args.url)
    try:
        published_at, offset_s = parse_published(text)
    except ValueError:
        raise UsageError(f"--published-at {text!r}: neither a date nor a time of RFC 3339, {DATE_EXAMPLES}") from None
    return ReadOptions(url=args.url, published_at=published_at, published_offset_s=offset_s)


# ---------------------------------------------------------------- documents
def _process(
    args: argparse.Namespace,
    settings: Settings,
    process: ProcessDocument,
    make_format: Callable[[bool], LineFormat],
    unit: str,
) -> int:
    """Print the results of one document, or of many, which are processed in all cores."""
    options = _options(args)
    found, documents = _find(args, texts=unit == "event")
    first_two = list(islice(documents, 2))
    if _is_single(found, first_two):
        return _print_single(process(first_two[0], options), make_format(True))
    if args.url:
        raise UsageError("--url is the address of one document, and there are several")
    from msgspec.structs import replace

    from worker.cli.document_summary import DocumentSummary
    from worker.cli.many_documents import process_many
    from worker.documents.process_all import DocumentBatch

    batch = DocumentBatch(chain(first_two, documents), process, replace(options, detects_language=True))
    summary = DocumentSummary(unit, all_names=args.verbose)
    return process_many(batch, found, make_format(False), settings.pool, summary)


def _find(args: argparse.Namespace, *, texts: bool) -> tuple[InputList, Iterator[InputDocument]]:
    from worker.documents.inputs import find_inputs, iterate_documents

    paths = args.paths or [_STDIN]
    found = find_inputs(paths, texts=texts)
    return found, iterate_documents(found, _stdin() if _STDIN in paths else sys.stdin.buffer)


def _stdin() -> IO[bytes]:
    return open_stdin("reading from the terminal; Ctrl-D ends the input (name files to read those)")


def _is_single(found: InputList, first_two: list[InputDocument]) -> bool:
    return found.is_one_file and len(first_two) == 1


def _print_single(result: DocumentResult, form: LineFormat) -> int:
    _report_single(result)
    sys.stdout.write(form.header)
    sys.stdout.writelines(form.lines(result))
    return int(result.has_failed)


def _report_single(result: DocumentResult) -> None:
    """Print on stderr why a document gives nothing."""
    from worker.cli.advice import describe_result

    if message := describe_result(result):
        from worker.terminal.sanitise import sanitise

        print_error(sanitise(f"{result.name}: {message}"))


# ---------------------------------------------------------------- batches
def _print_batch(paths: list[str], process: Callable[[Iterable[bytes]], Iterator[BatchResult]]) -> int:
    """Print the result of each line of the files or of stdin; return 1 if a line is invalid."""
    status = 0
    for path in paths or [_STDIN]:
        with contextlib.nullcontext(_stdin()) if path == _STDIN else Path(path).open("rb") as lines:
            status |= _print_results(path, process(lines))
    return status


def _print_results(path: str, results: Iterator[BatchResult]) -> int:
    total = failed = 0
    for result in results:
        sys.stdout.buffer.write(result.line + b"\n")
        total += 1
        failed += result.failed
    sys.stdout.buffer.flush()
    if failed:
        print_error(f"{path}: {failed:,} of {total:,} lines failed: their results have `error` and `line`")
    return int(failed > 0)
