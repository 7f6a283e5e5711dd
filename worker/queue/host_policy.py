"""Keys and arguments that all scripts for one host have in common: its keys, and the limits for its requests."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

from worker.streams import Arg, Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.queue.keys import QueueKeys
    from worker.settings import Settings

HOST_KEYS: Final = 6
"""Number of the common keys (`lua/host.lua`), which precede a script's own."""


class HostPolicy(Struct, frozen=True):
    """Limits for the requests to a host; a delay in the state of the host replaces `delay_ms`."""

    max_requests: int
    """Largest number of requests in flight."""
    delay_ms: int
    """Delay between two requests."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the policy that the settings define."""
        politeness = settings.politeness
        return cls(politeness.host_max_requests, math.ceil(politeness.host_delay_s * 1000))

    def call(self, keys: QueueKeys, host: str, own_keys: Sequence[str] = (), own_args: Sequence[Arg] = ()) -> Call:
        """Return the call of a script for `host`; the script's own keys and arguments follow the common ones."""
        return Call([*_common_keys(keys, host), *own_keys], [host, self.max_requests, self.delay_ms, *own_args])


@lru_cache(maxsize=10_000)
def _common_keys(keys: QueueKeys, host: str) -> tuple[str, ...]:
    of_host = keys.host(host)
    return keys.ready, keys.hosts, of_host.state, of_host.queue, of_host.active, keys.waiting
