"""The top-level parser, to which each group adds its commands."""

from __future__ import annotations

import argparse
from importlib.metadata import version

from worker.cli import deliver, documents, health, hosts, queue, run, services, settings, subscribe, top

EPILOG = """\
settings come from the environment: COMMUNIQUE_REDIS_URL, COMMUNIQUE_CONTACT_URL, … (docs/configuration.md)

examples:
  communique demo                                     watch events from a small built-in news site
  communique run https://example.org/news/article     one machine, no set-up: fetch, extract, print
  communique put - < urls.txt                         enqueue URLs for a fleet of workers
  communique subscribe meeting decision --from-start  print their events
"""


def build_parser() -> argparse.ArgumentParser:
    """Build the parser with all commands; a parsed namespace has the command's function as `command`."""
    parser = argparse.ArgumentParser(
        prog="communique",
        description="News articles in, a live stream of statements, meetings and decisions out.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"communique {version('communique')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (
        queue.add_put,
        services.add_discover,
        services.add_consume,
        services.add_gateway,
        subscribe.add_subscribe,
        deliver.add_webhook,
        deliver.add_sink,
        documents.add_extract,
        documents.add_parse,
        documents.add_export,
        queue.add_status,
        hosts.add_hosts,
        top.add_top,
        health.add_health,
        queue.add_dead,
        settings.add_settings,
        documents.add_schema,
        run.add_run,
        run.add_demo,
    ):
        add(subparsers)
    return parser
