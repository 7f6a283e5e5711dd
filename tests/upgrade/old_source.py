"""The source of an earlier commit, taken from the repository with `git archive`."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Final

import pytest

from tests.environment import clean_environ

ROOT: Final = Path(__file__).parent.parent.parent
FIRST_SUPPORTED: Final = "5cece37e1c1dae43f285d26b93915539763f5de8"
"""The first commit with today's format of the queue as released: from it on, versions run side by side."""


def why_unavailable(commit: str) -> str | None:
    """Return why the source of a commit cannot be taken; None if it can."""
    try:
        found = subprocess.run(
            ["git", "-C", ROOT, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "git is not installed"
    if found.returncode:
        return f"commit {commit[:8]} is not here: no git repository, or a shallow clone (git fetch --unshallow)"
    return None


def extract_source(commit: str, folder: Path) -> Path:
    """Write the package `worker` of a commit into a folder, and return it; the test is skipped if it is unavailable."""
    if reason := why_unavailable(commit):
        pytest.skip(reason)
    archive = folder / "worker.tar"
    subprocess.run(["git", "-C", ROOT, "archive", f"--output={archive}", commit, "worker"], check=True)
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()
    return folder


def environ_of(source: Path, *more: Path) -> dict[str, str]:
    """Return an environment in which `python -m worker`, started outside the repository, runs that source."""
    return clean_environ() | {"PYTHONPATH": os.pathsep.join(map(str, (source, *more)))}
