"""Everything that travels: tasks, pages, articles, events, and the names of the streams they travel on.

Offsets are Unicode code points of `Article.text`, half open.  Instants are aware UTC datetimes.  A new field
needs a default, so that old entries still decode.  The JSON form of an event is the published contract: what a field
means stands in its annotation and nowhere else, and `communique schema`, the gateway's OpenAPI document and
docs/events.md (`make reference`) are made of it.
"""

from worker.schema.article import Article
from worker.schema.events import Actor, Decision, Event, Meeting, Plover, Span, Statement, event_schema
from worker.schema.names import (
    ENTRY,
    VERSION,
    article_id,
    article_stream,
    event_stream,
    hash_id,
    publication_id,
    task_id,
)
from worker.schema.values import (
    KINDS,
    Act,
    ActorType,
    Category,
    DecisionStatus,
    Form,
    Kind,
    MeetingStatus,
    Quotation,
)
from worker.schema.work import Page, Task

__all__ = [
    "ENTRY",
    "KINDS",
    "VERSION",
    "Act",
    "Actor",
    "ActorType",
    "Article",
    "Category",
    "Decision",
    "DecisionStatus",
    "Event",
    "Form",
    "Kind",
    "Meeting",
    "MeetingStatus",
    "Page",
    "Plover",
    "Quotation",
    "Span",
    "Statement",
    "Task",
    "article_id",
    "article_stream",
    "event_schema",
    "event_stream",
    "hash_id",
    "publication_id",
    "task_id",
]
