"""URLs: which are well formed, which name the same page, and whose host they are.

`normal` spells a URL in one way without changing what it names; `canonical` also drops the parameters that only
tell a site where its reader came from, so that one article found along two ways is one task.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import yarl

from worker.errors import Permanent

MAX_LENGTH: Final = 2048
"""Characters; what the sitemap protocol and most browsers and servers still take."""

_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""C0, DEL, C1 and lone surrogates: never part of an address, often part of an attack on its reader."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
"""RFC 1123 after IDNA, and the underscore that some real hosts have."""

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
"""A last label of this form makes the whole host an IPv4 address for `inet_aton` and browsers."""

# Only names that no site uses to say *which* page: the lists of ClearURLs, Firefox query stripping and AdGuard, without
# their words of everyday use ("source", "session", "cid", "ref"), which some sites need to find the article.
_TRACKER_PREFIXES: Final = (
    "utm_",  # Urchin, Google Analytics
    "gad_",  # Google Ads
    "mtm_",  # Matomo
    "matomo_",
    "piwik_",
    "at_",  # AT Internet, Piano (BBC)
    "ns_",  # comScore
    "itm_",
    "hsa_",  # HubSpot
    "__hs",
    "_hs",
    "oly_",  # Omeda Olytics
    "vero_",
    "wt.",  # Webtrends
    "_bta_",  # Bronto
    "trk_",  # Listrak
    "stm_",
)
_TRACKERS: Final = frozenset(
    (
        # click identifiers of advertisers
        *("fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "msclkid", "yclid", "ysclid", "twclid"),
        *(
            "ttclid",
            "li_fat_id",
            "igshid",
            "igsh",
            "mibextid",
            "sfnsn",
            "epik",
            "rdt_cid",
            "scclid",
            "sccid",
            "irclickid",
        ),
        *("rb_clickid", "_openstat", "wickedid", "vgo_ee", "unicorn_click_id", "guccounter", "guce_referrer"),
        *("guce_referrer_sig", "__twitter_impression", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref"),
        *("pk_campaign", "pk_kwd", "pk_keyword", "pk_source", "pk_medium", "pk_content", "pk_cid", "wt_mc", "wt_zmc"),
        *("ga_source", "ga_medium", "ga_term", "ga_content", "ga_campaign", "ga_place"),
        # newsletters
        *(
            "mc_cid",
            "mc_eid",
            "mkt_tok",
            "sc_src",
            "sc_lid",
            "sc_uid",
            "sc_llid",
            "sc_eh",
            "ml_subscriber",
            "ml_subscriber_hash",
            "elqtrackid",
            "elqtrack",
            "ck_subscriber_id",
        ),
        *(
            "bsft_clkid",
            "bsft_uid",
            "bsft_eid",
            "bsft_mid",
            "ss_email_id",
            "dm_i",
            "nr_email_referer",
            "s_cid",
            "spjobid",
        ),
        *("spmailingid", "spreportid", "spuserid", "hss_channel", "rs_oid_rd", "sailthru_link"),
        # what news sites add to the links of their own feeds and share buttons
        *("xtor", "cmp", "cmpid", "icid", "ncid", "ocid", "maca", "ito", "smid", "smtyp", "ftag", "cmpref", "wtrid"),
        *("ref_src", "ref_url", "referringsource", "traffic_source", "sr_share", "share_id", "soc_src", "soc_trk"),
        *("feedtype", "feedname", "__source", "__tn__", "_ga", "_gl", "sh_kit", "linkid_src", "taid"),
    )
)


def normal(url: str) -> str:
    """Return the one spelling of an http(s) URL; the spelling of a spelling is itself.

    Lower-case scheme and host, IDNA, percent-encoding by RFC 3986, dot segments resolved; no default port,
    fragment or surrounding space.  Permanent("bad_url") says what is wrong with anything else.
    """
    text = url.strip()
    _refuse_unreadable(text)
    try:
        parsed = yarl.URL(text)
        authority = _checked_host(parsed, text) + _port(parsed)
    except ValueError as e:
        raise _bad(text, str(e)) from None
    query = f"?{parsed.raw_query_string}" if parsed.raw_query_string else ""
    return _short_enough(f"{parsed.scheme}://{authority}{parsed.raw_path or '/'}{query}")


def canonical(url: str) -> str:
    """Return `normal(url)` without tracking parameters; the rest of the query keeps its order.

    What is fetched is this address, so nothing goes that could be part of an article's name.
    """
    head, _, query = normal(url).partition("?")
    kept = "&".join(piece for piece in query.split("&") if piece and not _is_tracker(piece))
    return f"{head}?{kept}" if kept else head


def host(url: str) -> str:
    """Return the host in lower case, without port; an IPv6 address without brackets.  Permanent("bad_url")."""
    return yarl.URL(normal(url), encoded=True).raw_host or ""


def origin(url: str) -> str:
    """Return "scheme://host[:port]", what a robots.txt speaks for (RFC 9309, 2.3).  Permanent("bad_url")."""
    return str(yarl.URL(normal(url), encoded=True).origin())


def _bad(url: str, why: str) -> Permanent:
    shown = url if len(url) <= 200 else url[:200] + "…"  # noqa: PLR2004 - enough to recognise it in a log
    return Permanent("bad_url", f"{shown!r}: {why}")


def _refuse_unreadable(text: str) -> None:
    if not text:
        raise _bad(text, "it is empty")
    _short_enough(text)
    if found := _FORBIDDEN.search(text):
        raise _bad(text, f"control character {found[0]!r} at position {found.start()}")


def _short_enough(url: str) -> str:
    if len(url) > MAX_LENGTH:
        raise _bad(url, f"{len(url)} characters long, at most {MAX_LENGTH} are taken")
    return url


def _checked_host(parsed: yarl.URL, text: str) -> str:
    """Return the host as it is written in a normal URL; ValueError says why the authority is refused."""
    if parsed.scheme not in {"http", "https"}:
        raise ValueError(
            f"scheme {parsed.scheme!r} is not http or https" if parsed.scheme else "no http:// or https://"
        )
    if parsed.raw_user is not None or parsed.raw_password is not None:
        raise ValueError("it carries credentials")
    name = (parsed.raw_host or "").removesuffix(".").lower()
    if not name:
        raise ValueError("no host")
    if ":" in name or "[" in text.partition("://")[2].partition("/")[0]:
        return f"[{_ipv6(name)}]"
    return _checked_name(name)


def _port(parsed: yarl.URL) -> str:
    port = parsed.explicit_port
    if port == 0:
        raise ValueError("port 0")
    return "" if port in {None, {"http": 80, "https": 443}[parsed.scheme]} else f":{port}"


def _ipv6(name: str) -> ipaddress.IPv6Address:
    if "%" in name:
        raise ValueError("an IPv6 address with a zone")
    return ipaddress.IPv6Address(name)


def _checked_name(name: str) -> str:
    """Pass a DNS name or a dotted quad; refuse every other number that a socket would take for an IPv4 address."""
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(ipaddress.IPv4Address(name))
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - RFC 1035, 2.3.4
        raise ValueError(f"{name!r} is not a host name")
    return name


def _is_tracker(piece: str) -> bool:
    name = piece.partition("=")[0].lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)
