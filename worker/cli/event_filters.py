"""The arguments that select events: kinds and filters, for subscribe, webhook and sink."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, cast

from worker.cli.argument_types import event_kind, probability
from worker.filters import CONFIDENCE, PARAMETERS
from worker.filters.keywords import Filters
from worker.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def add_kinds(parser: argparse.ArgumentParser) -> None:
    """Add kinds as positional arguments."""
    parser.add_argument("kinds", nargs="*", metavar="KIND", type=event_kind, help=f"{', '.join(KINDS)} (default: all)")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add an option per filter, except `kind`."""
    group = parser.add_argument_group(
        "filters", "An event must match every filter; a filter given several times matches any of its values."
    )
    for parameter in PARAMETERS:
        if parameter.name != "kind":
            description = parameter.description.replace("`", "'").replace("%", "%%").rstrip(".")
            values = f": {', '.join(parameter.values)}" if parameter.values else ""
            group.add_argument(
                f"--{parameter.name}", action="append", metavar=parameter.name.upper(), help=description + values
            )
    group.add_argument(
        f"--{CONFIDENCE.replace('_', '-')}", type=probability, metavar="P", help="minimum confidence, from 0 to 1"
    )


def parsed_filters(args: argparse.Namespace) -> Filters:
    """Return the filters that are set in a parsed namespace, as keyword arguments of `subscribe`."""
    given: Mapping[str, Any] = vars(args)
    return cast("Filters", {name: given[name] for name in Filters.__annotations__ if given.get(name) is not None})
