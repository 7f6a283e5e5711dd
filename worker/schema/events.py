"""The events found in an article, and their JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from worker.schema.article import Id, Instant, Revision
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
    """A stretch of the article's text: always `text[start:end] == span.text`."""

    start: Annotated[
        Offset, Meta(description="Offset of its first character in the article's text, in Unicode code points.")
    ]
    end: Annotated[Offset, Meta(description="Offset after its last character, in Unicode code points.")]
    text: Annotated[str, Meta(description="The characters of the span.")]


class Actor(Struct, frozen=True, kw_only=True):
    """A person, organisation or country that takes part in an event."""

    name: Annotated[
        str,
        Meta(
            description="The fullest name in this article: Jens Stoltenberg for “he”, “Stoltenberg” and “the NATO "
            "chief”. For a group or an unnamed person the phrase as worded. Never a name that the article does not "
            "contain."
        ),
    ]
    mention: Annotated[
        Span | None,
        Meta(description="The words that refer to the actor here (“he”); null if the sentence leaves the actor out."),
    ] = None
    type: Annotated[ActorType, one_of(ACTOR_TYPES, "The type of actor.")]
    role: Annotated[
        str | None,
        Meta(description="Title or affiliation as stated anywhere in the article: “NATO Secretary General”; or null."),
    ] = None
    country: Annotated[
        CountryCode | None,
        Meta(
            description="ISO 3166-1 alpha-2 code of the country that the actor represents; null if neither the article "
            "nor the institution named makes it clear. An intergovernmental organisation has none."
        ),
    ] = None


class Plover(Struct, frozen=True, kw_only=True):
    """The event's class in PLOVER (Political Language Ontology for Verifiable Event Records)."""

    type: Annotated[str, Meta(description='Event type: "CONSULT".')]
    mode: Annotated[str | None, Meta(description='Mode: "visit"; null if the type has no mode, or none applies.')] = (
        None
    )


class _Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """The fields of every event."""

    id: Annotated[
        Id,
        Meta(
            description="32 hex digits, a hash of the article's canonical URL, the kind and the normalised words of "
            "the evidence. Offsets are not part of it: the id stays the same when a paragraph is added above the "
            "evidence or the page is fetched again."
        ),
    ]
    url: Annotated[str, Meta(description="The article's canonical URL; empty for a text without a URL.")]
    published_at: Annotated[
        Instant | None,
        Meta(description="Time of publication of the article (RFC 3339, UTC); null if unknown."),
    ] = None
    language: Annotated[str, Meta(description="The article's language (BCP 47).")] = "en"
    sentence: Annotated[Span, Meta(description="The evidence: the sentence that reports the event.")]
    cue: Annotated[
        Span | None,
        Meta(
            description="The words that signal the event. Of a statement: the whole verb group (“has repeatedly said”)"
            ", “according to”, the colon of a headline. Of a meeting or a decision: the shortest words that name it. "
            "Null if there are none, as for a quotation without a reporting clause."
        ),
    ] = None
    via: Annotated[
        list[str],
        Meta(
            description="Outlets credited with the report, the outermost last: “reported DPA, quoted by BTA” gives "
            '`["DPA", "BTA"]`.'
        ),
    ] = []
    confidence: Annotated[
        float,
        Meta(
            description="Probability that the event is correct, 0 to 1, calibrated per kind on annotated articles: of "
            "the events at 0.9, about nine in ten are correct.",
            extra_json_schema={"minimum": 0, "maximum": 1},
        ),
    ]
    rule: Annotated[
        str,
        Meta(
            description="Name of the linguistic construction that was found. For reading and debugging only: names "
            "change as the rules are refined."
        ),
    ]
    plover: Annotated[Plover | None, Meta(description="The event's code in PLOVER 0.8; null if it has none.")] = None
    cameo: Annotated[
        CameoCode | None,
        Meta(description='The event\'s code in CAMEO 1.1b3, a string: "042"; null if it has none.'),
    ] = None
    title: Annotated[str, Meta(description="The article's title; empty if it has none.")] = ""
    site: Annotated[str | None, Meta(description="The name of the article's outlet, or null.")] = None
    revision: Revision = 0
    same_as: Annotated[
        Id | None,
        Meta(
            description="Id of the event of the same evidence in the article that the field `same_as` of this event's "
            "article names; null if there is none."
        ),
    ] = None


Mentions = Annotated[
    list[Span],
    Meta(
        description="All stretches that name the event, in this or other sentences; an event that an article mentions "
        "several times is published once. The fullest is the first; it is the `cue`."
    ),
]
AttributedTo = Annotated[
    Id | None,
    Meta(
        description="Id of the statement in whose content the event is reported; null if the article itself reports it."
    ),
]


# ---------------------------------------------------------------- events
class Statement(_Event, frozen=True, kw_only=True, tag_field="kind", tag="statement"):
    """An utterance or a written text of a speaker, as the article reports or quotes it."""

    speaker: Annotated[
        Actor | None, Meta(description="The source of the words; null if the article does not name it.")
    ] = None
    content: Annotated[
        list[Span],
        Meta(
            description="What is said: the pieces around the cue, and the sentences and paragraphs that continue it, "
            "in the order of the text. A piece includes its quotation marks and an introducing “that” or “to”, but not "
            "a full stop outside the quotation marks."
        ),
    ]
    quotation: Annotated[Quotation, one_of(QUOTATIONS, "Whether the words are quoted.")]
    act: Annotated[Act, one_of(ACTS, "The speech act.")] = "say"
    target: Annotated[
        Actor | None,
        Meta(description="The actor to whom the act is directed: the accused, praised or addressed; or null."),
    ] = None
    venue: Annotated[Span | None, Meta(description="The place or medium: “LBC radio”, “a Facebook post”; or null.")] = (
        None
    )
    said_on: Annotated[
        date | None,
        Meta(
            description="The day on which it was said; “on Tuesday” is resolved from the day of publication. Null if "
            "unknown."
        ),
    ] = None


class Meeting(_Event, frozen=True, kw_only=True, tag_field="kind", tag="meeting"):
    """A meeting or conversation of two or more actors in a political role, held or not; or a press conference."""

    form: Annotated[Form, one_of(FORMS, "The form of the meeting.")]
    status: Annotated[MeetingStatus, one_of(MEETING_STATUSES, "Whether it takes place.")]
    participants: Annotated[
        list[Actor],
        Meta(description="The actors who meet, as far as the article names them; of a press conference, its hosts."),
    ]
    place: Annotated[Span | None, Meta(description="The place, as worded; or null.")] = None
    held_on: Annotated[
        date | None,
        Meta(description="The day on which it took or is to take place, if `when` determines one; or null."),
    ] = None
    when: Annotated[Span | None, Meta(description="The time, as worded: “Monday evening”, “in April”; or null.")] = None
    topic: Annotated[Span | None, Meta(description="The subject of the meeting, as worded; or null.")] = None
    mentions: Mentions = []
    attributed_to: AttributedTo = None


class Decision(_Event, frozen=True, kw_only=True, tag_field="kind", tag="decision"):
    """A decision of a political actor: made, rejected, postponed, pending, proposed, or explicitly not made."""

    deciders: Annotated[list[Actor], Meta(description="The actors who decide.")]
    status: Annotated[DecisionStatus, one_of(DECISION_STATUSES, "The state of the decision.")]
    category: Annotated[Category, one_of(CATEGORIES, "The category of the decision.")] = "other"
    object: Annotated[
        Span | None, Meta(description="The matter decided, as worded; null if the cue says everything (“resigned”).")
    ] = None
    decided_on: Annotated[
        date | None, Meta(description="The day of the decision, if `when` determines one; or null.")
    ] = None
    when: Annotated[Span | None, Meta(description="The time, as worded; or null.")] = None
    mentions: Mentions = []
    attributed_to: AttributedTo = None


Event = Statement | Meeting | Decision


def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an event, the published contract."""
    (root,), parts = msgspec.json.schema_components([Event], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Communiqué event",
        **root,
        "$defs": {name: parts[name] for name in sorted(parts)},
    }
