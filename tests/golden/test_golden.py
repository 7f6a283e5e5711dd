"""Every golden article has its expected events, which were reviewed when they were written."""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.golden.articles import ARTICLES, annotated_file


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_a_golden_article_has_its_expected_events(path: Path) -> None:
    expected = path.with_suffix(".events").read_text(encoding="utf-8")
    changes = unified_diff(
        expected.splitlines(), annotated_file(path).splitlines(), "expected", "found", lineterm="", n=6
    )
    if difference := "\n".join(changes):
        pytest.fail(
            f"{difference}\n\nIf the new events are better, run `make golden` and commit the diff.", pytrace=False
        )


def test_every_events_file_has_its_article() -> None:
    events = {path.stem for path in ARTICLES[0].parent.glob("*.events")}
    assert events == {path.stem for path in ARTICLES}
