"""The command line of every command: its arguments, and the examples under its --help.

Each names the function in `worker.commands` that does the work and imports nothing of it, so that `--help`
answers at once.
"""

from __future__ import annotations

import argparse
from importlib.metadata import version

from worker.parser import documents, forward, local, operating, queue, services

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
        queue.put,
        services.discover,
        services.consume,
        services.gateway,
        services.subscribe,
        forward.webhook,
        forward.sink,
        documents.extract,
        documents.parse,
        documents.export,
        queue.status,
        operating.top,
        operating.health,
        queue.dead,
        operating.settings,
        documents.schema,
        local.run,
        local.demo,
    ):
        add(commands)
    return top
