"""The sections of the settings: one frozen struct each, with types, bounds, defaults and documentation.

A field's encoded name is the variable without COMMUNIQUE_, in lower case: `GatewaySettings.port` is `gateway_port`,
COMMUNIQUE_GATEWAY_PORT.  Durations are seconds (`_s`), sizes are bytes (`_bytes`).
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from worker.settings.variables import doc

MAX_SECONDS: Final = 10**9
"""Exclusive upper bound of durations, about 30 years; a larger value is taken for a typing error."""
MAX_COUNT: Final = 10**12
"""Exclusive upper bound of counts and sizes."""

Positive = Annotated[float, Meta(gt=0, lt=MAX_SECONDS)]
NotNegative = Annotated[float, Meta(ge=0, lt=MAX_SECONDS)]
Count = Annotated[int, Meta(ge=1, lt=MAX_COUNT)]
WholeSeconds = Annotated[int, Meta(ge=1, lt=MAX_SECONDS)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Host = Annotated[str, Meta(min_length=1)]


class RedisSettings(Struct, frozen=True, kw_only=True, rename={"url": "redis_url"}):
    """The Redis server, the names of the keys and the lengths of the streams."""

    url: Annotated[
        str | None,
        doc(
            "The server with the queue and the streams. If unset, `run` and `demo` start a private server, and every "
            "other command exits with an error.",
            takes="`redis://host:6379/0`, `rediss://…` or `unix:///path`",
        ),
    ] = None
    data_dir: Annotated[
        str | None,
        doc(
            "Where the private server stores its data between runs. If unset, `$XDG_DATA_HOME/communique`, or "
            "`~/.local/share/communique`.",
            takes="a directory",
        ),
    ] = None
    key_prefix: Annotated[  # no glob characters: `demo` deletes the keys that match its own prefix
        str,
        Meta(pattern=r"^[^\s*?\[\]\\]+\Z"),
        doc(
            "Prefix of every key. Two installations on one server need different prefixes.",
            takes="text without blanks, `*`, `?`, `[`, `]` and backslashes",
        ),
    ] = "communique"
    stream_length: Annotated[
        Count, doc("Number of entries that each stream of events or articles keeps (approximate trimming).")
    ] = 1_000_000
    stream_bytes: Annotated[
        Count | None,
        doc(
            "Memory budget of the streams of events and articles together. Above it, their oldest entries are trimmed. "
            "If unset, half of `maxmemory` of Redis, or 2 GiB if Redis has no limit.",
            takes="a whole number, at least 1",
        ),
    ] = None
    stream_reserve: Annotated[
        float,
        Meta(ge=0, le=1),
        doc(
            "Memory beyond that budget, as a share of it, for entries that a consumer group, webhook, sink or archive "
            "has not read yet. When it is used up, they are trimmed, and the reader is notified of the gap."
        ),
    ] = 0.5
    dead_length: Annotated[Count, doc("Number of dead letters kept.")] = 100_000
    wait_replicas: Annotated[
        int,
        Meta(ge=0, lt=MAX_COUNT),
        doc(
            "Number of replicas of Redis that must have a new task before it counts as enqueued (`WAIT`), so that a "
            "failover does not lose it. While fewer are connected, no task is enqueued: "
            "[guarantees.md](guarantees.md#failover)."
        ),
    ] = 0


class FetchSettings(Struct, frozen=True, kw_only=True):
    """Requests to news sites: identification, address policy, timeouts and size limits."""

    contact_url: Annotated[
        str,
        Meta(pattern=r"^[!-~]+\Z"),
        doc(
            "A page about the operator of this crawler. It is part of the User-Agent of every request, so that the "
            "owner of a site can reach you. `consume` and `discover` exit if it is not set, unless "
            "`COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES` is.",
            takes="an address, in ASCII without spaces",
        ),
    ] = "https://communique.example/bot"
    allow_private_addresses: Annotated[
        bool,
        doc(
            "Allow requests to loopback, private and link-local addresses. Only for tests and demos: with it, a URL "
            "from outside can reach your internal network."
        ),
    ] = False
    connect_timeout_s: Annotated[Positive, doc("Timeout for establishing a connection.")] = 10.0
    read_timeout_s: Annotated[Positive, doc("Longest time between two reads of a response.")] = 20.0
    total_timeout_s: Annotated[Positive, doc("Timeout for a whole response, redirects included.")] = 60.0
    max_redirects: Annotated[int, Meta(ge=0), doc("Redirects followed. Each target is checked like the first URL.")] = 5
    max_wire_bytes: Annotated[Count, doc("Largest body as transferred, before decompression.")] = 8 << 20
    max_body_bytes: Annotated[Count, doc("Largest body after decompression.")] = 16 << 20


class PolitenessSettings(Struct, frozen=True, kw_only=True):
    """Crawl delays and robots.txt."""

    host_delay_s: Annotated[
        NotNegative,
        doc(
            "Minimum delay between two requests to one host, across all workers. robots.txt can set a longer one "
            "(`Crawl-delay`, `Request-rate`)."
        ),
    ] = 1.0
    max_host_delay_s: Annotated[
        Positive,
        doc("Longest delay of a robots.txt that is honoured. URLs of a host that sets a longer one are skipped."),
    ] = 600.0
    cap_host_delay: Annotated[
        bool, doc("If a robots.txt sets a longer delay, use that limit as the delay instead of skipping the URLs.")
    ] = False
    host_max_requests: Annotated[
        Count, doc("Most requests to one host that are in flight at a time, across all workers.")
    ] = 2
    response_delay_factor: Annotated[
        NotNegative,
        doc(
            "The delay between two requests to a host is at least this multiple of its response time, so that a busy "
            "host gets fewer requests. 0 disables this."
        ),
    ] = 2.0
    max_response_delay_s: Annotated[Positive, doc("Upper limit of the delay that follows from the response time.")] = (
        30.0
    )
    host_give_up_after_s: Annotated[
        Positive,
        doc(
            "How long a host may fail before its URLs become dead letters (`host_down`). They are enqueued again "
            "when it answers."
        ),
    ] = 86_400.0
    robots_ttl_s: Annotated[WholeSeconds, doc("How long a robots.txt is cached.")] = 86_400
    robots_max_bytes: Annotated[
        Count, doc("How much of a robots.txt is parsed. RFC 9309, 2.5, requires at least 500 KiB.")
    ] = 512 << 10


class QueueSettings(Struct, frozen=True, kw_only=True):
    """Leases, deduplication and the limit of the backlog."""

    lease_s: Annotated[
        Positive,
        doc("Lease of a task. If its worker does not renew the lease for this long, another worker claims the task."),
    ] = 60.0
    seen_ttl_s: Annotated[
        WholeSeconds, doc("How long after it was enqueued a URL is skipped when it is put again.")
    ] = 30 * 86_400
    done_ttl_s: Annotated[
        WholeSeconds, doc("How long the done marker of a settled URL prevents a second publication.")
    ] = 30 * 86_400
    reading_ttl_s: Annotated[
        WholeSeconds,
        doc(
            "How long the last reading of an article's page is remembered. A later visit cannot tell what has changed; "
            "so this must be longer than the longest time between two visits."
        ),
    ] = 3 * 86_400
    copy_ttl_s: Annotated[
        WholeSeconds,
        doc(
            "How long an article is recognised as the original of others with nearly the same text, which name it in "
            "`same_as`. At most `COMMUNIQUE_READING_TTL_S` has an effect."
        ),
    ] = 2 * 86_400
    max_backlog: Annotated[Count, doc("The queue rejects new tasks while this many are waiting or delayed.")] = (
        1_000_000
    )


class RetrySettings(Struct, frozen=True, kw_only=True):
    """How often, and after which delays, a failed attempt is repeated."""

    max_attempts: Annotated[
        Count, doc("Number of failed attempts, crashes included, after which a URL becomes a dead letter.")
    ] = 5
    backoff_s: Annotated[
        Positive, doc("Delay after the first failure. It doubles with each further failure, and is jittered.")
    ] = 5.0
    max_backoff_s: Annotated[Positive, doc("Upper limit of that delay.")] = 3_600.0


class WorkerSettings(Struct, frozen=True, kw_only=True):
    """The loop of one worker."""

    concurrency: Annotated[Count, doc("Number of tasks that one worker handles at a time.")] = 128
    slow_after_s: Annotated[Positive, doc("Time after which a request that is not complete counts as slow.")] = 2.0
    slow_share: Annotated[
        float,
        Meta(gt=0, le=1),
        doc("Share of a worker's tasks that may have slow requests. A further one is aborted, and its host is paused."),
    ] = 0.75
    drain_s: Annotated[
        Positive,
        doc("Grace period after SIGTERM. Tasks that are not finished by then go back to the queue."),
    ] = 20.0


class PoolSettings(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"timeout_s": "process_timeout_s", "memory_bytes": "process_memory_bytes"},
):
    """The processes that parse pages and extract events."""

    processes: Annotated[
        int, Meta(ge=0), doc("Number of processes for parsing and extraction. 0 is one per CPU core.")
    ] = 0
    timeout_s: Annotated[Positive, doc("Wall-clock time that one page may take. After it, the process is killed.")] = (
        15.0
    )
    memory_bytes: Annotated[Count, doc("Limit of the address space of one such process.")] = 2 << 30
    max_events: Annotated[
        Count,
        doc(
            "Most events published of one article: the first in its text. The number of the others is in "
            "`events_omitted` of the article and of the log line."
        ),
    ] = 2_000


class DiscoverSettings(
    Struct,
    frozen=True,
    kw_only=True,
    rename={
        "interval_s": "discover_interval_s",
        "min_interval_s": "discover_min_interval_s",
        "max_interval_s": "discover_max_interval_s",
    },
):
    """Feeds and sitemaps."""

    sources: Annotated[str, doc("The file that lists the feeds.", takes="a file in TOML")] = "deploy/sources.toml"
    interval_s: Annotated[
        Positive,
        doc(
            "Interval between the first two polls of a source whose entry in that file sets none. It becomes shorter "
            "after news and longer without, within the bounds of the next two settings."
        ),
    ] = 300.0
    min_interval_s: Annotated[Positive, doc("Shortest interval between two polls of a source.")] = 60.0
    max_interval_s: Annotated[
        Positive,
        doc("Longest interval between two polls of a source that works, also if its feed requests a longer one."),
    ] = 3600.0
    max_links: Annotated[
        Count,
        doc(
            "Most links of one feed or sitemap that a poll enqueues: the newest by their dates. The number of the "
            "others is in `omitted` of the log line."
        ),
    ] = 10_000


class MetricsSettings(Struct, frozen=True, kw_only=True, rename=lambda name: f"metrics_{name}"):
    """The HTTP server for metrics and health checks of each service."""

    host: Annotated[
        Host,
        doc(
            "Address of the metrics and health endpoints of a service. In a container, set `0.0.0.0`.",
            takes="an address or a name of this machine",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        Port | None,
        doc(
            "Port of `/metrics`, `/healthz` and `/readyz` of a service: [operating.md](operating.md). With 0 the "
            "system chooses a free port, and the service logs it. If unset, the service has no such endpoints."
        ),
    ] = None


class GatewaySettings(Struct, frozen=True, kw_only=True, rename=lambda name: f"gateway_{name}"):
    """The HTTP API, the live streams and the web page."""

    host: Annotated[
        Host,
        doc(
            "Address that `communique gateway` listens on. `--host` overrides it.",
            takes="an address or a name of this machine",
        ),
    ] = "127.0.0.1"
    port: Annotated[Port, doc("Port of the gateway. With 0 the system chooses a free one. `--port` overrides it.")] = (
        8080
    )
    tokens: Annotated[
        str | None,
        doc(
            "File of the bearer tokens (`[[token]]` with `name`, `token` or `sha256`, `scopes` of `read` and `write`). "
            "If unset, no token is required.",
            takes="a file in TOML",
        ),
    ] = None
    open: Annotated[
        bool,
        doc(
            "Allow listening on an address other than loopback without tokens. Set it only if a proxy or a firewall "
            "restricts access."
        ),
    ] = False
    origins: Annotated[
        str | None,
        doc(
            "Origins whose pages may send requests (CORS): `https://a.example https://b.example`, or `*` for all. If "
            "unset, only pages of the gateway itself.",
            takes="origins with spaces between them, or `*`",
        ),
    ] = None
    proxies: Annotated[
        int,
        Meta(ge=0, le=10),
        doc(
            "Number of trusted proxies in front of the gateway. The client's address is taken from `X-Forwarded-For`, "
            "that many entries from the end."
        ),
    ] = 0
    rate_per_s: Annotated[
        Positive,
        doc("Sustained rate of requests per second for one token, or for one client address without a token."),
    ] = 20.0
    burst: Annotated[Count, doc("Requests that may exceed that rate at once (size of the token bucket).")] = 200
    clients: Annotated[Count, doc("Maximum number of open live streams.")] = 2_000
    buffer_bytes: Annotated[
        Count, doc("A live stream whose client leaves more than this unread receives a notice and is closed.")
    ] = 1 << 20
    heartbeat_s: Annotated[Positive, doc("Interval between two heartbeats of a live stream.")] = 15.0


class ArchiveSettings(Struct, frozen=True, kw_only=True, rename=lambda name: f"archive_{name}"):
    """The database of articles and events, and how much it keeps."""

    url: Annotated[
        str | None,
        doc(
            "The archive that `archive` writes. If unset, the file `archive.sqlite` in `COMMUNIQUE_DATA_DIR`.",
            takes="`sqlite:PATH` or `postgresql://USER:PASSWORD@HOST/DATABASE`",
            secret=True,
        ),
    ] = None
    days: Annotated[
        Positive | None,
        doc(
            "Days after which articles and events are deleted from the archive. If unset, they are kept.", takes="days"
        ),
    ] = None
    bytes: Annotated[
        Count | None,
        doc(
            "Size of an archive in SQLite, above which its oldest articles and events are deleted. If unset, there is "
            "no limit.",
            takes="bytes",
        ),
    ] = None


class WebhookSettings(Struct, frozen=True, kw_only=True, rename=lambda name: f"webhook_{name}"):
    """Delivery of events to webhook receivers."""

    url: Annotated[
        str | None,
        doc("The receiver, if `webhook` is started without `--to` and `--file`.", takes="a URL"),
    ] = None
    secret: Annotated[
        str | None,
        doc(
            "Secret that signs the requests to that receiver or to the one of `--to` (Standard Webhooks). To rotate "
            "it, set the new and the old secret with a space between.",
            takes="`whsec_` and 24 to 64 bytes in base64",
            secret=True,
        ),
    ] = None
    secret_file: Annotated[
        str | None, doc("File with that secret. It takes precedence over `COMMUNIQUE_WEBHOOK_SECRET`.", takes="a file")
    ] = None
    timeout_s: Annotated[Positive, doc("Timeout for one response of a receiver.")] = 15.0
    concurrency: Annotated[
        Count, doc("Events of one subscription that are delivered at a time. With 1 they arrive in order.")
    ] = 8
    give_up_s: Annotated[
        NotNegative,
        doc(
            "An event whose delivery has failed for this long becomes a dead letter. Until then it is retried, with "
            "the delays of `COMMUNIQUE_BACKOFF_S` and `COMMUNIQUE_MAX_BACKOFF_S`."
        ),
    ] = 3 * 86_400.0


class LogSettings(Struct, frozen=True, kw_only=True, rename=lambda name: f"log_{name}"):
    """The log."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        doc(
            "Minimum severity of the lines logged to stderr: JSON, or readable text if stderr is a terminal.",
            takes="`debug`, `info`, `warning` or `error`",
        ),
    ] = "info"
