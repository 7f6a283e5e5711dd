"""Detect boilerplate elements by tag, role, style and the words in class and id."""

from __future__ import annotations

import re
from itertools import pairwise

from selectolax.lexbor import LexborNode

NON_CONTENT_TAGS = [
    *("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "map"),
    *("audio", "video", "picture", "figure", "figcaption"),
    *("button", "select", "textarea", "input", "label", "option", "datalist"),
    *("nav", "footer", "aside", "dialog", "menu", "title"),
]
"""Elements that never contain running text of an article."""

_LAYOUT = frozenset({"article", "main", "body", "html"})
"""Elements whose class is ignored, since content management systems put topics and templates into it."""
_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "dialog", "search", "menu", "alert"})
_INVISIBLE = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE)
_STATE_WORDS = re.compile(r"\b(?:has|have|with|without|no|is|not)[-_]+[a-z0-9]+")
_CAMEL_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")

_WORDS = frozenset(
    (
        # other articles
        *("related", "recommend", "recommended", "recommendation", "recommendations", "recirc", "recirculation"),
        *("teaser", "teasers", "trending", "popular", "mostread", "readmore", "seealso", "outbrain", "taboola"),
        *("carousel", "slider", "slideshow", "gallery", "infobox", "factbox"),
        # interaction
        *("share", "sharing", "comment", "comments", "disqus", "poll", "quiz"),
        # marketing and consent
        *(
            "newsletter",
            "newsletters",
            "subscribe",
            "subscription",
            "signup",
            "login",
            "register",
            "donate",
            "donation",
        ),
        *("promo", "promos", "promotion", "promoted", "appeal", "ad", "ads", "adv", "advert", "adverts"),
        *("advertisement", "advertising", "sponsor", "sponsored"),
        *("cookie", "cookies", "consent", "gdpr", "onetrust", "cookiebot", "didomi", "usercentrics"),
        # page layout
        *("sidebar", "breadcrumb", "breadcrumbs", "nav", "navigation", "menu", "footer", "toolbar", "popup", "modal"),
        *("toc", "hidden", "offscreen"),
        # metadata of the article
        *("byline", "bio", "dateline", "timestamp", "tags", "keywords", "caption", "captions", "credit", "credits"),
        *("copyright", "disclaimer", "metadata"),
    )
)
_PAIRS = frozenset(
    (
        *(("author", "bio"), ("author", "info"), ("author", "box"), ("author", "card"), ("author", "about")),
        *(("author", "details"), ("author", "name"), ("author", "description"), ("text", "author")),
        *(("read", "more"), ("read", "also"), ("also", "read"), ("see", "also"), ("most", "read"), ("most", "popular")),
        *(("read", "time"), ("reading", "time")),
        *(("more", "from"), ("more", "on"), ("more", "news"), ("more", "stories"), ("more", "topic"), ("up", "next")),
        *(("sign", "up"), ("log", "in"), ("skip", "link"), ("screen", "reader"), ("sr", "only")),
        *(("visually", "hidden"), ("print", "only"), ("d", "none"), ("print", "block")),
        *(("post", "tags"), ("tag", "list"), ("tag", "cloud"), ("post", "meta"), ("entry", "meta")),
        *(("post", "card"), ("article", "card"), ("news", "card"), ("story", "card"), ("video", "player")),
        *(("post", "excerpt"), ("audio", "player"), ("social", "share"), ("social", "links"), ("social", "icons")),
        *(("social", "bar"), ("social", "follow")),
        *(("article", "meta"), ("post", "nav"), ("fact", "box"), ("info", "box")),
    )
)


def is_boilerplate(node: LexborNode) -> bool:
    """Return whether an element's own attributes mark it, with all its content, as boilerplate."""
    if node.tag == "form":
        return True
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or attributes.get("role") in _ROLES:
        return True
    if _INVISIBLE.search(attributes.get("style") or ""):
        return True
    if node.tag in _LAYOUT:
        return False
    words = _name_words(attributes)
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))


def _name_words(attributes: dict[str, str | None]) -> list[str]:
    """Return the words of class and id, split at camelCase and punctuation, without those of states ("has-sidebar")."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return _WORD.findall(_STATE_WORDS.sub(" ", _CAMEL_CASE.sub("-", names).lower()))
