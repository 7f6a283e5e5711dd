"""Render stories as HTML pages and as feeds.  Pure: the output depends only on the arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib import resources
from string import Template
from typing import Any

from worker.demo.story import Story

SITE_NAME = "The Meridian Courier"
INSET_AFTER = 3
"""Number of paragraphs before the inset ("Read also", an advertisement)."""
REVISIONS = 150
"""Number of earlier versions that the page of a live blog embeds as script data, as large sites do."""

_LINK = re.compile(r"\[([^\[\]]+)\]\(([a-z0-9-]+)\)")


@cache
def _template(name: str) -> Template:
    return Template((resources.files(__package__) / "templates" / name).read_text(encoding="utf-8"))


def render_page(story: Story, url: str, base: str, others: Sequence[Story]) -> str:
    """Return the HTML page of a story at `url`; `others` are the related stories that it links to."""
    fields = {
        "site": SITE_NAME,
        "base": base,
        "url": url,
        "title": escape(story.title),
        "standfirst": escape(story.standfirst),
        "byline": escape(story.byline),
        "section": escape(story.section),
        "language": story.language,
        "charset": story.charset,
        "iso": story.date.isoformat(),
        "day": f"{story.date:%d %B %Y, %H:%M}".lstrip("0"),
        "related": "\n".join(_teaser(s, base) for s in others),
        "jsonld": _script(_jsonld(story, url, base)),
        "state": _script(_state(story)) if story.layout == "live" else "",
    }
    inset = _template(f"{story.layout}.inset.html").substitute(fields)
    return _template(f"{story.layout}.html").substitute(fields, body=_body(story, base, inset))


def _body(story: Story, base: str, inset: str) -> str:
    old = story.layout == "archive"
    blocks = [_inline(p, base) if old else _block(p, base) for p in story.paragraphs]
    between = "<br><br>\n" if old else "\n"
    return between.join([*blocks[:INSET_AFTER], inset, *blocks[INSET_AFTER:]])


def _block(paragraph: str, base: str) -> str:
    if paragraph.startswith("## "):
        return f"<h2>{_inline(paragraph[3:], base)}</h2>"
    if paragraph.startswith("@ "):
        clock, _, head = paragraph[2:].partition(" ")
        return f'<h3 class="entry"><time>{clock}</time> {_inline(head, base)}</h3>'
    return f"<p>{_inline(paragraph, base)}</p>"


def _inline(paragraph: str, base: str) -> str:
    return _LINK.sub(rf'<a href="{base}/news/\2">\1</a>', escape(paragraph, quote=False))


def _teaser(story: Story, base: str) -> str:
    return f'<li><a href="{base}{story.path}">{escape(story.title)}</a> <span>{escape(story.standfirst)}</span></li>'


def _jsonld(story: Story, url: str, base: str) -> dict[str, Any]:
    """Return the story as a schema.org NewsArticle (JSON-LD)."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": story.title,
        "description": story.standfirst,
        "datePublished": story.date.isoformat(),
        "dateModified": story.date.isoformat(),
        "inLanguage": story.language,
        "articleSection": story.section,
        "author": [{"@type": "Person", "name": name} for name in story.byline.split(" and ") if name],
        "publisher": {"@type": "Organization", "name": SITE_NAME, "url": base},
    }


def _state(story: Story) -> dict[str, Any]:
    return {"story": story.slug, "revisions": [{"n": n, "entries": story.paragraphs} for n in range(REVISIONS)]}


def _script(value: dict[str, Any]) -> str:
    """Return JSON that is safe inside <script>: it contains no "<", which could end the element or begin a comment."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def render_rss(items: Iterable[tuple[Story, str]], base: str) -> str:
    """Return an RSS 2.0 feed of stories and their URLs."""
    entries = "".join(
        f"<item><title>{escape(s.title)}</title><link>{escape(url)}</link><guid isPermaLink='true'>{escape(url)}</guid>"
        f"<pubDate>{format_datetime(s.date)}</pubDate><category>{escape(s.section)}</category>"
        f"<description>{escape(s.standfirst)}</description></item>\n"
        for s, url in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{SITE_NAME}</title><link>{base}/</link><description>Invented news</description><ttl>5</ttl>\n"
        f"{entries}</channel></rss>\n"
    )


def render_atom(items: Iterable[tuple[Story, str]], base: str) -> str:
    """Return an Atom 1.0 feed (RFC 4287) of stories and their URLs."""
    entries = "".join(
        f"<entry><id>{escape(url)}</id><title>{escape(s.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{escape(url)}"/>'
        f"<updated>{s.date.astimezone(UTC).isoformat()}</updated><summary>{escape(s.standfirst)}</summary></entry>\n"
        for s, url in items
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{base}/</id><title>{SITE_NAME}</title><updated>2025-03-21T00:00:00+00:00</updated>"
        f'<link href="{base}/"/>\n'
        f"{entries}</feed>\n"
    )
