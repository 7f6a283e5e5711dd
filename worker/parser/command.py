"""How one command's parser is made, and the arguments that several share."""

from __future__ import annotations

import argparse
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no other name


def command(
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


def sources(p: argparse.ArgumentParser) -> None:
    """Add where the feeds to ask stand."""
    p.add_argument(
        "--sources", metavar="FILE", help="feeds to ask (default: COMMUNIQUE_SOURCES or deploy/sources.toml)"
    )
