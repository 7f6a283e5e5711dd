"""Parse the files of `articles/` to stories.

A file has some headers, an empty line and paragraphs:

    Title: Tamsaar: Each port pays for its own icebreaker
    Date: 2025-03-04T06:20:00+02:00
    Layout: gazette

    The first paragraph, on one line.

    ## A heading between paragraphs

    @ 14:05 The headline of an entry in a live blog

`[text](slug)` in a paragraph is a link to another story.
"""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Layout = Literal["gazette", "agency", "tribune", "archive", "amp", "live", "front"]
Serve = Literal["plain", "slow", "huge", "busy", "moved", "members", "gone", "missing", "endless", "front", "document"]
PageCoding = Literal["identity", "gzip", "br", "zstd"]

PATHS: dict[Serve, str] = {
    "plain": "/news/{}",
    "slow": "/news/{}",
    "huge": "/news/{}",
    "busy": "/news/{}",
    "moved": "/2019/{}.html",
    "members": "/members/{}",
    "gone": "/news/{}",
    "missing": "/news/{}",
    "endless": "/archive/{}",
    "front": "/section/{}",
    "document": "/documents/{}.pdf",
}
"""Path of a story in the feed, by the way in which it is served."""

REJECTIONS: dict[Serve, str] = {
    "members": "robots.txt forbids it",
    "gone": "answers 410",
    "missing": "answers 404",
    "endless": "the body never seems to end",
    "front": "a page of links, not an article",
    "document": "a PDF, not HTML",
}
"""Why a URL does not lead to an article, by the way in which it is served; all other URLs do."""


class Story(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One article (or other resource) of the site; `date` is aware, and each paragraph is one line."""

    slug: str
    title: str
    date: Annotated[datetime, Meta(tz=True)]
    standfirst: str = ""
    byline: str = ""
    section: str = "World"
    language: str = "en"
    layout: Layout = "gazette"
    serve: Serve = "plain"
    coding: PageCoding = "identity"
    charset: str = "utf-8"
    paragraphs: list[str]

    @property
    def path(self) -> str:
        """Path in the feed."""
        return PATHS[self.serve].format(self.slug)


def parse_story(slug: str, text: str) -> Story:
    """Parse the text of one file; raises msgspec.ValidationError with the name of an invalid header."""
    head, _, body = text.partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    fields = {name.lower(): value for name, value in headers.items()}
    paragraphs = [block.strip() for block in body.split("\n\n") if block.strip()]
    return msgspec.convert({"slug": slug, "paragraphs": paragraphs, **fields}, Story)


def load_stories() -> list[Story]:
    """Return all stories of the package, newest first, as in the feed."""
    files = [f for f in (resources.files(__package__) / "articles").iterdir() if f.name.endswith(".txt")]
    loaded = [parse_story(f.name.removesuffix(".txt"), f.read_text(encoding="utf-8")) for f in files]
    return sorted(loaded, key=lambda s: (s.date, s.slug), reverse=True)
