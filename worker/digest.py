"""A page becomes an article and its events: the CPU work of one URL, in one call that pickles."""

from __future__ import annotations

import contextlib

from msgspec import Struct

from worker import extract, parse
from worker.errors import Failure
from worker.schema import Article, Event, Page


class Digest(Struct, frozen=True, kw_only=True):
    """What one page came to."""

    article: Article
    events: list[Event]


def digest(page: Page) -> Digest:
    """Parse and extract; Permanent where the page is no article."""
    article = parse.parse_article(page)
    return Digest(article=article, events=extract.extract(article))


def warm() -> None:
    """Load what the first page would load (language model, word lists, tagger), half a second and 100 MB of it."""
    words = "The minister said on Monday that the committee had met for the {}th time and heard from its engineers. "
    extract.extract(Article(id="", url="", text=words, language="en"))
    body = "".join(f"<p>{words.format(n) * 3}</p>" for n in range(4, 9))
    page = f"<html lang=en><title>Warm</title><article><h1>Warm</h1>{body}</article></html>"
    with contextlib.suppress(Failure):
        digest(Page(url="https://warm.example/", body=page.encode()))
