"""What arguments are read as, and those of the commands that listen: subscribe, webhook, sink."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, cast

from worker.filters import CONFIDENCE, PARAMETERS
from worker.filters.keywords import Filters
from worker.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


# ---------------------------------------------------------------- values
def kind(text: str) -> str:
    """Read a kind of event."""
    if text not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(KINDS)}")
    return text


def positive(text: str) -> int:
    """Read a whole number from 1 on."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def seconds(text: str) -> float:
    """Read a duration."""
    number = float(text)
    if not 0 < number < 1e9:  # noqa: PLR2004 - as the settings have it
        raise argparse.ArgumentTypeError(f"must be more than 0 and less than 1e9, not {text}")
    return number


def day(text: str) -> date:
    """Read a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2024-09-17") from None


def port(text: str) -> int:
    """Read a port; 0 is any that is free."""
    number = int(text)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - 16 bits
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535, not {text}")
    return number


def interval(text: str) -> float:
    """Read how often something is shown anew, in seconds."""
    seconds = float(text)
    if not 0.1 <= seconds <= 3600:  # noqa: PLR2004 - quicker is no longer read, slower is no longer live
        raise argparse.ArgumentTypeError(f"must be from 0.1 to 3600, not {text}")
    return seconds


# ---------------------------------------------------------------- filters
def _add_kinds(p: argparse.ArgumentParser) -> None:
    p.add_argument("kinds", nargs="*", metavar="KIND", type=kind, help=f"{', '.join(KINDS)} (default: all)")


def _add_filters(p: argparse.ArgumentParser) -> None:
    group = p.add_argument_group(
        "filters", "Events pass that meet all of them; of one that is given several times, any value will do."
    )
    for parameter in PARAMETERS:
        if parameter.name != "kind":
            told = parameter.description.replace("`", "'").replace("%", "%%")
            values = f": {', '.join(parameter.values)}" if parameter.values else ""
            group.add_argument(
                f"--{parameter.name}", action="append", metavar=parameter.name.upper(), help=told.rstrip(".") + values
            )
    group.add_argument(
        f"--{CONFIDENCE.replace('_', '-')}", type=float, metavar="P", help="events at least this probable, from 0 to 1"
    )


def filters(args: argparse.Namespace) -> Filters:
    """Return the filters that a command line gives."""
    given: Mapping[str, Any] = vars(args)
    return cast("Filters", {name: given[name] for name in Filters.__annotations__ if given.get(name) is not None})


# ---------------------------------------------------------------- commands
def subscribe(p: argparse.ArgumentParser) -> None:
    """Add the arguments of `subscribe`."""
    _add_kinds(p)
    _add_filters(p)
    start = p.add_mutually_exclusive_group()
    start.add_argument("--from-start", action="store_true", help="begin with the oldest event kept, not with the next")
    start.add_argument("--group", metavar="NAME", help="share the events with every subscriber of this name; resumes")
    p.add_argument(
        "--consumer",
        metavar="NAME",
        help="this subscriber's name within its group (default: the host's): two on one host need two, or both get "
        "what is not acknowledged yet",
    )
    p.add_argument("--count", type=positive, metavar="N", help="end after N events")
    p.add_argument("--json", action="store_true", help="JSON lines on a terminal too")


def webhook(p: argparse.ArgumentParser) -> None:
    """Add the arguments of `webhook`."""
    _add_kinds(p)
    _add_filters(p)
    whom = p.add_mutually_exclusive_group()
    whom.add_argument("--to", metavar="URL", help="the receiver (default: COMMUNIQUE_WEBHOOK_URL)")
    whom.add_argument("--file", metavar="FILE", help="many receivers: a TOML file with a [[webhook]] for each")
    whom.add_argument("--dead", metavar="NAME", help="print what the receiver of this name did not take, and end")
    p.add_argument("--name", metavar="NAME", help="keep the place under this name (default: made of the URL)")
    p.add_argument("--from-start", action="store_true", help="the first time, begin with the oldest event kept")
    p.add_argument("--again", action="store_true", help="go on though the receiver has answered 410 Gone")
    p.add_argument("--redeliver", action="store_true", help="send once more what was not taken, and end")
    p.add_argument("--limit", type=positive, default=100, metavar="N", help="with --dead: the newest N (100)")


def sink(p: argparse.ArgumentParser) -> None:
    """Add the arguments of `sink`."""
    p.add_argument("folder", metavar="DIR", help="where the files go; made where it is not there")
    p.add_argument("--kind", action="append", type=kind, metavar="KIND", help=f"only {', '.join(KINDS)}")
    _add_filters(p)
    p.add_argument("--format", choices=("jsonl", "parquet"), default="jsonl", help="JSON Lines (default) or Parquet")
    p.add_argument("--from-now", action="store_true", help="the first time, begin with the next event, not the oldest")
    p.add_argument(
        "--rotate-s", type=seconds, default=300.0, metavar="S", help="finish a file at least this often (300)"
    )
    p.add_argument(
        "--rotate-bytes", type=positive, default=128 << 20, metavar="N", help="and when it has this size (128 MiB)"
    )
    p.add_argument("--once", action="store_true", help="write what there is, and end")
    p.add_argument("--name", metavar="NAME", help="its name among those who read the streams (default: the folder's)")
