"""Run the test: `make compose-test`, or `python -m tests.compose --help`."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.compose import runs
from tests.compose.direct_reading import direct_reading
from tests.compose.engine import why_unusable
from tests.compose.fleet import Fleet
from tests.compose.images import SUBSTITUTES
from tests.compose.installation import Installation
from tests.compose.receivers import Posts
from tests.compose.report import Report
from tests.compose.site import HOST_NAMES, RECEIVER, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

GATEWAY_OF_THE_BRIDGE: Final = "{{(index .IPAM.Config 0).Gateway}}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.compose",
        description="Run docker-compose.yml and the programs in deploy/ on a real container engine, in a project of "
        "its own: build, start, scale, kill, restart, upgrade, back up and restore while articles of an invented site "
        "are processed, start the profiles, and count every event by its id against a direct reading of the pages. The "
        "exit status is 1 if anything fails, and 0 if there is no engine. Everything is removed at the end.",
        epilog="examples:\n  python -m tests.compose\n  python -m tests.compose --only memory --articles 2000",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=sorted(runs.RUNS), help="only one part (default: fleet, then memory)")
    parser.add_argument("--articles", type=int, help="articles of a part (default: fleet 3,000, memory 20,000)")
    parser.add_argument("--log", type=Path, help="file for the output of all commands (default: removed at the end)")
    return parser


@contextmanager
def prepared(folder: Path, image: str) -> Iterator[tuple[Fleet, Posts]]:
    """Make an installation whose containers reach the site on this machine, and remove it at the end."""
    posts = Posts()
    installation = Installation(folder, image, [*HOST_NAMES, RECEIVER])
    address = installation.engine.docker("network", "inspect", "bridge", "--format", GATEWAY_OF_THE_BRIDGE).strip()
    with ExitStack() as stack:
        site = stack.enter_context(serving(address, posts))
        reading = stack.enter_context(direct_reading())
        stack.callback(_remove, installation, image)
        installation.configure(IMAGE=f"{image}:1")
        yield Fleet(installation, site, reading), posts


def _remove(installation: Installation, image: str) -> None:
    """Remove everything; Ctrl-C does not interrupt it."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    print("removing containers, volumes, networks and images …", file=sys.stderr, flush=True)  # noqa: T201
    try:
        installation.remove([f"{image}:1", f"{image}:2", *(f"{image}-{it}" for it in SUBSTITUTES)])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(name: str, articles: int | None, log: Path | None) -> Report:
    """Run one part and remove everything; its failure is shown and fails the report."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="compose-test-") as folder:
        try:
            with prepared(Path(folder), f"communique-test-{secrets.token_hex(4)}") as (fleet, posts):
                runs.RUNS[name](fleet, report, posts, articles)
        except Exception as error:  # noqa: BLE001 - any failure is shown
            print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            report.broken = True
        finally:
            if log:
                with log.open("ab") as file:
                    file.write((Path(folder) / "commands.log").read_bytes())
    return report


def main() -> int:
    """Run the parts given by arguments; return the exit status."""
    args = _parser().parse_args()
    if why := why_unusable():
        print(f"compose-test is skipped: {why}")  # noqa: T201
        return 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    holds = True
    for name in [args.only] if args.only else list(runs.RUNS):
        try:
            report = _run(name, args.articles, args.log)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)  # noqa: T201
            return 130
        print(report.table(), flush=True)  # noqa: T201
        holds = holds and report.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
