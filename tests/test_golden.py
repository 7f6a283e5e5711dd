"""Every golden article still gives the events that were once read and found right."""

from pathlib import Path

import pytest

from tests.golden.articles import ARTICLES, described


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_golden_article_gives_its_events(path: Path) -> None:
    expected = path.with_suffix(".events")
    assert described(path) == expected.read_text(encoding="utf-8"), "read the diff of `make golden`"
