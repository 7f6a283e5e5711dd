"""What hands events on: to a receiver, to files."""

from __future__ import annotations

from worker import arguments
from worker.parser.command import Commands, command


def webhook(commands: Commands) -> None:
    """Add `communique webhook`."""
    p = command(
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


def sink(commands: Commands) -> None:
    """Add `communique sink`."""
    p = command(
        commands,
        "forward:sink",
        "write events to files as they are published, each exactly once; goes on where it stopped",
        "communique sink /var/lib/events\n"
        "communique sink meetings --kind meeting --format parquet --rotate-s 3600\n"
        "communique sink accusations --act accuse --min-confidence 0.8 --once",
    )
    arguments.sink(p)
