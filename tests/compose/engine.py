"""The container engine: whether there is one, and its command `docker`."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OLDEST_COMPOSE: Final = (2, 24)
"""The oldest version that reads docker-compose.yml."""

LOGGED: Final = 20_000
"""Characters of each output that the log has."""


class CommandError(Exception):
    """A command has failed; the message has its last lines."""


class Engine:
    """Runs commands in a folder, and appends them and their output to a log."""

    def __init__(self, folder: Path, environ: Mapping[str, str], log: Path) -> None:
        self.folder = folder
        self._environ = environ
        self._log = log

    def run(self, *words: str, stdin: str | None = None, timeout_s: float = 1200.0) -> str:
        """Run a command and return its stdout; raises CommandError."""
        ended = subprocess.run(
            words, cwd=self.folder, env=self._environ, input=stdin or "", timeout=timeout_s,
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{ended.stdout[:LOGGED]}{ended.stderr[-LOGGED:]}\n")
        if ended.returncode:
            last = "\n".join((ended.stdout + ended.stderr).splitlines()[-15:])
            raise CommandError(f"exit status {ended.returncode} of `{' '.join(words)}`:\n{last}")
        return ended.stdout

    def docker(self, *words: str, stdin: str | None = None) -> str:
        """Run `docker`."""
        return self.run("docker", *words, stdin=stdin)

    def compose(self, *words: str, stdin: str | None = None) -> str:
        """Run `docker compose`."""
        return self.run("docker", "compose", *words, stdin=stdin)

    def containers(self, service: str) -> list[str]:
        """Return the ids of the running containers of a service."""
        return self.compose("ps", "--quiet", service).split()

    def inspect(self, containers: list[str]) -> list[dict[str, Any]]:
        """Return what the engine knows of containers."""
        found: list[dict[str, Any]] = json.loads(self.docker("inspect", *containers)) if containers else []
        return found

    def has_image(self, image: str) -> bool:
        """Return whether the engine has an image, after an attempt to pull it."""
        for words in (["image", "inspect", image], ["pull", "--quiet", image], ["image", "inspect", image]):
            try:
                self.docker(*words)
            except CommandError:
                continue
            return True
        return False


def why_unusable() -> str | None:
    """Return why there is no engine that can run the test, or None if there is one."""
    for words in (["docker", "info", "--format", "{{.OSType}}"], ["docker", "compose", "version", "--short"]):
        try:
            ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        except FileNotFoundError:
            return "there is no command `docker`"
        except subprocess.TimeoutExpired:
            return f"`{' '.join(words)}` does not answer"
        if ended.returncode:
            return f"`{' '.join(words)}`: {(ended.stderr or ended.stdout).strip()}"
        answer = ended.stdout.strip()
    version = tuple(int(part) for part in answer.lstrip("v").split("-")[0].split(".")[:2])
    return None if version >= OLDEST_COMPOSE else f"Docker Compose {answer} is older than 2.24"
