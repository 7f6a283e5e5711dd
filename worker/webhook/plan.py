"""Who is to be sent what: one subscription, or a file of them."""

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
from worker.fetch.resolver import refuse_private_literal
from worker.filters.keywords import Filters, make_filter
from worker.webhook import signature

if TYPE_CHECKING:
    from worker.schema import Kind
    from worker.settings import Settings

NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z"
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]+")


class Webhook(Struct, frozen=True, kw_only=True):
    """A subscription, checked."""

    name: str
    """Its place in Redis is kept under this name."""
    to: str
    secrets: tuple[bytes, ...]
    kinds: tuple[Kind, ...] = ()
    filters: Filters = {}
    after: str = "$"
    """Where it begins the first time; later it goes on where it stopped."""

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Webhook({self.name!r}, {self.to!r})"


class _Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A `[[webhook]]` of a file."""

    name: Annotated[str, Meta(pattern=NAME)]
    to: str
    secret_file: str
    """A relative one stands beside the file."""
    kinds: list[str] = []
    filters: dict[str, str | list[str] | float] = {}
    from_start: bool = False


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    webhook: list[_Entry] = []


def one(
    to: str, name: str | None, settings: Settings, kinds: tuple[Kind, ...], filters: Filters, *, from_start: bool
) -> Webhook:
    """Make the subscription of a command line, its secret from the settings."""
    return _checked(
        Webhook(
            name=name or default_name(to),
            to=to,
            secrets=signature.keys(_secret(settings)),
            kinds=kinds,
            filters=filters,
            after="0" if from_start else "$",
        ),
        settings,
    )


def default_name(to: str) -> str:
    """Name a subscription after its address: "https://hooks.example/press" is "hooks.example-press"."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return "webhook"
    return _NO_NAME.sub("-", f"{parts.netloc.rpartition('@')[2]}{parts.path}").strip("-._")[:100] or "webhook"


def load(path: str | Path, settings: Settings) -> tuple[Webhook, ...]:
    """Read a file of subscriptions; UsageError names the file and what is wrong there."""
    try:
        entries = msgspec.toml.decode(_text(path), type=_File, strict=True).webhook
        made = tuple(_checked(_webhook(entry, Path(path).parent), settings) for entry in entries)
    except (msgspec.DecodeError, ValueError, RecursionError, UsageError) as e:
        raise UsageError(f"webhooks file {path}: {e}") from None
    if not made:
        raise UsageError(f"webhooks file {path} names no subscription: add a [[webhook]] with name, to and secret_file")
    name, times = Counter(webhook.name for webhook in made).most_common(1)[0]
    if times > 1:
        raise UsageError(f"webhooks file {path}: {name!r} stands there {times} times")
    return made


def _webhook(entry: _Entry, beside: Path) -> Webhook:
    return Webhook(
        name=entry.name,
        to=entry.to,
        secrets=signature.keys(_text(beside / entry.secret_file)),
        kinds=cast("tuple[Kind, ...]", tuple(entry.kinds)),
        filters=cast("Filters", entry.filters),
        after="0" if entry.from_start else "$",
    )


def _checked(webhook: Webhook, settings: Settings) -> Webhook:
    """Return the subscription with its address spelt as it will be asked; UsageError where it cannot work."""
    if not re.match(NAME, webhook.name):
        raise UsageError(f"no name for a webhook: {webhook.name!r} (letters, digits, '.', '_' and '-')")
    make_filter(webhook.kinds, webhook.filters)
    try:
        to = urls.normal(webhook.to)
        if not settings.fetch.allow_private_addresses:
            refuse_private_literal((urlsplit(to).hostname or "").strip("[]"))
    except Permanent as e:
        raise UsageError(f"webhook {webhook.name}: {e.detail}{_allowed(e)}") from None
    return msgspec.structs.replace(webhook, to=to)


def _allowed(e: Permanent) -> str:
    return " (COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES=true allows it)" if e.reason == "private_address" else ""


def _secret(settings: Settings) -> str:
    if settings.webhook.secret_file:
        return _text(settings.webhook.secret_file)
    if settings.webhook.secret:
        return settings.webhook.secret
    raise UsageError(f"set COMMUNIQUE_WEBHOOK_SECRET_FILE or COMMUNIQUE_WEBHOOK_SECRET: {signature.HOW}")


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as e:
        raise UsageError(f"{path}: {e.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
