"""Record what a commit writes, for tests/data/recordings: `python -m tests.upgrade.record COMMIT`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.upgrade.old_source import ROOT, environ_of, extract_source
from tests.upgrade.recordings import RECORDINGS, write_checksums


def main() -> None:
    """Make a new folder of recordings; an existing one is never changed."""
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade.record", description=__doc__)
    parser.add_argument("commit", help="hash of the commit whose source is run")
    commit = parser.parse_args().commit
    folder = RECORDINGS / commit[:8]
    folder.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        source = extract_source(commit, Path(scratch))
        words = [sys.executable, "-m", "tests.upgrade.recorder", str(folder)]
        subprocess.run(words, cwd=source, env=environ_of(source, ROOT), check=True)
    write_checksums(folder)


if __name__ == "__main__":
    main()
