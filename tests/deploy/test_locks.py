"""The locks in deploy/locks against pyproject.toml: complete, consistent, with hashes and without addresses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "deploy" / "locks"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
DIRECT = {
    "run": PROJECT["dependencies"],
    "parquet": PROJECT["dependencies"] + EXTRAS["parquet"],
    "postgresql": PROJECT["dependencies"] + EXTRAS["postgresql"],
    "otel": PROJECT["dependencies"] + EXTRAS["otel"],
    "dev": PROJECT["dependencies"] + EXTRAS["parquet"] + EXTRAS["postgresql"] + EXTRAS["otel"] + EXTRAS["dev"],
    "build": ["hatchling>=1.25", "pip"],
}
ENTRY = re.compile(r"(?m)^([\w.-]+)==([\w.!+-]+)(?: ; .*?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def locked(name: str) -> dict[str, str]:
    """Return the packages of a lock with their versions."""
    return {canonicalize_name(package): version for package, version, _ in ENTRY.findall(lock(name))}


def lock(name: str) -> str:
    return (LOCKS / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_a_lock_for_the_image_each_of_its_extras_and_ci() -> None:
    assert {file.stem for file in LOCKS.iterdir()} == set(DIRECT)


@pytest.mark.parametrize("name", sorted(DIRECT))
def test_a_lock_has_only_versions_and_hashes(name: str) -> None:
    rest = re.sub(r"(?m)^ *#.*\n", "", ENTRY.sub("", lock(name)))
    assert rest.strip() == ""
    assert "://" not in lock(name)
    assert "make lock" in lock(name)


@pytest.mark.parametrize("name", sorted(DIRECT))
def test_a_lock_satisfies_pyproject(name: str) -> None:
    versions = locked(name)
    for requirement in map(Requirement, DIRECT[name]):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, f"{requirement}: run `make lock`"


@pytest.mark.parametrize("name", sorted(DIRECT.keys() - {"dev"}))
def test_the_image_has_the_versions_that_the_tests_use(name: str) -> None:
    tested = locked("dev")
    assert set(locked(name)) - set(tested) <= {"pip"}
    assert all(tested.get(package, version) == version for package, version in locked(name).items())


def test_the_recipes_of_ci_and_of_the_image_install_from_the_locks() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\n$(DEV): ")[2].partition("\n\n")[0]
    assert "--require-hashes --requirement deploy/locks/dev.txt" in recipe
    assert recipe.partition(" |")[0].split() == ["pyproject.toml", "deploy/locks/dev.txt"]
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    installed = re.findall(r"(?m)^.*\binstall --quiet (?!--no-deps|--directory).*$", dockerfile)
    assert len(installed) == 2
    assert all("--require-hashes" in line for line in installed)
    assert re.search(r"(?m)^ARG BASE=python:3\.\d+-slim-\w+$", dockerfile)  # pinned by minor version
