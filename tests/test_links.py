"""Every link and picture of the documentation leads somewhere; every page can be reached; every picture is shown."""

import re
from pathlib import Path

import pytest

from tests.pages import DOCS, README, ROOT, anchors, links

PAGES = [
    README,
    *(ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *sorted(DOCS.glob("*.md")),
]
OUTSIDE = re.compile(r"https?://|mailto:")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def leads_nowhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return True
    return bool(anchor) and (target.suffix != ".md" or anchor not in anchors(text(target)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    inside = [link for link in links(text(page)) if not OUTSIDE.match(link)]
    assert [link for link in inside if leads_nowhere(page, link)] == []


def test_a_link_that_leads_nowhere_would_be_found(tmp_path: Path) -> None:
    assert leads_nowhere(README, "docs/no-such-page.md")
    assert leads_nowhere(README, "docs/sources.md#no-such-heading")
    assert leads_nowhere(README, str(tmp_path))
    assert not leads_nowhere(README, "docs/sources.md#lists-of-urls")


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, todo = set(), [README]
    while todo:
        page = todo.pop()
        if page not in found:
            found.add(page)
            inside = [link.partition("#")[0] for link in links(text(page)) if not OUTSIDE.match(link)]
            todo += [(page.parent / link).resolve() for link in inside if link.endswith(".md")]
    assert found == set(PAGES)


def test_the_readme_names_every_page_in_one_line() -> None:
    listed = re.findall(r"(?m)^- \[(docs/\w+\.md)\]\(\1\): ", text(README))
    assert sorted(listed) == [f"docs/{page.name}" for page in sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_file_named_in_passing_is_there(page: Path) -> None:
    """`tests/golden/` and the like, in prose."""
    named = re.findall(r"`((?:worker|tests|tools|deploy|docs)/[\w./-]*)`", text(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_no_page_has_two_headings_of_one_name() -> None:
    for page in PAGES:
        headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text(page)))
        assert len(headings) == len(set(headings)), page.name
