"""A page becomes an article and its events: the CPU work of one URL, in one call that pickles."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from worker import extract, parse
from worker.errors import Failure
from worker.schema import Article, Event, Page


class Lap(Struct, frozen=True):
    """One of the two parts of the work, in Unix ns: it is done in another process than the one that tells of it."""

    stage: Literal["parse", "extract"]
    start_ns: int
    end_ns: int


class Digest(Struct, frozen=True, kw_only=True):
    """What one page came to."""

    article: Article
    events: list[Event]
    laps: tuple[Lap, ...] = ()


def digest(page: Page, clock_ns: Callable[[], int] = time.time_ns) -> Digest:
    """Parse and extract; Permanent where the page is no article."""
    begun = clock_ns()
    article = parse.parse_article(page)
    parsed = clock_ns()
    events = extract.extract(article)
    laps = (Lap("parse", begun, parsed), Lap("extract", parsed, clock_ns()))
    return Digest(article=article, events=events, laps=laps)


def warm() -> None:
    """Load what the first page would load (language model, word lists, tagger), half a second and 100 MB of it."""
    words = "The minister said on Monday that the committee had met for the {}th time and heard from its engineers. "
    extract.extract(Article(id="", url="", text=words, language="en"))
    body = "".join(f"<p>{words.format(n) * 3}</p>" for n in range(4, 9))
    page = f"<html lang=en><title>Warm</title><article><h1>Warm</h1>{body}</article></html>"
    with contextlib.suppress(Failure):
        digest(Page(url="https://warm.example/", body=page.encode()))
