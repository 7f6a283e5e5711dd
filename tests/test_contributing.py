"""CONTRIBUTING.md names only commands and options that exist."""

import re
import tomllib

import pytest

from tests.pages import ROOT

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", PAGE))))
def test_every_make_target_named_exists(target: str) -> None:
    assert re.search(rf"(?m)^{target}:", MAKEFILE)


@pytest.mark.parametrize("folder", sorted(set(re.findall(r"\btests/[\w/]+(?:\.py)?", PAGE))))
def test_every_test_folder_named_exists(folder: str) -> None:
    assert (ROOT / folder).exists()


def test_the_supported_python_is_the_one_the_package_requires() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"Python {project['requires-python'].removeprefix('>=')} or newer" in PAGE
