"""What stands around an article on its page, told by element, role, style and the words of class names."""

from __future__ import annotations

import re
from itertools import pairwise

from selectolax.lexbor import LexborNode

FURNITURE = [
    *("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "map"),
    *("audio", "video", "picture", "figure", "figcaption"),
    *("button", "select", "textarea", "input", "label", "option", "datalist"),
    *("nav", "footer", "aside", "dialog", "menu", "title"),
]
"""Elements that never hold running text of an article."""

_LAYOUT = frozenset({"article", "main", "body", "html"})
"""Never boilerplate by their class: content systems write topics and templates into it."""
_ROLES = frozenset({"navigation", "complementary", "banner", "contentinfo", "dialog", "search", "menu", "alert"})
_INVISIBLE = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE)
_POSSESSION = re.compile(r"\b(?:has|have|with|without|no|is|not)[-_]+[a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")

_WORDS = frozenset(
    (
        # other articles
        *("related", "recommend", "recommended", "recommendation", "recommendations", "recirc", "recirculation"),
        *("teaser", "teasers", "trending", "popular", "mostread", "readmore", "seealso", "outbrain", "taboola"),
        *("carousel", "slider", "slideshow", "gallery", "infobox", "factbox"),
        # the reader's part
        *("share", "sharing", "comment", "comments", "disqus", "poll", "quiz"),
        # what the site wants
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
        # the page's frame
        *("sidebar", "breadcrumb", "breadcrumbs", "nav", "navigation", "menu", "footer", "toolbar", "popup", "modal"),
        *("toc", "hidden", "offscreen"),
        # facts about the article
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


def boilerplate(node: LexborNode) -> bool:
    """Tell by its own attributes whether an element, with all in it, stands outside the running text."""
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
    named = _named(attributes)
    return not _WORDS.isdisjoint(named) or not _PAIRS.isdisjoint(pairwise(named))


def _named(attributes: dict[str, str | None]) -> list[str]:
    """Words of the class and id, with "camelCase" and "kebab-case" parted, without what "has-sidebar" only has."""
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return _WORD.findall(_POSSESSION.sub(" ", _HUMP.sub("-", names).lower()))
