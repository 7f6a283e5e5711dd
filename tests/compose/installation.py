"""A copy of the project in a temporary folder with a `.env` of its own, as an operator would have it after a clone."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from tests.compose.engine import CommandError, Engine
from tests.environment import clean_environ
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).parents[2]
COPIED: Final = (
    ".dockerignore",
    "docker-compose.yml",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "NOTICE",
    "deploy",
    "worker",
)
REACHING_THE_HOST: Final = ("discover", "worker", "gateway", "webhook", "sink", "alertmanager")
"""Services that send requests to servers of the test."""
PROFILES: Final = ("observe", "alerts", "tls", "webhook", "files", "archive")


class Installation:
    """Folder, settings and engine of one Compose project."""

    def __init__(self, folder: Path, project: str, hosts: Iterable[str]) -> None:
        """`hosts`: names under which the containers reach this machine."""
        self.folder = folder / "communique"
        self.project = project
        _copy(self.folder)
        self.engine = Engine(self.folder, _environ(project), folder / "commands.log")
        self.ports = {name: free_port() for name in ("redis", "gateway", "prometheus", "alertmanager", "https")}
        self.settings = {
            "COMPOSE_FILE": "docker-compose.yml:override.yml",
            "REDIS_PORT": str(self.ports["redis"]),
            "GATEWAY_PORT": str(self.ports["gateway"]),
            "PROMETHEUS_PORT": str(self.ports["prometheus"]),
            "ALERTMANAGER_PORT": str(self.ports["alertmanager"]),
        }
        (self.folder / "override.yml").write_text(_override(hosts, self.ports["https"]), encoding="utf-8")

    def configure(self, **values: str) -> None:
        """Set variables in `.env`."""
        self.settings |= values
        lines = [f"{name}={value}\n" for name, value in self.settings.items()]
        (self.folder / ".env").write_text("".join(lines), encoding="utf-8")

    @property
    def redis_url(self) -> str:
        """Redis from this machine."""
        return f"redis://:{self.settings.get('REDIS_PASSWORD', '')}@127.0.0.1:{self.ports['redis']}/0"

    def set_version(self, version: str) -> None:
        """Change the version of the project, so that the next image is another one."""
        file = self.folder / "pyproject.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', text), encoding="utf-8")

    def remove(self, images: Iterable[str]) -> None:
        """Remove containers, networks, volumes and images."""
        everything = [word for profile in PROFILES for word in ("--profile", profile)]
        try:
            self.engine.compose(*everything, "down", "--volumes", "--remove-orphans", "--timeout", "5")
        finally:
            for image in images:
                with suppress(CommandError):  # it was not built
                    self.engine.docker("image", "rm", "--force", image)


def _copy(folder: Path) -> None:
    """Copy the files that an image and the containers need, without secrets."""
    folder.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "secrets"))
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / "deploy" / "secrets").mkdir()


def _environ(project: str) -> dict[str, str]:
    """Return the environment of commands: without variables of the compose file, which would prevail over `.env`."""
    own = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    kept = {name: value for name, value in clean_environ().items() if name not in own}
    kept = {name: value for name, value in kept.items() if not name.startswith(("COMPOSE_", "OTEL_"))}
    return kept | {"COMPOSE_PROJECT_NAME": project, "COMPOSE_ANSI": "never", "COMPOSE_PROGRESS": "plain"}


def _override(hosts: Iterable[str], https_port: int) -> str:
    """Return an override that leads the names of hosts to this machine, and moves Caddy to a free port."""
    names = [f"{host}:host-gateway" for host in hosts]
    services = {service: {"extra_hosts": names} for service in REACHING_THE_HOST}
    text = yaml.safe_dump({"services": services})
    # A tag of Compose, unknown to YAML.
    return f"{text}  caddy:\n    ports: !override\n      - 127.0.0.1:{https_port}:443\n"
