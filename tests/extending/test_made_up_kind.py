"""The blocks of docs/extending.md, applied to a copy of the package, add a kind of event that works end to end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.pages import DOCS, ROOT, Block, blocks, section

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (DOCS / "extending.md").read_text(encoding="utf-8")
BLOCKS = [block for block in blocks(section(PAGE, "A kind of event")) if block.marks]
CHECK = Path(__file__).with_name("appointment_check.py")
TIMEOUT_S = 240.0
MAX_FILES = 8
"""Files that a new kind touches, without generated ones and the gateway's page."""


def hunks(diff: str) -> Iterator[tuple[str, str]]:
    """Yield the text that each hunk of a diff expects and the text that replaces it."""
    for hunk in diff.split("@@\n"):
        lines = [(line[:1], line[1:]) for line in hunk.splitlines(keepends=True)]
        yield "".join(text for sign, text in lines if sign != "+"), "".join(text for sign, text in lines if sign != "-")


def apply(block: Block, tree: Path) -> None:
    """Write a new file, or apply a diff whose every hunk must fit exactly one place."""
    path = tree / block.marks
    if block.language == "python":
        assert not path.exists()
        path.write_text(block.text, encoding="utf-8")
        return
    source = path.read_text(encoding="utf-8")
    for old, new in hunks(block.text):
        assert source.count(old) == 1, f"{block.marks}: {source.count(old)} places fit the hunk\n{old}"
        source = source.replace(old, new)
    path.write_text(source, encoding="utf-8")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package to which the blocks of the page have been applied."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(ROOT / "worker", folder / "worker", ignore=shutil.ignore_patterns("__pycache__"))
    for block in BLOCKS:
        apply(block, folder)
    return folder


def test_a_new_kind_touches_few_files() -> None:
    assert len({block.marks for block in BLOCKS}) <= MAX_FILES


@pytest.mark.parametrize(
    "steps", ["registry extraction terminal documents", "filters", "stored_positions", "gateway", "sink"]
)
def test_the_kind_of_the_page_works_end_to_end(tree: Path, redis_url: str, key_prefix: str, steps: str) -> None:
    environment = os.environ | {
        "PYTHONPATH": str(tree),
        "COMMUNIQUE_REDIS_URL": redis_url,
        "COMMUNIQUE_KEY_PREFIX": key_prefix,
    }
    ended = subprocess.run(
        [sys.executable, str(CHECK), str(tree), *steps.split()],
        env=environment,
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
