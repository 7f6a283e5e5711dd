"""The URL queue: what goes in, what is there, what was given up."""

from __future__ import annotations

from worker import arguments
from worker.parser.command import Commands, command


def put(commands: Commands) -> None:
    """Add `communique put`."""
    p = command(
        commands,
        "queue:put",
        "enqueue article URLs; one already seen is skipped",
        "communique put https://example.org/news/1 https://example.org/news/2\ncommunique put - < urls.txt",
    )
    p.add_argument("urls", nargs="+", metavar="URL", help="an article's address; - reads a list from stdin, one a line")


def status(commands: Commands) -> None:
    """Add `communique status`."""
    p = command(
        commands,
        "queue:status",
        "print backlog, pending, delayed and dead tasks, and events per kind",
        "communique status\ncommunique status --json",
    )
    p.add_argument("--json", action="store_true", help="one JSON object")


def dead(commands: Commands) -> None:
    """Add `communique dead`."""
    p = command(
        commands,
        "queue:dead",
        "list what was given up, or put it back",
        "communique dead\ncommunique dead --requeue http_503",
    )
    p.add_argument("--requeue", metavar="REASON", help="put every dead task with this reason back into the queue")
    p.add_argument("--limit", type=arguments.positive, default=100, metavar="N", help="list the newest N (100)")
    p.add_argument("--json", action="store_true", help="JSON lines")
