"""Fold the addresses under which a site serves one article into one address.

The folded address is compared, never requested.  A fold that is missed costs one request, because the publication is
recognised by its text; a wrong fold loses an article.  So a rule removes only a part that by convention selects the
form of a page (AMP, mobile, print), a session, or the place of a link, and most rules require that the rest of the
address names an article by itself.

Not folded, because sites use them for different articles: letter case, repeated slashes, file extensions other than
those of an index, page numbers, languages, hosts such as "edition." and "www2.", paths that only end in "-amp", and
short links.  The queue learns those that redirect, or that declare a canonical URL on their own host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from worker.errors import Permanent
from worker.urls.canonical import canonicalise, host_of, is_tracker

# ---------------------------------------------------------------- hosts
_ALTERNATE_LABELS: Final = frozenset({"www", "m", "amp"})
"""First labels of hosts that serve the pages of the host without it."""
_SECOND_LEVELS: Final = frozenset(
    {"ac", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "id", "ltd", "me", "mil", "ne", "net", "nom", "or"}
    | {"org", "plc", "sch", "web"}
)
"""Labels under which country domains register names: "m.co.uk" and "www.co.uk" have different owners.

The public suffix list would be exact, but its library takes 0.4 s to load, in every command.
"""
_COUNTRY_LENGTH: Final = 2

# ---------------------------------------------------------------- paths
_AMP_CACHES: Final = re.compile(
    r"https?://(?:[a-z0-9-]+\.cdn\.ampproject\.org|(?:[a-z0-9-]+\.)?bing-amp\.com)/[a-z]{1,2}/(?:s/)?(?P<cached>[^/?]+\..*)"
    r"|https?://(?:www\.)?(?:google\.(?:com?\.)?[a-z]{2,3}|bing\.com)/amp/(?:s/)?(?P<viewed>[^/?]+\..*)"
)
"""Addresses of AMP caches and viewers, which contain the address of the page ("/c/s/HOST/PATH")."""
_SESSION_SEGMENT: Final = re.compile(r";jsessionid=[^/;]*|/\((?:[afsx]\([^()/]*\))+\)(?=/)", re.IGNORECASE)
"""Session ids in a path: of Java servlets (";jsessionid=…") and of ASP.NET ("/(S(…))/")."""
_INDEX: Final = re.compile(r"/index\.(?:html?|php|shtml)$", re.IGNORECASE)
_FORM_SUFFIX: Final = re.compile(r"(?:/(?:amp|print))+/?$|\.amp(?=(?:\.html?)?$)")
_FORM_PREFIX: Final = re.compile(r"^/(amp|print)(?=/)")
_SCRIPT: Final = re.compile(r"\.(?:php\d?|aspx?|ashx|jspx?|jsf|cgi|pl|cfm|do|dll|exe|phtml)$", re.IGNORECASE)
"""Extension of a program, whose name is not that of an article."""
_LONG_NUMBER: Final = re.compile(r"[0-9]{5}")
_PARTS: Final = re.compile(r"[/?&.;]")
"""Where a fold removes a part of an address."""
_SEPARATORS: Final = re.compile(r"[-_]+")
"""Between the words of a segment."""

# ---------------------------------------------------------------- parameters
_YES: Final = frozenset({"", "1", "true", "yes", "y"})
_FORM_PARAMETERS: Final[dict[str, frozenset[str]]] = {
    "amp": _YES,
    "outputtype": frozenset({"amp"}),
    "output": frozenset({"amp", "print"}),
    "format": frozenset({"amp", "print"}),
    "view": frozenset({"amp", "print", "mobile"}),
    "mode": frozenset({"amp", "print", "mobile"}),
    "print": _YES | {"print"},
    "printable": _YES,
    "printview": _YES,
    "print_view": _YES,
    "printerfriendly": _YES,
    "printer_friendly": _YES,
    "mobile": _YES,
    "tmpl": frozenset({"component"}),
}
"""Parameter -> the values with which it selects a form of the page; with any other value it is kept.

"tmpl=component" is Joomla's print window.
"""
_SERVER_PARAMETERS: Final = frozenset({"phpsessid", "jsessionid", "asp.net_sessionid", "amp_js_v", "amp_gsa", "usqp"})
"""Names that only PHP, Java servlets, ASP.NET and the AMP caches use."""
_SESSION_PARAMETERS: Final = frozenset(
    {"sid", "s", "sess", "sessid", "session", "sessionid", "session_id", "oscsid", "zenid", "cftoken"}
)
"""Names of session ids that are also common words: dropped only with a value that looks random."""
_RANDOM: Final = re.compile(r"(?=.*[0-9])(?=.*[a-z])[0-9a-z-]{16,}", re.IGNORECASE)
_REFERRER_PARAMETERS: Final = frozenset(
    {"ref", "refer", "referer", "referrer", "partner", "partnerid", "partner_id", "emc", "via", "from", "source", "src"}
    | {"origin", "rss", "wprss", "feed", "share", "shared", "campaign", "intcmp", "dcmp", "icmp", "int_source"}
    | {"newsletter"}
)
"""Names of the place where a link was shown: dropped only if the value is a word and the rest names an article."""
_ID: Final = re.compile(r"[0-9]{3}")


def fold(canonical_url: str) -> str:
    """Return the folded address of a canonical URL (see `canonicalise`): itself a URL, and folded already.

    A text that is no URL is returned in some form; no text raises.
    """
    url = canonical_url
    while (folded := _fold_once(url)) != url:
        url = folded
    return url


def lead_to(page_url: str, article_url: str, redirects: Sequence[str] = ()) -> list[str]:
    """Return the folded addresses that lead to an article, that of the article first.

    `page_url`: address from which its page was fetched; `article_url`: canonical URL that the page declares;
    `redirects`: addresses that redirected to the page.  The last two count only on the host of the page, in any form:
    otherwise a page could claim the address of another site's article, which would then not be fetched.  A front page
    leads to other articles tomorrow.
    """
    article, page, *others = (fold(_canonical(url)) for url in (article_url, page_url, *redirects))
    found = dict.fromkeys(url for url in (article, page, *others) if _host(url) == _host(page))
    return [url for url in found if url and not url.endswith("/")]


def forms_of_host(url: str) -> list[str]:
    """Return the hosts under which a site serves the forms of a page, that of the canonical URL first."""
    plain = host_of(fold(url))
    labelled = [f"{label}.{plain}" for label in (*sorted(_ALTERNATE_LABELS), "mobile")]
    return list(dict.fromkeys([host_of(url), plain, *labelled]))


def common_part(url: str) -> str:
    """Return a part of the folded address, the longest one, that is in every form of the address."""
    return max(_PARTS.split(fold(url).partition("://")[2].partition("/")[2]), key=len)


def _canonical(url: str) -> str:
    try:
        return canonicalise(url)
    except Permanent:
        return ""


def _host(folded_url: str) -> str:
    return folded_url.partition("://")[2].partition("/")[0]


def _fold_once(url: str) -> str:
    if page := _cached_page(url):
        return page
    head, _, query = url.partition("?")
    scheme, _, rest = head.partition("://")
    authority, slash, path = rest.partition("/")
    if not slash:
        return url
    path = _fold_path(f"/{path}")
    query = _fold_query(path, query)
    base = f"{'https' if scheme == 'http' else scheme}://{_fold_host(authority, path)}{path}"
    return f"{base}?{query}" if query else base


def _cached_page(url: str) -> str | None:
    """Return the canonical address of the page in that of an AMP cache; None for any other URL."""
    if "amp" not in url or not (found := _AMP_CACHES.fullmatch(url)):
        return None
    try:
        return canonicalise(f"https://{found['cached'] or found['viewed']}")
    except Permanent:
        return None


# ---------------------------------------------------------------- host
def _fold_host(authority: str, path: str) -> str:
    """Remove the labels "www", "m", "amp" and "mobile", if a registered name follows.

    "mobile" also names sections on telephones, so it is removed only where the path names an article.
    """
    first, _, rest = authority.partition(".")
    while _is_registered(rest) and (
        first in _ALTERNATE_LABELS or (first == "mobile" and _names_article(_last_segment(path)))
    ):
        authority = rest
        first, _, rest = authority.partition(".")
    return authority


def _is_registered(authority: str) -> bool:
    """Return whether a host can be a site of its own: two labels, and not the suffix of a country ("co.uk")."""
    labels = authority.partition(":")[0].split(".")
    if len(labels) < 2 or labels[-1].isdigit():  # noqa: PLR2004 - a name and its top-level domain
        return False
    is_suffix = len(labels) == 2 and len(labels[1]) == _COUNTRY_LENGTH and labels[0] in _SECOND_LEVELS  # noqa: PLR2004
    return not is_suffix


# ---------------------------------------------------------------- path
def _fold_path(path: str) -> str:
    """Return the path without session ids, index file, trailing slash, and the segments of AMP and print forms."""
    path = _INDEX.sub("/", _SESSION_SEGMENT.sub("", path) if "(" in path or ";" in path else path)
    path = path.rstrip("/") or "/"
    if "amp" not in path and "print" not in path:
        return path
    path = _without(_FORM_SUFFIX, path, _is_specific)
    prefix = _FORM_PREFIX.match(path)
    return _without(_FORM_PREFIX, path, _names_article if prefix and prefix[1] == "amp" else _is_slug)


def _without(form: re.Pattern[str], path: str, is_enough: Callable[[str], bool]) -> str:
    rest = form.sub("", path)
    return rest if is_enough(_last_segment(rest)) else path


def _last_segment(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def _is_specific(segment: str) -> bool:
    """Return whether a segment is more than one plain word: "cabinet-approves" and "a12" are, "news" is not."""
    return _count_words(segment) > 1 or any(char.isdigit() for char in segment)


def _is_slug(segment: str) -> bool:
    """Return whether a segment has at least three words, and is not the name of a program."""
    return _count_words(segment) > 2 and not _SCRIPT.search(segment)  # noqa: PLR2004


def _names_article(segment: str) -> bool:
    """Return whether a last segment names an article: it is a slug, or has a number of five digits."""
    return _is_slug(segment) or _LONG_NUMBER.search(segment) is not None


def _count_words(segment: str) -> int:
    return sum(word != "" for word in _SEPARATORS.split(segment))


# ---------------------------------------------------------------- query
def _fold_query(path: str, query: str) -> str:
    """Return the parameters that may select the article, in the order of their names.

    Programs read parameters by name; those of one name keep their order.
    """
    if not query:
        return ""
    kept = [it for it in query.split("&") if it and not _is_form(*_split(it))]
    needed = [it for it in kept if not _is_session(*_split(it)) and not _is_referrer(*_split(it))]
    is_identified = _names_article(_last_segment(path)) or any(_is_id(_split(it)[1]) for it in needed)
    return "&".join(sorted(needed if is_identified else kept, key=lambda it: it.partition("=")[0]))


def _split(parameter: str) -> tuple[str, str]:
    name, _, value = parameter.partition("=")
    return name.lower().removeprefix("amp;"), value


def _is_form(name: str, value: str) -> bool:
    return (
        name in _SERVER_PARAMETERS
        or name.startswith("aspsessionid")
        or is_tracker(name)
        or value.lower() in _FORM_PARAMETERS.get(name, ())
    )


def _is_session(name: str, value: str) -> bool:
    return name in _SESSION_PARAMETERS and _RANDOM.fullmatch(value) is not None


def _is_referrer(name: str, value: str) -> bool:
    return name in _REFERRER_PARAMETERS and not (value.isdigit() or _is_id(value))


def _is_id(value: str) -> bool:
    """Return whether a value may identify an article: three digits in a row, or three words."""
    return _ID.search(value) is not None or _count_words(value) > 2  # noqa: PLR2004
