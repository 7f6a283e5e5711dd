"""Everything that travels: tasks, pages, articles, events, and the names of the streams they travel on.

Offsets are Unicode code points of `Article.text`, half open.  Instants are aware UTC datetimes.  A new field
needs a default, so that old entries still decode.  The JSON form of an event is the published contract: the meaning
of a field is written in its annotation only; `communique schema`, the gateway's OpenAPI document and docs/events.md
(`make reference`) are generated from it.
"""

from worker.schema.article import Article
from worker.schema.encoded import EncodedRecord, encode_record
from worker.schema.events import Actor, Decision, Event, Meeting, Plover, Span, Statement, event_schema
from worker.schema.kinds import (
    KIND_INDEX,
    KIND_SPECS,
    KINDS,
    ORIGINAL_KINDS,
    Kind,
    KindSpec,
    actors_in,
    allowed_values,
    has_field,
    kind_of,
    spans_in,
    spec_of,
    values_of_all_kinds,
)
from worker.schema.names import (
    ARTICLE_ENTRY,
    ENTRY,
    VERSION,
    article_id,
    article_stream,
    event_stream,
    hash_id,
    publication_id,
    task_id,
)
from worker.schema.reading import (
    MAX_REVISION,
    EventKey,
    KnownArticle,
    Reading,
    is_near,
    key_of_event,
    pack_events,
    short_hash,
    text_hash,
    unpack_events,
)
from worker.schema.retraction import RETRACTION, Retraction, RetractionReason
from worker.schema.values import (
    Act,
    ActorType,
    ArticleFormat,
    Category,
    DecisionStatus,
    Form,
    MeetingStatus,
    Quotation,
)
from worker.schema.work import FailedAttempt, Page, Task

__all__ = [
    "ARTICLE_ENTRY",
    "ENTRY",
    "KINDS",
    "KIND_INDEX",
    "KIND_SPECS",
    "MAX_REVISION",
    "ORIGINAL_KINDS",
    "RETRACTION",
    "VERSION",
    "Act",
    "Actor",
    "ActorType",
    "Article",
    "ArticleFormat",
    "Category",
    "Decision",
    "DecisionStatus",
    "EncodedRecord",
    "Event",
    "EventKey",
    "FailedAttempt",
    "Form",
    "Kind",
    "KindSpec",
    "KnownArticle",
    "Meeting",
    "MeetingStatus",
    "Page",
    "Plover",
    "Quotation",
    "Reading",
    "Retraction",
    "RetractionReason",
    "Span",
    "Statement",
    "Task",
    "actors_in",
    "allowed_values",
    "article_id",
    "article_stream",
    "encode_record",
    "event_schema",
    "event_stream",
    "has_field",
    "hash_id",
    "is_near",
    "key_of_event",
    "kind_of",
    "pack_events",
    "publication_id",
    "short_hash",
    "spans_in",
    "spec_of",
    "task_id",
    "text_hash",
    "unpack_events",
    "values_of_all_kinds",
]
