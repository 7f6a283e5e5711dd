"""The article that is published with its events: the text that their spans refer to."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Annotated

from msgspec import Meta, Struct

from worker.schema.values import ARTICLE_FORMATS, ArticleFormat, one_of

Id = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9a-f]{32}$"})]
Instant = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]
"""Aware, UTC."""
Revision = Annotated[
    int,
    Meta(
        description="0 for the first reading of the article's page, 1 for the first that found its text changed, and "
        "so on. The spans of an event refer to the text of the article's entry with the same revision.",
        extra_json_schema={"minimum": 0},
    ),
]
# Pattern and format are part of the JSON Schema only: decoding is more lenient than encoding.


class Article(Struct, frozen=True, kw_only=True):
    """One article as text, its paragraphs separated by an empty line."""

    id: Annotated[Id, Meta(description="32 hex digits, a hash of the canonical URL: the same for every fetch.")]
    url: Annotated[str, Meta(description="Canonical URL; empty for a text that was given without one.")]
    text: Annotated[
        str,
        Meta(
            description="Text without the title, unless the page repeats it in the body. Spans count its Unicode code "
            "points."
        ),
    ]
    title: Annotated[str, Meta(description="Title as given by the page; empty if there is none.")] = ""
    byline: Annotated[list[str], Meta(description="Names of the authors; empty if the page names none.")] = []
    published_at: Annotated[
        Instant | None, Meta(description="Time of publication (RFC 3339, UTC); null if the page does not give it.")
    ] = None
    published_offset_s: Annotated[
        int,
        Meta(
            description="UTC offset, in seconds east, in which the page gives its time of publication. The day of "
            "`published_at` at this offset is the one from which “on Tuesday” is resolved."
        ),
    ] = 0
    language: Annotated[
        str | None,
        Meta(description='Primary language subtag of BCP 47 in lower case ("en"); null if it was not detected.'),
    ] = None
    site: Annotated[str | None, Meta(description="Name of the outlet as given by the page, or null.")] = None
    fetched_at: Annotated[
        Instant | None, Meta(description="Time at which the page was fetched; null for a text that was not fetched.")
    ] = None
    events_omitted: Annotated[
        int,
        Meta(
            description="Number of events that were found and not published, because the article has more than "
            "`COMMUNIQUE_MAX_EVENTS`. Those published are the first in the text."
        ),
    ] = 0
    source: Annotated[
        str | None, Meta(description="Name of the feed that listed the article; null if it was enqueued otherwise.")
    ] = None
    requested_url: Annotated[
        str | None,
        Meta(description="URL under which the article was enqueued; null for a text that was not fetched."),
    ] = None
    revision: Revision = 0
    same_as: Annotated[
        Id | None,
        Meta(
            description="Id of the earliest article with nearly the same text, such as another outlet's copy of an "
            "agency report; null if there is none. Nothing is dropped: both articles are published, with their events."
        ),
    ] = None

    updated_at: Annotated[
        Instant | None, Meta(description="Time of the last update as given by the page (RFC 3339, UTC), or null.")
    ] = None
    section: Annotated[str | None, Meta(description="Section of the outlet as given by the page, or null.")] = None
    keywords: Annotated[list[str], Meta(description="Keywords as given by the page, each once.")] = []
    image: Annotated[str | None, Meta(description="URL of the main picture as given by the page, or null.")] = None
    description: Annotated[str | None, Meta(description="Summary as given by the page, or null.")] = None
    paywalled: Annotated[
        bool,
        Meta(
            description="Whether the page says that the article is for subscribers, so that the text may be only "
            "its beginning."
        ),
    ] = False
    word_count: Annotated[
        int, Meta(description="Words of the text; in Chinese and Japanese, characters are counted instead.")
    ] = 0
    format: Annotated[ArticleFormat, one_of(ARTICLE_FORMATS, "What the page is.")] = "article"

    def local_published_at(self) -> datetime | None:
        """Return `published_at` in the page's UTC offset, where its date is the day of publication; None if unset."""
        zone = timezone(timedelta(seconds=self.published_offset_s))
        return self.published_at and self.published_at.astimezone(zone)
