"""The environment, read once into one frozen struct.  Every variable is `COMMUNIQUE_` + a field's name in capitals.

Durations are seconds (`_s`), sizes are bytes (`_bytes`).  What each setting means stands here and nowhere else:
`communique settings`, docs/configuration.md (`make reference`) and the messages about bad values are made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from worker.settings.environ import read
from worker.settings.variables import PREFIX, Variable, means, variables

__all__ = ["MOST_COUNTED", "MOST_SECONDS", "PREFIX", "Settings", "Variable", "variables"]

MOST_SECONDS: Final = 10**9
"""No duration reaches this: thirty years, or a slip of the pen."""
MOST_COUNTED: Final = 10**12
"""No count reaches this."""

Positive = Annotated[float, Meta(gt=0, lt=MOST_SECONDS)]
NotNegative = Annotated[float, Meta(ge=0, lt=MOST_SECONDS)]
Count = Annotated[int, Meta(ge=1, lt=MOST_COUNTED)]
WholeSeconds = Annotated[int, Meta(ge=1, lt=MOST_SECONDS)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Host = Annotated[str, Meta(min_length=1)]


class Settings(Struct, frozen=True, kw_only=True):
    """Every knob, with the value a newcomer gets."""

    redis_url: Annotated[
        str | None,
        means(
            "The server that holds queue and streams. Unset, `run` and `demo` start a private one; every other command "
            "asks for it.",
            section="Redis",
            takes="`redis://host:6379/0`, `rediss://…` or `unix:///path`",
        ),
    ] = None
    data_dir: Annotated[
        str | None,
        means(
            "Where the private server keeps its data between runs; unset, `$XDG_DATA_HOME/communique`.",
            takes="a folder",
        ),
    ] = None
    key_prefix: Annotated[  # without what Redis takes for a pattern: `demo` deletes the keys under its own
        str,
        Meta(pattern=r"^[^\s*?\[\]\\]+\Z"),
        means(
            "What every key begins with. Two installations on one server need two prefixes.",
            takes="text without blanks, `*`, `?`, `[`, `]` and backslashes",
        ),
    ] = "communique"

    contact_url: Annotated[
        str,
        Meta(pattern=r"^[!-~]+\Z"),
        means(
            "A page that says who you are; it is part of the User-Agent of every request, so that a site's owner can "
            "reach you. Set your own.",
            section="Fetching",
            takes="an address, in ASCII without blanks",
        ),
    ] = "https://communique.example/bot"
    allow_private_addresses: Annotated[
        bool,
        means(
            "Allow loopback, private and link-local addresses. Only for tests and demos: with it, a URL from outside "
            "may ask your own network."
        ),
    ] = False
    connect_timeout_s: Annotated[Positive, means("Longest time to a connection.")] = 10.0
    read_timeout_s: Annotated[Positive, means("Longest silence within an answer.")] = 20.0
    total_timeout_s: Annotated[Positive, means("Longest time for a whole answer, redirects included.")] = 60.0
    max_redirects: Annotated[
        int, Meta(ge=0), means("Redirects followed; each hop is checked like a first request.")
    ] = 5
    max_wire_bytes: Annotated[Count, means("Largest body as sent, still compressed.")] = 8 << 20
    max_body_bytes: Annotated[Count, means("Largest body after decompression.")] = 16 << 20

    host_delay_s: Annotated[
        NotNegative,
        means(
            "Least time between two requests to one host, over all workers. A robots.txt may ask for more.",
            section="Politeness",
        ),
    ] = 1.0
    max_host_delay_s: Annotated[Positive, means("A robots.txt that asks for more than this is given this.")] = 60.0
    robots_ttl_s: Annotated[WholeSeconds, means("How long a robots.txt is believed.")] = 86_400
    robots_max_bytes: Annotated[
        Count, means("What is read of a robots.txt (RFC 9309, 2.5, asks for 500 KiB at least).")
    ] = 512 << 10

    lease_s: Annotated[
        Positive,
        means("A task whose worker has been silent this long is claimed by another.", section="Queue"),
    ] = 60.0
    max_attempts: Annotated[Count, means("Failures and crashes after which a URL is given up.")] = 5
    backoff_s: Annotated[Positive, means("Wait after the first failure; doubled each time, with jitter.")] = 5.0
    max_backoff_s: Annotated[Positive, means("Longest such wait.")] = 3_600.0
    seen_ttl_s: Annotated[WholeSeconds, means("How long a URL once enqueued is not enqueued again.")] = 30 * 86_400
    done_ttl_s: Annotated[
        WholeSeconds,
        means("How long a URL once settled publishes nothing a second time."),
    ] = 30 * 86_400
    max_backlog: Annotated[Count, means("Above this many waiting tasks, `put` refuses.")] = 1_000_000
    stream_length: Annotated[
        Count,
        means("Entries kept in each stream of events and of articles (approximately)."),
    ] = 1_000_000
    dead_length: Annotated[Count, means("Entries kept of what was given up.")] = 100_000

    concurrency: Annotated[Count, means("Tasks in flight in one worker.", section="Worker")] = 32
    processes: Annotated[int, Meta(ge=0), means("Processes for parsing and extraction; 0 is one a core.")] = 0
    process_timeout_s: Annotated[
        Positive,
        means("Wall clock that one page may cost before its process is killed."),
    ] = 15.0
    process_memory_bytes: Annotated[Count, means("Address space of one such process.")] = 2 << 30
    drain_s: Annotated[
        Positive,
        means("Grace after SIGTERM; what is not finished by then goes back to the queue."),
    ] = 20.0

    sources: Annotated[
        str,
        means("The file that names the feeds.", section="Discovery", takes="a file in TOML"),
    ] = "deploy/sources.toml"
    discover_interval_s: Annotated[Positive, means("How often each feed is asked.")] = 300.0

    metrics_host: Annotated[
        Host,
        means(
            "Where a service listens for who watches it; `0.0.0.0` in a container.",
            section="Operating",
            takes="an address or a name of this machine",
        ),
    ] = "127.0.0.1"
    metrics_port: Annotated[
        Port | None,
        means(
            "Port of a service's `/metrics`, `/healthz` and `/readyz`: [operating.md](operating.md). 0 takes any free "
            "port and logs it; unset, there is none."
        ),
    ] = None

    gateway_host: Annotated[
        Host,
        means(
            "Address that `communique gateway` listens on; `--host` overrides it.",
            section="Gateway",
            takes="an address or a name of this machine",
        ),
    ] = "127.0.0.1"
    gateway_port: Annotated[Port, means("Its port; 0 takes a free one. `--port` overrides it.")] = 8080
    gateway_tokens: Annotated[
        str | None,
        means(
            "File of the bearer tokens (`[[token]]` with `name`, `token` or `sha256`, `scopes` of `read` and `write`). "
            "Unset, no token is asked for.",
            takes="a file in TOML",
        ),
    ] = None
    gateway_open: Annotated[
        bool,
        means("Allow an address that other machines reach without any tokens: something else keeps strangers out."),
    ] = False
    gateway_origins: Annotated[
        str | None,
        means(
            "Origins whose pages may ask (CORS): `https://a.example https://b.example`; `*` for all; unset, only the "
            "gateway's own.",
            takes="origins with blanks between them, or `*`",
        ),
    ] = None
    gateway_proxies: Annotated[
        int,
        Meta(ge=0, le=10),
        means("Proxies of your own in front of it: so many of the last addresses in `X-Forwarded-For` are believed."),
    ] = 0
    gateway_rate_per_s: Annotated[
        Positive, means("Requests that one token, or one address without a token, may make in the long run.")
    ] = 20.0
    gateway_burst: Annotated[Count, means("The same at once.")] = 200
    gateway_clients: Annotated[Count, means("Streams that are listened to at a time.")] = 2_000
    gateway_buffer_bytes: Annotated[
        Count, means("A client of a stream that leaves more than this unread is told so and dropped.")
    ] = 1 << 20
    gateway_heartbeat_s: Annotated[Positive, means("Time between two heartbeats of a stream.")] = 15.0

    webhook_url: Annotated[
        str | None,
        means("The receiver where `webhook` is given neither `--to` nor `--file`.", section="Webhooks", takes="a URL"),
    ] = None
    webhook_secret: Annotated[
        str | None,
        means(
            "Signs what is sent to that receiver, or to the one of `--to`, as Standard Webhooks has it. Two with a "
            "blank between, while one replaces the other.",
            takes="`whsec_` and 24 to 64 bytes in base64",
            secret=True,
        ),
    ] = None
    webhook_secret_file: Annotated[str | None, means("A file that holds the same; it wins.", takes="a file")] = None
    webhook_timeout_s: Annotated[Positive, means("Longest time for one answer of a receiver.")] = 15.0
    webhook_concurrency: Annotated[
        Count, means("Events of one subscription under way at a time; with 1 they arrive in order.")
    ] = 8
    webhook_give_up_s: Annotated[
        NotNegative,
        means(
            "An event that has failed for this long goes to the dead letters. Until then it is tried again, with the "
            "waits of `COMMUNIQUE_BACKOFF_S` and `COMMUNIQUE_MAX_BACKOFF_S`."
        ),
    ] = 3 * 86_400.0

    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        means(
            "The least grave lines to log: JSON on stderr; readable lines where stderr is a terminal.",
            section="Log",
            takes="`debug`, `info`, `warning` or `error`",
        ),
    ] = "info"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Read every `COMMUNIQUE_*` variable; UsageError names what is unknown or has a bad value."""
        return read(cls, environ)
