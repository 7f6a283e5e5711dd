"""The environment, read once into one frozen struct.  Every variable is `COMMUNIQUE_` + a field's name in capitals.

Durations are seconds (`_s`), sizes are bytes (`_bytes`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from worker.errors import UsageError

PREFIX = "COMMUNIQUE_"

Positive = Annotated[float, Meta(gt=0, lt=1e9)]
NotNegative = Annotated[float, Meta(ge=0, lt=1e9)]
Count = Annotated[int, Meta(ge=1, lt=10**12)]

_MOST_DOUBLINGS = 60
"""Beyond them any back-off has reached its maximum, and a float would overflow in the end."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every knob, with the value a newcomer gets."""

    # Redis
    redis_url: str | None = None
    """None: `run` and `demo` start a private server; every other command needs it."""
    data_dir: str | None = None
    """Where the private server keeps its data; None: $XDG_DATA_HOME/communique."""
    key_prefix: Annotated[str, Meta(pattern=r"^[^\s*?\[\]\\]+\Z")] = "communique"
    """Without what Redis takes for a pattern: `demo` deletes the keys under its own."""

    # fetch
    contact_url: Annotated[str, Meta(pattern=r"^[!-~]+\Z")] = "https://communique.example/bot"
    """Goes into the User-Agent, so that a site's owner can reach whoever runs this worker: set your own."""
    allow_private_addresses: bool = False
    connect_timeout_s: Positive = 10.0
    read_timeout_s: Positive = 20.0
    """Longest silence within an answer."""
    total_timeout_s: Positive = 60.0
    max_redirects: Annotated[int, Meta(ge=0)] = 5
    max_wire_bytes: Count = 8 << 20
    """Body as sent, still compressed."""
    max_body_bytes: Count = 16 << 20
    """Body after decompression."""

    # politeness
    host_delay_s: NotNegative = 1.0
    """Least time between two requests to one host, over all replicas; robots.txt may ask for more."""
    max_host_delay_s: Positive = 60.0
    """A robots.txt that asks for more than this is given this."""
    robots_ttl_s: Count = 86_400
    robots_max_bytes: Count = 512 << 10
    """RFC 9309, 2.5: at least 500 KiB."""

    # queue
    lease_s: Positive = 60.0
    """A task whose worker has been silent this long is claimed by another."""
    max_attempts: Count = 5
    backoff_s: Positive = 5.0
    """Wait after the first failed attempt; doubled each time, with jitter."""
    max_backoff_s: Positive = 3_600.0
    seen_ttl_s: Count = 30 * 86_400
    """How long a URL once enqueued is not enqueued again."""
    done_ttl_s: Count = 30 * 86_400
    max_backlog: Count = 1_000_000
    """`put` refuses above this many waiting tasks."""
    stream_length: Count = 1_000_000
    """Entries kept in each event and article stream (approximately)."""
    dead_length: Count = 100_000

    # consume
    concurrency: Count = 32
    """Tasks in flight in one worker."""
    processes: Annotated[int, Meta(ge=0)] = 0
    """Processes for parsing and extraction; 0: one a core."""
    process_timeout_s: Positive = 15.0
    """Wall clock that one page may cost before its process is killed."""
    process_memory_bytes: Count = 2 << 30
    drain_s: Positive = 20.0
    """Grace after SIGTERM; what is not finished by then stays pending for another worker."""

    # discover
    sources: str = "deploy/sources.toml"
    discover_interval_s: Positive = 300.0

    # operating
    metrics_host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] | None = None
    """Where a service answers /metrics, /healthz and /readyz; 0 takes any free port, None does without."""

    # gateway
    gateway_host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    gateway_port: Annotated[int, Meta(ge=0, le=65_535)] = 8080
    """0 takes any free port."""
    gateway_tokens: str | None = None
    """File of the bearer tokens; None: none is asked for."""
    gateway_open: bool = False
    """Serve other machines without tokens: something else keeps strangers out."""
    gateway_origins: str | None = None
    """Origins, with blanks between, whose pages may ask (CORS), `*` for all; None: only our own."""
    gateway_proxies: Annotated[int, Meta(ge=0, le=10)] = 0
    """Proxies of our own in front: that many of the last addresses in X-Forwarded-For are believed."""
    gateway_rate_per_s: Positive = 20.0
    """Requests of one token, or of one address, in the long run."""
    gateway_burst: Count = 200
    """The same at once."""
    gateway_clients: Count = 2_000
    """Streams listened to at a time."""
    gateway_buffer_bytes: Count = 1 << 20
    """A client that leaves more than this unread is dropped."""
    gateway_heartbeat_s: Positive = 15.0

    # webhooks
    webhook_secret: str | None = None
    """Standard Webhooks' form: whsec_ and base64; several with blanks between while one replaces another."""
    webhook_secret_file: str | None = None
    """The same in a file, which wins."""
    webhook_timeout_s: Positive = 15.0
    """Longest time for one answer of a receiver."""
    webhook_concurrency: Count = 8
    """Events of one subscription under way at a time; with 1 they arrive in order."""
    webhook_give_up_s: NotNegative = 3 * 86_400.0
    """An event that has failed for this long goes to the dead letters."""

    # log
    log_level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"

    def pause_s(self, attempt: int, jitter: float) -> float:
        """Return the wait before attempt `attempt` + 1: exponential, up to `max_backoff_s`; `jitter` is in [0, 1).

        Jittered above its half, which keeps replicas from coming back in step.
        """
        return min(self.backoff_s * 2.0 ** min(attempt - 1, _MOST_DOUBLINGS), self.max_backoff_s) * (0.5 + jitter / 2)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every `COMMUNIQUE_*` variable; UsageError names the variable that is unknown or has a bad value."""
        given = {k[len(PREFIX) :].lower(): v for k, v in environ.items() if k.startswith(PREFIX)}
        for name, value in given.items():
            if name not in cls.__struct_fields__:
                raise UsageError(f"unknown setting {PREFIX}{name.upper()}{_suggestion(name, cls)}")
            if value.strip() == "":
                raise UsageError(f"setting {PREFIX}{name.upper()} is empty: give it a value or unset it")
            _check(cls, name, value)
        return msgspec.convert(given, cls, strict=False)


def _suggestion(name: str, cls: type[Settings]) -> str:
    close = difflib.get_close_matches(name, cls.__struct_fields__, n=1)
    return f": did you mean {PREFIX}{close[0].upper()}?" if close else ""


def _check(cls: type[Settings], name: str, value: str) -> None:
    """Convert one variable alone, so that the message can name it."""
    try:
        msgspec.convert({name: value}, cls, strict=False)
    except msgspec.ValidationError as e:
        why = str(e).partition(" - at ")[0]
        raise UsageError(f"setting {PREFIX}{name.upper()} has value {value!r}: {why}") from None
