"""Versions run side by side on one Redis from the first supported commit on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.upgrade import old_source
from tests.upgrade.old_source import FIRST_SUPPORTED, environ_of, extract_source, why_unavailable
from tests.upgrade.side_by_side import WAVE, WAVES, run_side_by_side

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
async def test_old_and_new_versions_share_one_redis(tmp_path: Path) -> None:
    old, folder = tmp_path / "old", tmp_path / "run"
    old.mkdir()
    folder.mkdir()
    report = await run_side_by_side(extract_source(FIRST_SUPPORTED, old), folder)
    table = report.table()
    assert report.verdict.holds, table
    assert report.verdict.published >= WAVE * WAVES
    assert all(report.published.values()), table
    assert report.drained == [0, 0]
    assert report.retractions
    for name, received in report.received.items():
        assert received.keys() == report.events, f"{name}\n{table}"
    assert all(count == 1 for name in ("alone, old", "alone, new") for count in report.received[name].values()), table
    assert sorted(report.paged) == sorted(report.events)


def test_a_commit_that_is_missing_is_named_in_the_reason() -> None:
    reason = why_unavailable("0123456789abcdef0123456789abcdef01234567")
    assert reason is not None
    assert "commit 01234567 is not here" in reason


def test_a_copy_without_git_is_named_in_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_source, "ROOT", tmp_path)
    reason = why_unavailable(FIRST_SUPPORTED)
    assert reason is not None
    assert "no git repository" in reason


def test_the_environment_selects_the_source(tmp_path: Path) -> None:
    source = extract_source(FIRST_SUPPORTED, tmp_path)
    words = [sys.executable, "-c", "import worker; print(worker.__file__)"]
    found = subprocess.run(words, cwd=source, env=environ_of(source), capture_output=True, text=True, check=True)
    assert found.stdout.strip() == str(source / "worker" / "__init__.py")
