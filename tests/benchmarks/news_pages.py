"""Invented news pages with the weight of real ones: the default pages of `make bench`.

An article has about 700 words: the beginning of one of the demo site's, dense in statements, meetings and decisions,
then plain prose from `prose.txt`.  The page around it has what a news site's template has: metadata, scripts and
styles, menus, picture elements, advertising slots, share buttons, teasers and a footer.  Their numbers are near the
mean of 120 saved news pages: 880 elements, 170 links, 180 div elements, 1,400 words and 16 levels of nesting.

Page number n is generated from `random.Random(n)` and is the same in each run.
"""

from __future__ import annotations

import random
import re
from html import escape
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from worker.demo.story import Story, load_stories
from worker.schema import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT = 24
"""Number of pages: each English article of the demo site twice, in different templates."""

PROSE = Path(__file__).with_name("prose.txt").read_text(encoding="utf-8").strip().split("\n\n")
"""Paragraphs without events."""

_BASE_URL = "https://news.example"
_STORY_PARAGRAPHS, _PROSE_PARAGRAPHS = 6, 10
_MENUS, _MENU_LINKS = 8, 8
_CARDS, _RANKED, _FOOTER_COLUMNS, _FOOTER_LINKS = 24, 10, 4, 8
_SCRIPTS, _SCRIPT_BYTES = 30, 1_600
_CSS_RULES = 250
_PARAGRAPHS_BETWEEN_SLOTS = 3
_SECTIONS = ("World", "Politics", "Business", "Climate", "Science", "Sport", "Culture", "Opinion", "Regions", "Video")
_WORDS = ("harbour", "council", "budget", "ferry", "court", "election", "talks", "railway", "water", "grain", "bridge")
_DECLARATIONS = ("display:flex", "margin:0 0 1.25rem", "color:#1a1a1a", "font:700 1rem/1.4 var(--serif)", "gap:.75rem")
_ICON = (
    "M12 2C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm-2 15l-5-5 1.41-1.41L10 14.17l7.59-7.59L19 8z"
)


def news_pages(count: int = COUNT) -> list[Page]:
    """Return `count` pages; the articles repeat in turn."""
    english = [s for s in load_stories() if s.serve == "plain" and s.language == "en" and len(s.paragraphs) > 1]
    return [_page(story, number) for number, story in enumerate(islice(cycle(english), count))]


def _page(story: Story, number: int) -> Page:
    url = f"{_BASE_URL}/world/{story.slug}-{number}"
    prose = islice(cycle(PROSE), number, number + _PROSE_PARAGRAPHS)
    paragraphs = [*map(_plain, story.paragraphs[:_STORY_PARAGRAPHS]), *prose]
    return Page(url=url, body=_Template(number).html(story, paragraphs, url).encode())


def _plain(paragraph: str) -> str:
    """Return a paragraph of a demo article without its link and heading marks."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", paragraph).removeprefix("## ")


class _Template:
    """One template with its own class names; each method returns a fragment of HTML."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.prefix = self.random.choice(["c-", "sc-", "m_", "article__", "tw-"])

    def html(self, story: Story, paragraphs: Sequence[str], url: str) -> str:
        """Return the whole page."""
        return (
            f'<!DOCTYPE html><html lang="en" class="no-js"><head>{self._head(story, url)}</head>'
            f"<body {self._classes(6)}>{self._header()}"
            + self._nested(
                5, f"<main id=main {self._classes(3)}>{self._article(story, paragraphs)}{self._aside()}</main>"
            )
            + f"{self._footer()}{self._scripts(_SCRIPTS // 2)}</body></html>"
        )

    # ------------------------------------------------------------ head
    def _head(self, story: Story, url: str) -> str:
        title, date = escape(story.title), story.date.isoformat()
        properties = {
            "og:title": title, "og:type": "article", "og:url": url, "og:site_name": "News Example",
            "article:published_time": date, "article:modified_time": date, "article:section": "World",
            "twitter:card": "summary_large_image", "twitter:title": title, "robots": "max-image-preview:large",
        }  # fmt: skip
        return (
            f'<meta charset=utf-8><title>{title} | News Example</title><link rel="canonical" href="{url}">'
            + "".join(f'<meta property="{name}" content="{value}">' for name, value in properties.items())
            + "".join(f'<meta name="{self._word()}:{n}" content="{self._token(24)}">' for n in range(22))
            + "".join(f'<link rel="preload" as="script" href="/_next/{self._token(40)}.js">' for _ in range(12))
            + f'<script type="application/ld+json">{self._json_ld(story, url)}</script>'
            + f"<style>{self._css()}</style>{self._scripts(_SCRIPTS // 2)}"
        )

    def _json_ld(self, story: Story, url: str) -> str:
        data = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.title, "url": url,
            "datePublished": story.date.isoformat(), "author": [{"@type": "Person", "name": story.byline or "News"}],
            "image": [self._image_url(width) for width in (640, 1280, 1920)],
        }  # fmt: skip
        return msgspec.json.encode(data).decode()

    def _css(self) -> str:
        rules = (
            f".{self.prefix}{self._token(8)}>.a{self._token(6)}{{{';'.join(self.random.choices(_DECLARATIONS, k=4))}}}"
            for _ in range(_CSS_RULES)
        )
        return "".join(rules)

    def _scripts(self, count: int) -> str:
        return "".join(f"<script{self._script_type()}>{self._script()}</script>" for _ in range(count))

    def _script_type(self) -> str:
        return self.random.choice(["", "", " async", ' type="text/javascript"', ' data-consent="analytics"'])

    def _script(self) -> str:
        call = '!function(e,t){{if(e.{0}<t&&"{1}"!==e.{2})return e.push({{id:"{1}",w:{3}}})}}(window.{0}||[],{3});'
        parts: list[str] = []
        while sum(map(len, parts)) < _SCRIPT_BYTES:
            parts.append(call.format(self._token(6), self._token(20), self._token(5), self.random.randrange(9999)))
        return "".join(parts)

    # ------------------------------------------------------------ around the article
    def _header(self) -> str:
        menus = "".join(
            f"<li {self._classes(2)}>{self._link(section)}<ul {self._classes(2)}>"
            + "".join(f"<li {self._classes(1)}>{self._link(self._headline(2))}</li>" for _ in range(_MENU_LINKS))
            + "</ul></li>"
            for section in _SECTIONS[:_MENUS]
        )
        search = f"<form role=search {self._classes(2)}><input type=search name=q><button>{self._svg()}</button></form>"
        return (
            f"<header {self._classes(3)}>{self._svg()}<nav {self._classes(2)}><ul>{menus}</ul></nav>{search}</header>"
        )

    def _aside(self) -> str:
        ranked = "".join(f"<li {self._classes(2)}>{self._link(self._headline(8))}</li>" for _ in range(_RANKED))
        cards = "".join(self._card() for _ in range(_CARDS))
        return (
            f"<aside {self._classes(3)}><h2>Most read</h2><ol>{ranked}</ol></aside>"
            f"<section {self._classes(3)}><h2>More from World</h2><div {self._classes(2)}>{cards}</div></section>"
        )

    def _card(self) -> str:
        text = (
            f"<span {self._classes(1)}>{self._link('World')}</span><h3>{self._link(self._headline(9))}"
            f"</h3><p>{self._headline(12)}.</p><span {self._classes(1)}>{self._svg()}3 hours ago</span>"
        )
        return self._nested(2, self._nested(2, self._picture()) + self._nested(2, text))

    def _footer(self) -> str:
        columns = "".join(
            f"<div {self._classes(2)}><h4>{section}</h4><ul>"
            + "".join(f"<li>{self._link(self._headline(2))}</li>" for _ in range(_FOOTER_LINKS))
            + "</ul></div>"
            for section in _SECTIONS[:_FOOTER_COLUMNS]
        )
        return f"<footer {self._classes(3)}>{columns}<p>© 2025 News Example. All rights reserved.</p></footer>"

    # ------------------------------------------------------------ article
    def _article(self, story: Story, paragraphs: Sequence[str]) -> str:
        share = "".join(
            f'<li><a href="https://share.example/{name}?u={self._token(60)}" {self._classes(2)}>{self._svg()}'
            f"<span {self._classes(1)}>Share on {name}</span></a></li>"
            for name in ("mail", "post", "chat", "link")
        )
        return (
            f"<article {self._classes(4)}><header><p>{self._link('World')}</p><h1 {self._classes(2)}>"
            f"{escape(story.title)}</h1><div {self._classes(2)}>By <span>{self._link(story.byline or 'News')}</span>"
            f'<time datetime="{story.date.isoformat()}">{story.date:%d %B %Y}</time></div><ul>{share}'
            f"</ul></header><figure {self._classes(2)}>{self._picture()}<figcaption>{self._headline(6)}. Photo: News"
            f"</figcaption></figure>{self._nested(3, self._body(paragraphs))}</article>"
        )

    def _body(self, paragraphs: Sequence[str]) -> str:
        parts = []
        for number, words in enumerate(paragraphs, 1):
            parts.append(f"<p {self._classes(2)}>{escape(words)}</p>")
            if number % _PARAGRAPHS_BETWEEN_SLOTS == 0:
                parts.append(self._slot() if number % (2 * _PARAGRAPHS_BETWEEN_SLOTS) else self._newsletter())
        return "".join(parts)

    def _slot(self) -> str:
        return self._nested(
            3, f'<div id="ad-{self._token(8)}" data-sizes="[[300,250],[728,90]]"><span>Advertisement</span></div>'
        )

    def _newsletter(self) -> str:
        text = f"<h4>{self._headline(4)}</h4><p>Sign up for the morning briefing.</p><button>Subscribe</button>"
        return f"<div {self._classes(3)}>{text}</div>"

    # ------------------------------------------------------------ fragments
    def _nested(self, depth: int, inner: str) -> str:
        for _ in range(depth):
            inner = f"<div {self._classes(3)}>{inner}</div>"
        return inner

    def _classes(self, count: int) -> str:
        names = " ".join(self.prefix + self._token(9) for _ in range(count))
        return f'class="{names}" data-testid="{self._token(10)}"'

    def _link(self, text: str) -> str:
        href = f"/{self._word()}/{self._word()}-{self._word()}-{self._token(12)}?ref={self._token(6)}"
        return f'<a href="{href}" {self._classes(2)} data-link-name="{self._token(14)}">{escape(text)}</a>'

    def _picture(self) -> str:
        srcset = ", ".join(f"{self._image_url(width)} {width}w" for width in (320, 480, 640, 960, 1280, 1920))
        source = f'<source type="image/webp" sizes="(min-width: 960px) 620px, 100vw" srcset="{srcset}">'
        return f'<picture>{source}<img loading=lazy alt="" src="{self._image_url(640)}" {self._classes(1)}></picture>'

    def _image_url(self, width: int) -> str:
        return f"{_BASE_URL}/img/{self._token(32)}/{width}x{width * 9 // 16}.jpg?quality=85&dpr=1&s={self._token(32)}"

    def _svg(self) -> str:
        return f'<svg viewBox="0 0 24 24" aria-hidden=true {self._classes(1)}><path d="{_ICON}"/></svg>'

    def _headline(self, words: int) -> str:
        return " ".join(self.random.choices(_WORDS, k=words)).capitalize()

    def _word(self) -> str:
        return self.random.choice(_WORDS)

    def _token(self, length: int) -> str:
        return f"{self.random.getrandbits(4 * length):0{length}x}"
