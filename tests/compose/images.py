"""Images of the optional services: pulled, or made of Debian's packages where no registry can be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tests.compose.engine import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.compose.engine import Engine


class Substitute(NamedTuple):
    """How to make an image of Debian's packages."""

    variable: str
    """Variable of docker-compose.yml that names the image."""
    default: str
    """The image of docker-compose.yml."""
    packages: str
    lines: str
    """Further lines of the Dockerfile."""


SUBSTITUTES: Final = {
    "prometheus": Substitute(
        "PROMETHEUS_IMAGE", "prom/prometheus:v3.5.0", "prometheus wget",
        'RUN install --directory --owner 65534 --group 65534 /prometheus\nENTRYPOINT ["prometheus"]\n',
    ),
    "alertmanager": Substitute(
        "ALERTMANAGER_IMAGE", "prom/alertmanager:v0.28.1", "prometheus-alertmanager wget",
        'RUN install --directory --owner 65534 --group 65534 /alertmanager\nENTRYPOINT ["prometheus-alertmanager"]\n',
    ),
    "caddy": Substitute(
        "CADDY_IMAGE", "caddy:2.10-alpine", "caddy netcat-openbsd",
        "ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data\n",
    ),
}  # fmt: skip
BASE: Final = "python:3.13-slim-bookworm"


def provide(engine: Engine, services: Iterable[str], prefix: str) -> tuple[dict[str, str], set[str]]:
    """Return the variables for the images of services, and the services for which none can be had.

    The name of an image that is made here begins with `prefix`.
    """
    variables, missing = {}, set()
    for service in services:
        it = SUBSTITUTES[service]
        if engine.has_image(it.default):
            continue
        try:
            variables[it.variable] = _make(engine, it, f"{prefix}-{service}")
        except CommandError:
            missing.add(service)
    return variables, missing


def _make(engine: Engine, it: Substitute, image: str) -> str:
    install = f"apt-get update -qq && apt-get install -y -qq --no-install-recommends {it.packages} >/dev/null"
    dockerfile = f"FROM {BASE}\nRUN {install}\n{it.lines}"
    engine.docker("build", "--quiet", "--tag", image, "-", stdin=dockerfile)
    return image
