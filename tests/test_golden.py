"""Every golden article still gives the events that were once read and found right."""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.golden.articles import ARTICLES, described


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_golden_article_gives_its_events(path: Path) -> None:
    read_and_found_right = path.with_suffix(".events").read_text(encoding="utf-8")
    changes = unified_diff(
        read_and_found_right.splitlines(), described(path).splitlines(), "expected", "found", lineterm="", n=6
    )
    if difference := "\n".join(changes):
        pytest.fail(f"{difference}\n\nIs it better?  Then `make golden` writes it down.", pytrace=False)


def test_no_events_without_their_article() -> None:
    events = {path.stem for path in ARTICLES[0].parent.glob("*.events")}
    assert events == {path.stem for path in ARTICLES}
