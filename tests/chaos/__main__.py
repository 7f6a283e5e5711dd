"""`make chaos`: every scenario of docs/guarantees.md, at most ten minutes, and one table; see `--help`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.chaos import durability
from tests.chaos.failover import failover, promotion
from tests.chaos.mixed import mixed_faults
from tests.chaos.mutants import mutants
from tests.chaos.row import Row, table
from tests.chaos.tutorial import tutorial_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    Scenario = Callable[[Path, int, float], Awaitable[Row]]

LIMIT_S: Final = 570.0
"""Time for all scenarios; then those that have not ended fail."""
HARD_LIMIT_S: Final = 600.0
"""Time after which the process is ended, whatever it does.  Its servers and workers end with it."""
CLEAN_UP_S: Final = 15.0
PROGRESS_S: Final = 15.0
SCENARIOS: Final[Mapping[str, tuple[float, Scenario]]] = {
    "faults": (150.0, mixed_faults),
    "secure": (150.0, partial(mixed_faults, secure=True)),
    "failover": (60.0, failover),
    "failover-wait": (60.0, partial(failover, wait_replicas=1)),
    "promotion": (60.0, promotion),
    "always": (60.0, partial(durability.durability, case=durability.CASES[0])),
    "everysec-kill": (60.0, partial(durability.durability, case=durability.CASES[1])),
    "everysec-power": (60.0, partial(durability.durability, case=durability.CASES[2])),
    "snapshot": (60.0, partial(durability.durability, case=durability.CASES[3])),
    "mutants": (130.0, mutants),
    "tutorial": (60.0, tutorial_loop),
}
"""Name -> longest time (s) and scenario, in the order of the table."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make chaos",
        usage="make chaos [SEED=N] [ARGS='…']",
        description="Let workers fetch and publish while processes, servers and connections fail, and count what is "
        "lost, doubled, stuck, or missed by a subscriber. Takes at most ten minutes. The exit status is 1 if a promise "
        "of docs/guarantees.md does not hold, a fault did not fire, a mutant of the protocol survives, or a plain loop "
        "of XREADGROUP and XACK passes.",
        epilog="scenarios: " + ", ".join(SCENARIOS) + "\n\nexamples:\n  make chaos\n  make chaos SEED=7\n"
        '  make chaos ARGS="failover failover-wait"\n  make chaos SEED=3 ARGS="mutants --keep /tmp/chaos"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="only these (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the times and of the order of faults (default: 0)")
    parser.add_argument("--keep", type=Path, help="folder for the logs and data (default: removed)")
    return parser


async def run_all(names: list[str], seed: int, folder: Path) -> list[Row]:
    """Run scenarios one after the other; one that fails or takes too long gives a row that says so."""
    ends_at = time.monotonic() + LIMIT_S
    rows = []
    for number, name in enumerate(names, 1):
        seconds, scenario = SCENARIOS[name]
        seconds = min(seconds, ends_at - time.monotonic())
        async with _progress(f"{number}/{len(names)} {name}", seconds):
            rows.append(await _run(name, partial(scenario, folder / name, seed), seconds))
        print(table(rows[-1:]), flush=True)  # noqa: T201 - its output
    return rows


async def _run(name: str, scenario: Callable[[float], Awaitable[Row]], seconds: float) -> Row:
    if seconds <= CLEAN_UP_S:
        return Row(scenario=name, failures=["no time left"])
    begun = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            return await scenario(seconds - CLEAN_UP_S)
    except TimeoutError:
        failure = f"not finished within {seconds:.0f} s"
    except Exception as e:  # noqa: BLE001 - the other scenarios still run
        failure = f"{type(e).__name__}: {e}"
    return Row(scenario=name, seconds=time.monotonic() - begun, failures=[failure])


@contextlib.asynccontextmanager
async def _progress(name: str, seconds: float) -> AsyncIterator[None]:
    """Print that a scenario runs, now and at intervals."""

    async def report() -> None:
        begun = time.monotonic()
        while True:
            took_s = time.monotonic() - begun
            print(f"{name}: {took_s:.0f} s of at most {seconds:.0f} s", flush=True)  # noqa: T201 - its output
            await asyncio.sleep(PROGRESS_S)

    reporting = asyncio.create_task(report())
    try:
        yield
    finally:
        reporting.cancel()


async def _main(names: list[str], seed: int, folder: Path) -> list[Row]:
    """Run the scenarios; SIGTERM ends them and all their processes, like Ctrl-C."""
    running = asyncio.ensure_future(run_all(names, seed, folder))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def main() -> int:
    """Run the scenarios given by arguments; return the exit status."""
    parser = _parser()
    args = parser.parse_args()
    if unknown := [name for name in args.scenarios if name not in SCENARIOS]:
        parser.error(f"unknown scenario {unknown[0]!r}: one of {', '.join(SCENARIOS)}")
    faulthandler.dump_traceback_later(HARD_LIMIT_S, exit=True)
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        rows = asyncio.run(_main(args.scenarios or list(SCENARIOS), args.seed, args.keep or Path(temporary)))
    print(f"\nseed {args.seed}\n{table(rows)}")  # noqa: T201 - its output
    return int(any(row.failures for row in rows))


if __name__ == "__main__":
    sys.exit(main())
