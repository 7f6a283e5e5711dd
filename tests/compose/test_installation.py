"""The copy of the project that the test runs, and what happens without an engine."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.compose.engine import CommandError, Engine, why_unusable
from tests.compose.images import SUBSTITUTES
from tests.compose.installation import PROFILES, ROOT, Installation
from tests.compose.memory import Sample, highest

COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("WORKERS", "7")
    monkeypatch.setenv("COMMUNIQUE_LEASE_S", "1")
    monkeypatch.setenv("COMPOSE_FILE", "other.yml")
    return Installation(tmp_path, "project", ["news.test"])


def fake_docker(folder: Path, script: str) -> str:
    """Put a program in the place of `docker` and return the PATH that finds it."""
    file = folder / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return f"{folder}:/usr/bin:/bin"


def test_the_copy_has_what_the_image_needs_and_no_secrets(installation: Installation) -> None:
    needed = ("docker-compose.yml", "deploy/Dockerfile", "deploy/locks/run.txt", "deploy/rollout", "worker/cli")
    assert all((installation.folder / name).exists() for name in needed)
    assert os.access(installation.folder / "deploy" / "rollout", os.X_OK)
    assert list((installation.folder / "deploy" / "secrets").iterdir()) == []


def test_variables_of_the_shell_do_not_reach_the_commands(installation: Installation) -> None:
    shown = installation.engine.run("env").splitlines()
    assert not [line for line in shown if line.startswith(("WORKERS=", "COMMUNIQUE_", "COMPOSE_FILE="))]
    assert "COMPOSE_PROJECT_NAME=project" in shown


def test_variables_are_changed_in_the_file_env(installation: Installation) -> None:
    installation.configure(WORKERS="1", REDIS_PASSWORD="abc")
    installation.configure(WORKERS="4")
    lines = (installation.folder / ".env").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith(("WORKERS", "REDIS_PASSWORD"))] == [
        "WORKERS=4",
        "REDIS_PASSWORD=abc",
    ]
    assert ":abc@127.0.0.1:" in installation.redis_url


def test_the_override_leads_the_hosts_to_this_machine(installation: Installation) -> None:
    text = (installation.folder / "override.yml").read_text(encoding="utf-8").replace("!override", "")
    services = yaml.safe_load(text)["services"]
    assert services["worker"]["extra_hosts"] == ["news.test:host-gateway"]
    assert services["caddy"]["ports"] == [f"127.0.0.1:{installation.ports['https']}:443"]


def test_the_substitutes_are_for_the_images_of_the_compose_file() -> None:
    for it in SUBSTITUTES.values():
        assert f"${{{it.variable}:-{it.default}}}" in COMPOSE


def test_the_profiles_are_those_of_the_compose_file() -> None:
    services = yaml.safe_load(COMPOSE)["services"].values()
    assert set(PROFILES) == {profile for service in services for profile in service.get("profiles", ())}


def test_another_version_is_another_image(installation: Installation) -> None:
    installation.set_version("99.0.0")
    text = (installation.folder / "pyproject.toml").read_text(encoding="utf-8")
    assert text.count('\nversion = "99.0.0"\n') == 1


def test_a_failed_command_shows_its_last_lines(tmp_path: Path) -> None:
    engine = Engine(tmp_path, dict(os.environ), tmp_path / "log")
    with pytest.raises(CommandError, match=r"(?s)exit status 3 of .*the reason"):
        engine.run("sh", "-c", "echo the reason >&2; exit 3")
    assert "the reason" in (tmp_path / "log").read_text(encoding="utf-8")


# ---------------------------------------------------------------- without an engine
def test_without_an_engine_the_test_is_skipped_with_the_reason(tmp_path: Path) -> None:
    path = fake_docker(tmp_path, "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    command = [sys.executable, "-m", "tests.compose"]
    ended = subprocess.run(
        command, env=os.environ | {"PATH": path}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert ended.stdout.startswith("compose-test is skipped: ")
    assert "Cannot connect to the Docker daemon" in ended.stdout


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('[ "$1" = info ] && echo linux || echo 2.17.3', "Docker Compose 2.17.3 is older than 2.24"),
        ('[ "$1" = info ] && echo linux || echo 1.29.2', "Docker Compose 1.29.2 is older than 2.24"),
        ('[ "$1" = info ] && echo linux || { echo "no such command" >&2; exit 1; }', "no such command"),
        ('[ "$1" = info ] && echo linux || echo v2.24.0-desktop.1', None),
        ('[ "$1" = info ] && echo linux || echo 2.26.1-4', None),
    ],
)
def test_the_engine_must_have_a_recent_compose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str | None
) -> None:
    monkeypatch.setenv("PATH", fake_docker(tmp_path, script))
    why = why_unusable()
    assert (why or "").endswith(reason or "")
    assert (why is None) == (reason is None)


def test_no_command_docker_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert why_unusable() == "there is no command `docker`"


# ---------------------------------------------------------------- memory
def test_the_highest_memory_of_each_part_of_a_run() -> None:
    samples = [Sample(0.0, 10, 0), Sample(1.0, 30, 40), Sample(2.0, 20, 60), Sample(3.0, 25, 100)]
    assert highest(samples, 0.0, 0.5) == 30
    assert highest(samples, 0.5, 1.0) == 25
    assert highest(samples, 0.45, 0.55) == 0
