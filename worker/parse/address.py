"""The address of a page: its canonical link, resolved as browsers resolve it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser
from tldextract import TLDExtract

from worker.errors import Permanent
from worker.parse.markup import attribute_text
from worker.parse.template_values import is_unfilled_address
from worker.urls import canonicalise, fold

_suffixes = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
"""Includes the hosts of many sites, as "github.io": one of these sites must not declare the address of another."""


def read_address(page: LexborHTMLParser, url: str) -> str:
    """Return the canonical form of the address that the page declares, or else of `url`.

    A declared address is ignored on another registrable domain, if a template left it unfilled, and if it is the front
    page but `url` is not.  With an empty `url`, the first valid declared address is used.
    """
    own = canonicalise(url) if url else ""
    base = base_address(page, own)
    for declared in _declared_addresses(page):
        candidate = _canonical(base, declared)
        if candidate and (
            not own
            or (registrable_domain(candidate) == registrable_domain(own) and (_path(candidate) or not _path(own)))
        ):
            return candidate
    return own


def base_address(page: LexborHTMLParser, url: str) -> str:
    """Return the address against which the page's relative links are resolved: the first <base>, else `url`."""
    declared = attribute_text(page.css_first("base[href]"), "href")
    if not declared or is_unfilled_address(declared):
        return url
    try:
        base = urljoin(url, declared)
    except ValueError:
        return url
    return base if base.startswith(("http://", "https://")) else url


def own_address(declared: str, url: str) -> Callable[[str], bool | None]:
    """Return a function that says whether an address is that of the page that is declared, or fetched from `url`.

    It returns None for an address that does not name a page: invalid ones, front pages and those of other sites.
    """
    own = {fold(address) for address in (declared, canonicalise(url) if url else "") if address}
    domains = {registrable_domain(address) for address in own}

    def is_own(address: str) -> bool | None:
        if address in own:
            return True
        candidate = _canonical(url, address)
        if not candidate or not _path(candidate) or registrable_domain(candidate) not in domains:
            return None
        return fold(candidate) in own

    return is_own


def registrable_domain(url: str) -> str:
    """Return the registrable domain; if the host has no public suffix, the IP address or the last two labels."""
    return _domain_of_origin("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=10_000)
def _domain_of_origin(origin: str) -> str:
    found = _suffixes(origin)
    host = found.ipv4 or found.ipv6
    return host or found.top_domain_under_public_suffix or ".".join(f"{found.subdomain}.{found.domain}".split(".")[-2:])


def _declared_addresses(page: LexborHTMLParser) -> Iterator[str]:
    """Yield the canonical links of the head, where alone they count, and the address of Open Graph."""
    for link in page.css("head link[rel~='canonical' i]")[:5]:
        yield attribute_text(link, "href")
    yield attribute_text(page.css_first("meta[property='og:url']"), "content")


def _canonical(base: str, address: str) -> str:
    """Return the canonical form of an address; "" for an invalid, an unfilled and an empty one."""
    if is_unfilled_address(address) or address.startswith("#"):
        return ""
    try:
        return canonicalise(urljoin(base, address))
    except (Permanent, ValueError):
        return ""


def _path(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]
