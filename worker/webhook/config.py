"""The configuration of webhooks: one from the command line and the settings, or several from a TOML file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from worker import urls
from worker.errors import Permanent, UsageError
from worker.fetch.resolver import reject_private_literal
from worker.filters.keywords import Filters, make_filter
from worker.subscribe.cursor import CursorError
from worker.subscribe.start import parse_start
from worker.webhook.signature import SECRET_FORMAT, parse_secrets

if TYPE_CHECKING:
    from worker.schema import Kind
    from worker.settings import FetchSettings, Settings, WebhookSettings

NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z"
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Webhook(Struct, frozen=True, kw_only=True):
    """A subscription with a valid name, address, secrets and filters."""

    name: str
    """Name of the webhook, which identifies its state in Redis."""
    to: str
    secrets: tuple[bytes, ...]
    kinds: tuple[Kind, ...] = ()
    """Kinds of the events to deliver; empty: all kinds."""
    filters: Filters = {}
    after: str = "$"
    """Start of the first delivery, as for `subscribe`: "$" after the newest event, "0" at the oldest, "1h" ….

    Later deliveries resume.
    """

    def __repr__(self) -> str:
        """Return name and address, without the secrets."""
        return f"Webhook({self.name!r}, {self.to!r})"


class _WebhookTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[webhook]]` of a file."""

    name: Annotated[str, Meta(pattern=NAME)]
    to: str
    secret_file: str
    """Path of the secret; a relative path is resolved against the directory of the webhooks file."""
    kinds: list[str] = []
    filters: dict[str, str | list[str] | float] = {}
    from_start: bool = False
    since: str = ""


class _WebhooksFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    webhook: list[_WebhookTable] = []


def make_webhook(
    to: str, name: str | None, settings: Settings, kinds: tuple[Kind, ...], filters: Filters, *, after: str
) -> Webhook:
    """Return the webhook of a command line, with the secret of the settings; UsageError if it is not valid.

    `name` None: a name derived from the address `to`.
    """
    return _validate(
        Webhook(
            name=name or default_name(to),
            to=to,
            secrets=parse_secrets(_secret(settings.webhook)),
            kinds=kinds,
            filters=filters,
            after=after,
        ),
        settings.fetch,
    )


def default_name(to: str) -> str:
    """Return the name of a webhook from its address: "hooks.example-press" for "https://hooks.example/press"."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return "webhook"
    host_and_path = f"{parts.netloc.rpartition('@')[2]}{parts.path}"
    return _NOT_IN_NAMES.sub("-", host_and_path).strip("-._")[:100] or "webhook"


def load_webhooks(path: str | Path, fetch: FetchSettings) -> tuple[Webhook, ...]:
    """Read a file of webhooks; UsageError with the path if the file cannot be read, is invalid, or has no webhook."""
    try:
        tables = msgspec.toml.decode(_read_text(path), type=_WebhooksFile, strict=True).webhook
        webhooks = tuple(_validate(_from_table(table, Path(path).parent), fetch) for table in tables)
    except (msgspec.DecodeError, ValueError, RecursionError, UsageError) as e:
        raise UsageError(f"webhooks file {path}: {e}") from None
    if not webhooks:
        raise UsageError(f"webhooks file {path} names no subscription: add a [[webhook]] with name, to and secret_file")
    name, times = Counter(webhook.name for webhook in webhooks).most_common(1)[0]
    if times > 1:
        raise UsageError(f"webhooks file {path}: the name {name!r} is used {times} times")
    return webhooks


def _from_table(table: _WebhookTable, directory: Path) -> Webhook:
    if table.from_start and table.since:
        raise UsageError(f"webhook {table.name}: from_start and since exclude each other")
    return Webhook(
        name=table.name,
        to=table.to,
        secrets=parse_secrets(_read_text(directory / table.secret_file)),
        kinds=cast("tuple[Kind, ...]", tuple(table.kinds)),
        filters=cast("Filters", table.filters),
        after=table.since or ("0" if table.from_start else "$"),
    )


def _validate(webhook: Webhook, fetch: FetchSettings) -> Webhook:
    """Return the webhook with its address normalised; UsageError for an invalid name, filter or address."""
    if not re.match(NAME, webhook.name):
        raise UsageError(f"not a webhook name: {webhook.name!r} (letters, digits, '.', '_' and '-')")
    make_filter(webhook.kinds, webhook.filters)
    try:
        parse_start(webhook.after, now_ms=0)  # resolved at the first delivery
    except CursorError as e:
        raise UsageError(f"webhook {webhook.name}: since {webhook.after[:100]!r}: {e}") from None
    try:
        to = urls.normalise(webhook.to)
        if not fetch.allow_private_addresses:
            reject_private_literal((urlsplit(to).hostname or "").strip("[]"))
    except Permanent as e:
        raise UsageError(f"webhook {webhook.name}: {e.detail}{_hint(e)}") from None
    return msgspec.structs.replace(webhook, to=to)


def _hint(e: Permanent) -> str:
    return " (COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES=true allows it)" if e.reason == "private_address" else ""


def _secret(settings: WebhookSettings) -> str:
    if settings.secret_file:
        return _read_text(settings.secret_file)
    if settings.secret:
        return settings.secret
    raise UsageError(f"set COMMUNIQUE_WEBHOOK_SECRET_FILE or COMMUNIQUE_WEBHOOK_SECRET: {SECRET_FORMAT}")


def _read_text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as e:
        raise UsageError(f"{path}: {e.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
