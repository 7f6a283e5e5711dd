"""Normalise URLs, remove tracking parameters, and return their host and origin.

`normalise` does not change which resource a URL identifies.  `canonicalise` also removes tracking parameters, so
that an article found by two links is one task.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from importlib import resources
from typing import Final

import yarl

from worker.errors import Permanent

MAX_LENGTH: Final = 2048
"""Most characters of a URL: the limit of the sitemap protocol and of most browsers and servers."""

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""C0, DEL, C1 and lone surrogates: never valid in a URL, and often part of an attack on parsers."""

_ORIGIN = re.compile("[^/?#]*(?://[^/?#]*)?")
"""Scheme and authority; matches any text."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
"""A label of a host name (RFC 1123, after IDNA), and the underscore, which some real hosts use."""

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""Pattern of a last label with which `inet_aton` and browsers take the whole host for an IPv4 address."""


def _tracking_parameters() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names and the prefixes of tracking parameters, from `trackers.txt`."""
    lines = (resources.files(__package__) / "trackers.txt").read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    return (
        frozenset(entry for entry in entries if not entry.endswith("*")),
        tuple(entry.removesuffix("*") for entry in entries if entry.endswith("*")),
    )


_TRACKERS, _TRACKER_PREFIXES = _tracking_parameters()


def normalise(url: str) -> str:
    """Return the normal form of an http(s) URL; idempotent.

    Scheme and host in lower case, IDNA, percent-encoding of RFC 3986, dot segments resolved; no default port, fragment
    or surrounding white space.  For any other text raises Permanent("bad_url"), whose detail is the reason.
    """
    text = url.strip()
    _check_characters(text)
    try:
        parsed = yarl.URL(text)
        authority = _normal_host(parsed, text) + _port(parsed)
    except ValueError as e:
        raise _bad(text, str(e)) from None
    query = f"?{parsed.raw_query_string}" if parsed.raw_query_string else ""
    return _check_length(f"{parsed.scheme}://{authority}{parsed.raw_path or '/'}{query}")


def canonicalise(url: str) -> str:
    """Return `normalise(url)` without tracking parameters; the other parameters keep their order.

    This is the URL that is fetched, so no parameter is removed that could identify the article.
    """
    head, _, query = normalise(url).partition("?")
    kept = "&".join(it for it in query.split("&") if it and not is_tracker(it.partition("=")[0]))
    return f"{head}?{kept}" if kept else head


def host_of(url: str) -> str:
    """Return the host in lower case without port, an IPv6 address without brackets.  May raise Permanent("bad_url")."""
    text = url.strip()
    _check_characters(text)
    return _host_of_origin(_ORIGIN.match(text)[0])  # type: ignore[index]


@lru_cache(maxsize=10_000)
def _host_of_origin(origin: str) -> str:
    return yarl.URL(normalise(origin), encoded=True).raw_host or ""


def origin_of(url: str) -> str:
    """Return "scheme://host[:port]", the scope of a robots.txt (RFC 9309, 2.3).  May raise Permanent("bad_url")."""
    return str(yarl.URL(normalise(url), encoded=True).origin())


def _bad(url: str, why: str) -> Permanent:
    shown = url if len(url) <= 200 else url[:200] + "…"  # noqa: PLR2004 - enough to recognise it in a log
    return Permanent("bad_url", f"{shown!r}: {why}")


def _check_characters(text: str) -> None:
    if not text:
        raise _bad(text, "it is empty")
    _check_length(text)
    if found := _FORBIDDEN.search(text):
        raise _bad(text, f"control character {found[0]!r} at position {found.start()}")


def _check_length(url: str) -> str:
    if len(url) > MAX_LENGTH:
        raise _bad(url, f"{len(url)} characters long, longer than {MAX_LENGTH}")
    return url


def _normal_host(parsed: yarl.URL, text: str) -> str:
    """Return the host as in a normal URL; raise ValueError with the reason if the authority is invalid."""
    if parsed.scheme not in {"http", "https"}:
        raise ValueError(
            f"scheme {parsed.scheme!r} is not http or https" if parsed.scheme else "no http:// or https://"
        )
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise ValueError("it contains credentials")
    name = (parsed.raw_host or "").removesuffix(".").lower()
    if not name:
        raise ValueError("no host")
    if ":" in name or "[" in text.partition("://")[2].partition("/")[0]:
        return f"[{_ipv6(name)}]"
    return _normal_name(name)


def _port(parsed: yarl.URL) -> str:
    port = parsed.explicit_port
    if port == 0:
        raise ValueError("port 0")
    return "" if port in {None, {"http": 80, "https": 443}[parsed.scheme]} else f":{port}"


def _ipv6(name: str) -> ipaddress.IPv6Address:
    if "%" in name:
        raise ValueError("an IPv6 address with a zone")
    return ipaddress.IPv6Address(name)


def _normal_name(name: str) -> str:
    """Return a DNS name or a dotted quad; raises ValueError for other notations of an IPv4 address ("0x7f.1")."""
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(ipaddress.IPv4Address(name))
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - RFC 1035, 2.3.4
        raise ValueError(f"{name!r} is not a host name")
    return name


def is_tracker(name: str) -> bool:
    """Return whether a query parameter only records from where a visitor came."""
    name = name.lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)
