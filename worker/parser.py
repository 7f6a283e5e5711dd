"""The command line of every command: its arguments, and the examples under its --help."""

from __future__ import annotations

import argparse
from importlib.metadata import version
from typing import TypeAlias

from worker import arguments
from worker.schema import KINDS

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name

EPILOG = """\
settings come from the environment: COMMUNIQUE_REDIS_URL, COMMUNIQUE_CONTACT_URL, … (docs/configuration.md)

examples:
  communique demo                                     watch events from a small news site of our own
  communique run https://example.org/news/article     one machine, no set-up: read, extract, print
  communique put - < urls.txt                         feed a fleet of workers
  communique subscribe meeting decision --from-start  listen to them
"""


def parser() -> argparse.ArgumentParser:
    """Build the parser of every command."""
    top = argparse.ArgumentParser(
        prog="communique",
        description="News articles in, a live stream of statements, meetings and decisions out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"communique {version('communique')}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        _put,
        _discover,
        _consume,
        _gateway,
        _subscribe,
        _webhook,
        _sink,
        _extract,
        _parse,
        _export,
        _status,
        _top,
        _health,
        _dead,
        _settings,
        _schema,
        _run,
        _demo,
    ):
        add(commands)
    return top


def _command(
    commands: Commands,
    function: str,
    summary: str,
    examples: str,
) -> argparse.ArgumentParser:
    """Add one command, named as its function; `examples` are shown under its --help."""
    made = commands.add_parser(
        function.partition(":")[2],
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog="examples:\n" + "\n".join(f"  {line}" for line in examples.strip().splitlines()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(function=function)
    return made


def _put(commands: Commands) -> None:
    p = _command(
        commands,
        "queue:put",
        "enqueue article URLs; one already seen is skipped",
        "communique put https://example.org/news/1 https://example.org/news/2\ncommunique put - < urls.txt",
    )
    p.add_argument("urls", nargs="+", metavar="URL", help="an article's address; - reads a list from stdin, one a line")


def _discover(commands: Commands) -> None:
    p = _command(
        commands,
        "services:discover",
        "ask the feeds in the sources file for new articles and enqueue them",
        "communique discover\ncommunique discover --once --sources deploy/sources.toml",
    )
    p.add_argument("--once", action="store_true", help="ask every source once, print what came of it, and end")
    _sources(p)


def _consume(commands: Commands) -> None:
    _command(
        commands,
        "services:consume",
        "be a worker: fetch, parse, extract and publish until SIGTERM, which drains",
        "communique consume\nCOMMUNIQUE_CONCURRENCY=64 communique consume",
    )


def _gateway(commands: Commands) -> None:
    p = _command(
        commands,
        "services:gateway",
        "serve live streams (SSE, WebSocket), history, articles and the page over HTTP",
        "communique gateway\ncommunique gateway --host 0.0.0.0 --port 80\n"
        "curl -N 'localhost:8080/v1/stream?kind=meeting&country=FI'\n"
        "curl 'localhost:8080/v1/events?act=accuse&format=csv' > accusations.csv",
    )
    p.add_argument("--host", metavar="ADDRESS", help="listen there (default: COMMUNIQUE_GATEWAY_HOST, or 127.0.0.1)")
    p.add_argument(
        "--port",
        type=arguments.port,
        metavar="N",
        help="on this port, 0 for a free one (COMMUNIQUE_GATEWAY_PORT, 8080)",
    )
    p.add_argument(
        "--open",
        action="store_true",
        help="serve other machines without tokens (COMMUNIQUE_GATEWAY_TOKENS): something else keeps strangers out",
    )


def _subscribe(commands: Commands) -> None:
    p = _command(
        commands,
        "services:subscribe",
        "print events as they are published: JSON lines, or readable lines on a terminal",
        "communique subscribe\ncommunique subscribe meeting decision --from-start | jq .participants[].name\n"
        "communique subscribe --country FI --country EE --min-confidence 0.8\n"
        "communique subscribe statement --group archive --count 100",
    )
    arguments.subscribe(p)


def _webhook(commands: Commands) -> None:
    p = _command(
        commands,
        "forward:webhook",
        "send events to a receiver's address as they are published: signed, retried, each at least once",
        "communique webhook --to https://hooks.example.org/press\n"
        "communique webhook statement --country FI --to https://hooks.example.org/helsinki --from-start\n"
        "COMMUNIQUE_WEBHOOK_SECRET_FILE=secret communique webhook --to https://hooks.example.org/other\n"
        "communique webhook --file webhooks.toml\n"
        "communique webhook --dead hooks.example.org-press\n"
        "communique webhook --to https://hooks.example.org/press --redeliver",
    )
    arguments.webhook(p)


def _sink(commands: Commands) -> None:
    p = _command(
        commands,
        "forward:sink",
        "write events to files as they are published, each exactly once; goes on where it stopped",
        "communique sink /var/lib/events\n"
        "communique sink meetings --kind meeting --format parquet --rotate-s 3600\n"
        "communique sink accusations --act accuse --min-confidence 0.8 --once",
    )
    arguments.sink(p)


def _extract(commands: Commands) -> None:
    p = _command(
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


def _parse(commands: Commands) -> None:
    p = _command(
        commands,
        "documents:parse",
        "print the article in an HTML page as JSON, without Redis or network",
        "communique parse page.html --url https://example.org/news/1\ncommunique parse --jsonl < pages.jsonl",
    )
    _document(p, '{"id", "url", "html_path", "content_type"?}')


def _export(commands: Commands) -> None:
    p = _command(
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


def _document(p: argparse.ArgumentParser, line: str) -> None:
    """Add the arguments of a command that reads one document, or a batch of them."""
    p.add_argument("file", nargs="?", default="-", help="a file, or - for stdin (the default)")
    p.add_argument("--url", default="", help="where the document comes from")
    p.add_argument("--jsonl", action="store_true", help=f"batch: the file has a line {line} a document")


def _status(commands: Commands) -> None:
    p = _command(
        commands,
        "queue:status",
        "print backlog, pending, delayed and dead tasks, and events per kind",
        "communique status\ncommunique status --json",
    )
    p.add_argument("--json", action="store_true", help="one JSON object")


def _top(commands: Commands) -> None:
    p = _command(
        commands,
        "top:top",
        "watch the fleet: services, rates, queue, hosts that wait, subscribers, what was given up last",
        "communique top\ncommunique top --every 0.5\ncommunique top --once | less -S\n"
        "COMMUNIQUE_REDIS_URL=redis://fleet.example:6379/0 communique top",
    )
    p.add_argument("--once", action="store_true", help="print it once, as plain text on a pipe, and end")
    p.add_argument("--every", type=arguments.interval, default=2.0, metavar="S", help="redraw every S seconds (2)")


def _health(commands: Commands) -> None:
    p = _command(
        commands,
        "health:health",
        "ask a service of this machine whether it is well, for a container's health check",
        "communique health\nCOMMUNIQUE_METRICS_PORT=9464 communique health --alive",
    )
    p.add_argument("--alive", action="store_true", help="only whether its loops turn, not whether it can do its work")


def _dead(commands: Commands) -> None:
    p = _command(
        commands,
        "queue:dead",
        "list what was given up, or put it back",
        "communique dead\ncommunique dead --requeue http_503",
    )
    p.add_argument("--requeue", metavar="REASON", help="put every dead task with this reason back into the queue")
    p.add_argument("--limit", type=arguments.positive, default=100, metavar="N", help="list the newest N (100)")
    p.add_argument("--json", action="store_true", help="JSON lines")


def _settings(commands: Commands) -> None:
    p = _command(
        commands,
        "settings:settings",
        "print every setting in force, its default, and whether the environment has set it",
        "communique settings\ncommunique settings --explain webhook lease\n"
        "communique settings --json | jq -r 'select(.set).variable'",
    )
    p.add_argument("words", nargs="*", metavar="WORD", help="only those whose name or group contains one of these")
    form = p.add_mutually_exclusive_group()
    form.add_argument("--explain", action="store_true", help="with what each means and what it takes")
    form.add_argument("--json", action="store_true", help="JSON lines; a value or default that is unset is null")


def _schema(commands: Commands) -> None:
    _command(commands, "documents:schema", "print the JSON Schema of the events", "communique schema > events.json")


def _run(commands: Commands) -> None:
    p = _command(
        commands,
        "local:run",
        "do everything in one process: URLs or sources in, events printed",
        "communique run https://example.org/news/1\ncommunique run --sources my-feeds.toml\n"
        "COMMUNIQUE_DATA_DIR=/var/lib/communique communique run - < urls.txt",
    )
    p.add_argument(
        "urls", nargs="*", metavar="URL", help="articles to read (- for a list on stdin); without any: the sources"
    )
    _sources(p)
    p.add_argument("--once", action="store_true", help="with sources: ask each once and end when all is read")
    p.add_argument("--json", action="store_true", help="JSON lines on stdout, nothing else there")


def _demo(commands: Commands) -> None:
    p = _command(
        commands,
        "local:demo",
        "watch the whole pipeline work on a small invented news site, served on loopback",
        "communique demo\ncommunique demo --json | jq -r .kind | sort | uniq -c",
    )
    p.add_argument("--json", action="store_true", help="JSON lines on stdout, nothing else there")


def _sources(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--sources", metavar="FILE", help="feeds to ask (default: COMMUNIQUE_SOURCES or deploy/sources.toml)"
    )
