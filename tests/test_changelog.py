"""CHANGELOG.md: the newest release is the version of the package, and unreleased changes are above it."""

from __future__ import annotations

import re
import tomllib
from datetime import date

from tests.pages import ROOT

PAGE = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
HEADINGS = re.findall(r"(?m)^## (.+)$", PAGE)


def test_unreleased_changes_are_above_the_releases() -> None:
    assert HEADINGS[0] == "Unreleased"
    assert HEADINGS.count("Unreleased") == 1


def test_the_newest_release_is_the_version_of_the_package_with_its_date() -> None:
    version, _, day = HEADINGS[1].partition(" - ")
    assert version == VERSION
    assert date.fromisoformat(day) >= date(2026, 12, 1)


def test_releases_are_in_order() -> None:
    versions = [tuple(map(int, heading.partition(" ")[0].split("."))) for heading in HEADINGS[1:]]
    assert versions == sorted(versions, reverse=True)
    assert all(len(version) == 3 for version in versions)


def test_a_release_has_only_the_usual_groups_each_once() -> None:
    for section in re.split(r"(?m)^## ", PAGE)[2:]:
        groups = re.findall(r"(?m)^### (.+)$", section)
        assert groups == [
            it for it in ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security") if it in groups
        ]
