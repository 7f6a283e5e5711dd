"""The environment, read once into one frozen struct of sections.

Each variable is COMMUNIQUE_ and a flat name in capitals.  Its documentation in `sections` is the only one: `communique
settings`, docs/configuration.md (`make reference`) and the messages about invalid values are generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct, field

from worker.settings.environ import override, read_environ
from worker.settings.sections import (
    MAX_COUNT,
    MAX_SECONDS,
    ArchiveSettings,
    DiscoverSettings,
    FetchSettings,
    GatewaySettings,
    LogSettings,
    MetricsSettings,
    PolitenessSettings,
    PoolSettings,
    QueueSettings,
    RedisSettings,
    RetrySettings,
    WebhookSettings,
    WorkerSettings,
)
from worker.settings.variables import PREFIX, Variable, variables

__all__ = [
    "MAX_COUNT",
    "MAX_SECONDS",
    "PREFIX",
    "ArchiveSettings",
    "DiscoverSettings",
    "FetchSettings",
    "GatewaySettings",
    "LogSettings",
    "MetricsSettings",
    "PolitenessSettings",
    "PoolSettings",
    "QueueSettings",
    "RedisSettings",
    "RetrySettings",
    "Settings",
    "Variable",
    "WebhookSettings",
    "WorkerSettings",
    "variables",
]


class Settings(Struct, frozen=True, kw_only=True):
    """All settings, by section.  The titles head the sections of docs/configuration.md."""

    redis: Annotated[RedisSettings, Meta(title="Redis")] = field(default_factory=RedisSettings)
    fetch: Annotated[FetchSettings, Meta(title="Fetching")] = field(default_factory=FetchSettings)
    politeness: Annotated[PolitenessSettings, Meta(title="Politeness")] = field(default_factory=PolitenessSettings)
    queue: Annotated[QueueSettings, Meta(title="Queue")] = field(default_factory=QueueSettings)
    retry: Annotated[RetrySettings, Meta(title="Queue")] = field(default_factory=RetrySettings)
    worker: Annotated[WorkerSettings, Meta(title="Worker")] = field(default_factory=WorkerSettings)
    pool: Annotated[PoolSettings, Meta(title="Worker")] = field(default_factory=PoolSettings)
    discover: Annotated[DiscoverSettings, Meta(title="Discovery")] = field(default_factory=DiscoverSettings)
    metrics: Annotated[MetricsSettings, Meta(title="Operating")] = field(default_factory=MetricsSettings)
    gateway: Annotated[GatewaySettings, Meta(title="Gateway")] = field(default_factory=GatewaySettings)
    archive: Annotated[ArchiveSettings, Meta(title="Archive")] = field(default_factory=ArchiveSettings)
    webhook: Annotated[WebhookSettings, Meta(title="Webhooks")] = field(default_factory=WebhookSettings)
    log: Annotated[LogSettings, Meta(title="Log")] = field(default_factory=LogSettings)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every `COMMUNIQUE_*` variable; UsageError lists all unknown names and invalid values."""
        return read_environ(cls, environ)

    @classmethod
    def of(cls, **values: object) -> Settings:
        """Return the defaults with some settings changed, by flat names: `Settings.of(lease_s=5, gateway_port=0)`.

        TypeError for an unknown name, msgspec.ValidationError for an invalid value.
        """
        return override(cls(), values)

    def override(self, **values: object) -> Settings:
        """Return a copy with some settings changed, by flat names as in `of`."""
        return override(self, values)
