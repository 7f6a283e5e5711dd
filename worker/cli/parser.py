"""The top-level parser and the list of commands.

The module of a command is imported when the arguments of that command are parsed, so that `--help` and small commands
start quickly.
"""

from __future__ import annotations

import argparse
import importlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

EPILOG = """\
exit status: 0 done, 1 something failed (stderr says what), 2 wrong usage, 130 interrupted
settings come from the environment: COMMUNIQUE_REDIS_URL, COMMUNIQUE_CONTACT_URL, … (docs/configuration.md)

examples:
  communique demo                                     watch events from a small built-in news site
  communique run https://example.org/news/article     one machine, no set-up: fetch, extract, print
  communique put - < urls.txt                         enqueue URLs for a fleet of workers
  communique subscribe meeting decision --from-start  print their events
"""


class CommandEntry(NamedTuple):
    """A command as `communique --help` lists it."""

    name: str
    module: str
    """Module of `worker.cli` whose function `add_<name>` adds the arguments of the command to a parser."""
    summary: str


COMMANDS = (
    CommandEntry("put", "queue", "enqueue article URLs; URLs seen before are skipped"),
    CommandEntry("sources", "sources", "check what the sources of a file give now, or add a site's feed to the file"),
    CommandEntry("discover", "services", "poll the feeds in the sources file and enqueue new articles"),
    CommandEntry("consume", "services", "run a worker: fetch, parse, extract and publish until SIGTERM, which drains"),
    CommandEntry(
        "gateway",
        "services",
        "serve live streams (SSE, WebSocket), history, articles and the page over HTTP",
    ),
    CommandEntry(
        "subscribe",
        "subscribe",
        "print events as they are published: JSON lines, or readable lines on a terminal",
    ),
    CommandEntry(
        "webhook",
        "deliver",
        "send events to a receiver as they are published: signed, retried, each at least once",
    ),
    CommandEntry(
        "sink",
        "deliver",
        "write events to files as they are published, each exactly once; resumes where it stopped",
    ),
    CommandEntry(
        "archive",
        "archive",
        "write articles and events to a database as they are published, each exactly once: SQLite or PostgreSQL",
    ),
    CommandEntry("extract", "documents", "print the events of a text or an HTML page, without Redis or network"),
    CommandEntry("parse", "documents", "print the article in an HTML page as JSON, without Redis or network"),
    CommandEntry(
        "export",
        "export",
        "convert events to records of another data set, PLOVER's; events without a code there are counted on stderr",
    ),
    CommandEntry("status", "queue", "print the tasks in each state, the hosts that wait or fail, and events per kind"),
    CommandEntry("hosts", "hosts", "list the hosts that fail or wait, or reset one"),
    CommandEntry("why", "why", "explain what happened to one URL: queue, host, robots.txt, failures, events"),
    CommandEntry(
        "top",
        "top",
        "watch the fleet: services, rates, queue, waiting hosts, subscribers, newest dead letters",
    ),
    CommandEntry(
        "health",
        "health",
        "check whether a service on this machine is ready, for a container's health check",
    ),
    CommandEntry("dead", "queue", "list the dead letters, or enqueue them again"),
    CommandEntry(
        "forget",
        "forget",
        "remove an article, or all of a host, from streams and queue; publish retractions of its events",
    ),
    CommandEntry(
        "settings",
        "settings",
        "print every setting in force, its default, and whether the environment sets it",
    ),
    CommandEntry("schema", "export", "print the JSON Schema of the events"),
    CommandEntry("run", "run", "do everything in one process: URLs or feeds in, events printed"),
    CommandEntry("demo", "run", "watch the whole pipeline process a small invented news site, served on loopback"),
)
"""All commands, in the order of `communique --help`."""


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all commands; a parsed namespace has the command's function as `command`.

    Its `logs` is whether the command writes log lines.
    """
    parser = _HelpfulParser(
        prog="communique",
        description="News articles in, a live stream of statements, meetings and decisions out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="show program's version number and exit")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser)
    for entry in COMMANDS:
        subparsers.add_parser(
            entry.name,
            help=entry.summary,
            description=entry.summary[0].upper() + entry.summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        ).entry = entry
    return parser


class _HelpfulParser(argparse.ArgumentParser):
    """A parser whose messages name the nearest valid word."""

    def error(self, message: str) -> NoReturn:
        """Print usage and message, and exit with status 2."""
        if found := _INVALID_CHOICE.search(message):
            message += did_you_mean(found[1], _QUOTED.findall(found[2]))
        super().error(message)


_INVALID_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from (.*)\)$")
_QUOTED = re.compile(r"[^\s,']+")


class _CommandParser(_HelpfulParser):
    """The parser of one command, which gets its arguments when it is first used."""

    entry: CommandEntry | None = None
    """The command; None once its arguments are added."""

    def parse_known_args(  # type: ignore[override]  # one signature for its three overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """Add the arguments of the command, then parse; argparse calls this for the command of the line only."""
        if self.entry:
            name, module, _ = self.entry
            self.entry = None
            getattr(importlib.import_module(f"worker.cli.{module}"), f"add_{name}")(self)
        parsed, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = [option for action in self._actions for option in action.option_strings]
            given = next((word.partition("=")[0] for word in unknown if word.startswith("-")), "")
            self.error(f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(given, options)}")
        return parsed, unknown


class _PrintVersion(argparse.Action):
    """Prints the version of the installed package, which takes longer to find than to print the help."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"communique {version('communique')}")
        parser.exit()
