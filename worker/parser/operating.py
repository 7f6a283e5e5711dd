"""What looks at a running system: the fleet, one service, the settings in force."""

from __future__ import annotations

from worker import arguments
from worker.parser.command import Commands, command


def top(commands: Commands) -> None:
    """Add `communique top`."""
    p = command(
        commands,
        "top:top",
        "watch the fleet: services, rates, queue, hosts that wait, subscribers, what was given up last",
        "communique top\ncommunique top --every 0.5\ncommunique top --once | less -S\n"
        "COMMUNIQUE_REDIS_URL=redis://fleet.example:6379/0 communique top",
    )
    p.add_argument("--once", action="store_true", help="print it once, as plain text on a pipe, and end")
    p.add_argument("--every", type=arguments.interval, default=2.0, metavar="S", help="redraw every S seconds (2)")


def health(commands: Commands) -> None:
    """Add `communique health`."""
    p = command(
        commands,
        "health:health",
        "ask a service of this machine whether it is well, for a container's health check",
        "communique health\nCOMMUNIQUE_METRICS_PORT=9464 communique health --alive",
    )
    p.add_argument("--alive", action="store_true", help="only whether its loops turn, not whether it can do its work")


def settings(commands: Commands) -> None:
    """Add `communique settings`."""
    p = command(
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
