"""Run a commit beside today's source and print the figures: `python -m tests.upgrade [COMMIT]`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.upgrade.old_source import FIRST_SUPPORTED, extract_source, why_unavailable
from tests.upgrade.side_by_side import run_side_by_side


def main() -> int:
    """Return the exit status: 0 if nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    parser.add_argument("commit", nargs="?", default=FIRST_SUPPORTED, help="default: the first supported one")
    commit = parser.parse_args().commit
    if reason := why_unavailable(commit):
        sys.exit(reason)
    with tempfile.TemporaryDirectory(prefix="upgrade-") as name:
        folder, old = Path(name), Path(name) / "old"
        old.mkdir()
        report = asyncio.run(run_side_by_side(extract_source(commit, old), folder))
    print(report.table())  # noqa: T201 - its output
    return 0 if report.verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
