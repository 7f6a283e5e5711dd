"""A Redis outside of the Compose project: deploy/external-redis.yml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from redis import Redis

from tests.compose.fleet import wait_until
from tests.compose.judge import PREFIX
from tests.compose.site import RECEIVER
from tests.servers import free_port
from worker.schema import article_stream

if TYPE_CHECKING:
    from tests.compose.fleet import Fleet
    from tests.compose.report import Report

SERVER: Final = ("redis:8-alpine", "--maxmemory-policy", "noeviction", "--appendonly", "yes")
PASSWORD: Final = "external"
ARTICLES: Final = 20


def check_external_redis(fleet: Fleet, report: Report) -> None:
    """Remove the services and their Redis, and start them with a server that listens on an address of this machine."""
    address, name, port = fleet.address, f"{fleet.installation.project}-external", free_port()
    with report.step("external Redis") as step:
        fleet.engine.compose("down", "--volumes", "--remove-orphans")
        fleet.engine.docker(
            *("run", "--detach", "--rm", "--name", name, "--publish", f"{address}:{port}:6379"),
            *(*SERVER, "--requirepass", PASSWORD),
        )
        try:
            fleet.installation.configure(
                COMPOSE_FILE="docker-compose.yml:override.yml:deploy/external-redis.yml",
                COMMUNIQUE_REDIS_URL=f"redis://:{PASSWORD}@{RECEIVER}:{port}/0",
            )
            fleet.engine.compose("up", "--detach", "--wait")
            step.check(not fleet.engine.containers("redis"), "the Redis of the compose file runs")
            fleet.put(ARTICLES)
            with Redis(host=address, port=port, password=PASSWORD, protocol=2) as client:
                stream = article_stream(PREFIX)
                wait_until(lambda: client.xlen(stream) >= ARTICLES, lambda: client.xlen(stream), "articles")
        finally:
            fleet.engine.docker("rm", "--force", "--volumes", name)
        step.note = "services started without the Redis of the compose file"
