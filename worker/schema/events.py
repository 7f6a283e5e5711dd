"""What is found in an article, and the JSON Schema of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from worker.schema.article import Id, Instant
from worker.schema.values import (
    ACTOR_TYPES,
    ACTS,
    CATEGORIES,
    DECISION_STATUSES,
    FORMS,
    MEETING_STATUSES,
    QUOTATIONS,
    Act,
    ActorType,
    Category,
    DecisionStatus,
    Form,
    MeetingStatus,
    Quotation,
    one_of,
)

Offset = Annotated[int, Meta(extra_json_schema={"minimum": 0})]
CountryCode = Annotated[str, Meta(extra_json_schema={"pattern": "^[A-Z]{2}$"})]
CameoCode = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9]{2,4}$"})]


# ---------------------------------------------------------------- parts
class Span(Struct, frozen=True, kw_only=True):
    """A stretch of the article: `text[start:end] == span.text`, always."""

    start: Annotated[Offset, Meta(description="Unicode code points of the article's text before it.")]
    end: Annotated[Offset, Meta(description="Code points up to its end: the first that does not belong to it.")]
    text: Annotated[str, Meta(description="Its words.")]


class Actor(Struct, frozen=True, kw_only=True):
    """A party of an event."""

    name: Annotated[
        str,
        Meta(
            description="The fullest name that this article gives: that of “he”, “Stoltenberg” and “the NATO chief” is "
            "Jens Stoltenberg. For a group or an unnamed source the phrase as worded. Never a name that the article "
            "does not contain."
        ),
    ]
    mention: Annotated[
        Span | None, Meta(description="The words used here (“he”); null where the text leaves the party out.")
    ] = None
    type: Annotated[ActorType, one_of(ACTOR_TYPES, "What sort of party.")]
    role: Annotated[
        str | None,
        Meta(description="Title or affiliation as stated anywhere in the article: “NATO Secretary General”; or null."),
    ] = None
    country: Annotated[
        CountryCode | None,
        Meta(
            description="ISO 3166-1 alpha-2 of the country that the party represents, where the article makes it "
            "clear; else null. An intergovernmental organisation has none."
        ),
    ] = None


class Plover(Struct, frozen=True, kw_only=True):
    """Where PLOVER (Political Language Ontology for Verifiable Event Records) puts the event."""

    type: Annotated[str, Meta(description='Event type: "CONSULT".')]
    mode: Annotated[str | None, Meta(description='Mode: "visit"; null where the type has none, or none fits.')] = None


class _Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every event has."""

    id: Annotated[
        Id,
        Meta(
            description="32 hex digits that depend on the article's canonical URL, the kind and the evidence's "
            "normalised words, not on offsets: the same evidence keeps its id when a paragraph is added above it or "
            "the page is fetched again."
        ),
    ]
    url: Annotated[str, Meta(description="The article's canonical URL; empty for a text that came without one.")]
    published_at: Annotated[
        Instant | None,
        Meta(description="When the article was published (RFC 3339, UTC); null where it does not tell."),
    ] = None
    language: Annotated[str, Meta(description="The article's language (BCP 47).")] = "en"
    sentence: Annotated[Span, Meta(description="The evidence: the sentence that tells of the event.")]
    cue: Annotated[
        Span | None,
        Meta(
            description="The words that announce the event. Of a statement the whole verb group (“has repeatedly "
            "said”), “according to”, a headline's colon; of a meeting or a decision the shortest words that name it. "
            "Null where there are none: a quotation that stands by itself."
        ),
    ] = None
    via: Annotated[
        list[str],
        Meta(
            description="Outlets credited with the report, the outermost last: “reported DPA, quoted by BTA” is "
            '`["DPA", "BTA"]`.'
        ),
    ] = []
    confidence: Annotated[
        float,
        Meta(
            description="Probability that the event is right, 0 to 1. Measured for statements: of those at 0.9, about "
            "nine in ten are right. Set by hand for meetings and decisions.",
            extra_json_schema={"minimum": 0, "maximum": 1},
        ),
    ]
    rule: Annotated[
        str,
        Meta(
            description="Name of the construction of the language that was found. For people and for debugging: rules "
            "are refined, and their names move."
        ),
    ]
    plover: Annotated[
        Plover | None, Meta(description="The event's code in PLOVER 0.8; null where PLOVER has none.")
    ] = None
    cameo: Annotated[
        CameoCode | None,
        Meta(description='The event\'s code in CAMEO 1.1b3, a string: "042"; null where CAMEO has none.'),
    ] = None


Mentions = Annotated[
    list[Span],
    Meta(
        description="Every stretch that names the event, in this or other sentences: an article tells of an event as "
        "often as it likes, and it stays one. The fullest comes first; it is the `cue`."
    ),
]
AttributedTo = Annotated[
    Id | None,
    Meta(description="Id of the statement in whose content it is reported; null where the article itself reports it."),
]


# ---------------------------------------------------------------- events
class Statement(_Event, frozen=True, kw_only=True, tag_field="kind", tag="statement"):
    """Somebody said or wrote something, as the article reports it or quotes it."""

    speaker: Annotated[
        Actor | None, Meta(description="Who is responsible for the words; null where the article does not tell.")
    ] = None
    content: Annotated[
        list[Span],
        Meta(
            description="What is said: the pieces around the cue, and the sentences and paragraphs with which it goes "
            "on, in the order of the text. Quotation marks belong to a piece, a full stop outside them does not; "
            "“that” and “to” belong to it."
        ),
    ]
    quotation: Annotated[Quotation, one_of(QUOTATIONS, "How the words are given.")]
    act: Annotated[Act, one_of(ACTS, "What the words do.")] = "say"
    target: Annotated[
        Actor | None, Meta(description="To whom it is done: who is accused, asked, praised, told; or null.")
    ] = None
    venue: Annotated[Span | None, Meta(description="Where it was said: “LBC radio”, “a Facebook post”; or null.")] = (
        None
    )
    said_on: Annotated[
        date | None,
        Meta(
            description="The day on which it was said, counted from that of publication where the article has “on "
            "Tuesday”; or null."
        ),
    ] = None


class Meeting(_Event, frozen=True, kw_only=True, tag_field="kind", tag="meeting"):
    """Two or more parties met or talked in a political role, will, or will not; or one of them faced the press."""

    form: Annotated[Form, one_of(FORMS, "What sort of meeting.")]
    status: Annotated[MeetingStatus, one_of(MEETING_STATUSES, "What has become of it.")]
    participants: Annotated[
        list[Actor], Meta(description="Who meets, as far as the article tells; of a press conference who gives it.")
    ]
    place: Annotated[Span | None, Meta(description="Where; or null.")] = None
    held_on: Annotated[
        date | None,
        Meta(description="The day on which it took place, or is to take place, where `when` tells one; or null."),
    ] = None
    when: Annotated[Span | None, Meta(description="When, as worded: “Monday evening”, “in April”; or null.")] = None
    topic: Annotated[Span | None, Meta(description="What it was or is to be about; or null.")] = None
    mentions: Mentions = []
    attributed_to: AttributedTo = None


class Decision(_Event, frozen=True, kw_only=True, tag_field="kind", tag="decision"):
    """A political actor chose, refused, put off, is about to choose, or explicitly did not."""

    deciders: Annotated[list[Actor], Meta(description="Who decides.")]
    status: Annotated[DecisionStatus, one_of(DECISION_STATUSES, "What has become of it.")]
    category: Annotated[Category, one_of(CATEGORIES, "What sort of decision.")] = "other"
    object: Annotated[
        Span | None, Meta(description="What is decided, as worded; null where the cue says all (“resigned”).")
    ] = None
    decided_on: Annotated[
        date | None, Meta(description="The day of the decision, where `when` tells one; or null.")
    ] = None
    when: Annotated[Span | None, Meta(description="When, as worded; or null.")] = None
    mentions: Mentions = []
    attributed_to: AttributedTo = None


Event = Statement | Meeting | Decision


def event_schema() -> dict[str, Any]:
    """Return the published contract: the JSON Schema (draft 2020-12) of an event."""
    (root,), parts = msgspec.json.schema_components([Event], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Communiqué event",
        **root,
        "$defs": {name: parts[name] for name in sorted(parts)},
    }
