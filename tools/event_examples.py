"""Which events of the golden articles docs/events.md shows, and why each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from tests.golden.articles import ARTICLES, read_articles
from worker.pipeline.extract_events import extract_events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.schema import Article, Event, Kind

WIDTH: Final = 100
"""Characters that a JSON value may take on its line."""


class Example(Struct, frozen=True, kw_only=True):
    """An event to show, named by words of the golden article that it is found in."""

    kind: Kind
    shows: str
    """What there is to see in it, in Markdown."""
    article: str
    """The golden file."""
    sentence: str
    """How the event's sentence begins."""
    since: str = ""
    """How the paragraph begins with which the quotation opens; empty: the one with the sentence."""
    holds: Mapping[str, Any]
    """What is true of the event as long as `shows` is: some of its fields, and of theirs."""


ANY: Final[Mapping[str, Any]] = {}
"""Anything but null."""

EXAMPLES: Final = (
    Example(
        kind="statement",
        shows="**A pronoun.** “She” is the `mention`; name, role and country come from the sentence before. The act is "
        "`accuse`, and the accused ministry is the `target`.",
        article="bare_noun_phrases",
        sentence="She blamed the ministry",
        since="Peruvian Senator",
        holds={
            "act": "accuse",
            "speaker": {"name": "Luz Quispe", "mention": {"text": "She"}, "country": "PE"},
            "target": {"name": "ministry"},
        },
    ),
    Example(
        kind="statement",
        shows="**Reported by agencies.** `via` lists the agencies that the article credits, the outermost last.",
        article="chain_of_report",
        sentence="Rationing will begin",
        since="The reservoirs are half empty",
        holds={"via": ["DPA", "BTA"], "quotation": "indirect"},
    ),
    Example(
        kind="statement",
        shows="**A direct quotation in two pieces**, before and after the cue. The `venue` is an email.",
        article="article_court",
        sentence='"This was never about a tower,"',
        holds={"quotation": "direct", "content": [{}, {}], "venue": {"text": "an email"}},
    ),
    Example(
        kind="statement",
        shows="**A refusal, with its day.** “Tuesday” is resolved to a date from the day of publication. The sentence "
        "is also the evidence of a [decision](#decision).",
        article="article_with_page_furniture",
        sentence="Slovak Transport Minister",
        holds={"act": "decline", "said_on": "2026-03-03"},
    ),
    Example(
        kind="statement",
        shows="**No speaker.** The article does not name one, so `speaker` is null.",
        article="passive_raising",
        sentence="The leak is said",
        holds={"speaker": None},
    ),
    Example(
        kind="meeting",
        shows="**Held**, with place and day. The article mentions the meeting twice: one event with two `mentions`.",
        article="meeting_parties",
        sentence="Danish Defence Minister Karl Juhl met",
        holds={"status": "held", "place": {}, "held_on": "2026-03-02", "mentions": [{}, {"text": "discussed"}]},
    ),
    Example(
        kind="meeting",
        shows="**Reported in a statement.** `attributed_to` is the id of the statement by her office.",
        article="meetings",
        sentence="President Filip spoke by phone",
        holds={"form": "call", "attributed_to": ANY},
    ),
    Example(
        kind="meeting",
        shows="**Planned.** “April” is not a day, so `held_on` is null. The participants are countries.",
        article="meeting_parties",
        sentence="Talks between Norway and Russia",
        holds={
            "status": "planned",
            "when": {"text": "April"},
            "held_on": None,
            "participants": [{"type": "country"}, {"type": "country"}],
        },
    ),
    Example(
        kind="meeting",
        shows="**Denied.** A denied meeting is an event, too; neither CAMEO nor PLOVER has a code for it.",
        article="meetings",
        sentence="Lambros denied that he had secretly met",
        holds={"status": "denied", "cameo": None, "plover": None},
    ),
    Example(
        kind="decision",
        shows="**Taken.** The codes are those of the measure in the bill, a ban.",
        article="decisions",
        sentence="The Estonian parliament on Tuesday approved",
        holds={"status": "taken", "category": "legislative", "cameo": "172"},
    ),
    Example(
        kind="decision",
        shows="**Rejected**: the minister decided against resigning. An earlier sentence says so, too, and is the "
        "second of the `mentions`. The cue names the whole decision, so `object` is null.",
        article="article_with_page_furniture",
        sentence="Slovak Transport Minister",
        holds={"status": "rejected", "object": None, "mentions": [{}, {}], "deciders": [{"mention": {"text": "he"}}]},
    ),
    Example(
        kind="decision",
        shows="**Postponed.** The article does not give the day of the decision, so `decided_on` is null. Neither "
        "CAMEO nor PLOVER has a code for a postponement.",
        article="decisions",
        sentence="Denmark suspended",
        holds={"status": "postponed", "decided_on": None, "cameo": None},
    ),
    Example(
        kind="decision",
        shows="**Not taken**: the article says explicitly that no decision was made.",
        article="decisions",
        sentence="No decision has been made on the airline",
        holds={"status": "not_taken"},
    ),
)


def shown(example: Example) -> str:
    """Return in Markdown what the example shows, its sentence, and the event; LookupError as `found`."""
    article, event = found(example)
    words, as_json = _quoted(article, event, example), pretty(msgspec.to_builtins(event))
    return f"{example.shows}\n\n{words}\n\n```json\n{as_json}\n```\n"


def found(example: Example) -> tuple[Article, Event]:
    """Return the event, and its article; LookupError where there is no such event, or several."""
    (path,) = (path for path in ARTICLES if path.stem == example.article)
    such = [
        (article, event)
        for article in read_articles(path)
        for event in extract_events(article)
        if _is_meant(event, example)
    ]
    if len(such) != 1:
        raise LookupError(
            f"{len(such)} events in {path.name} are the {example.kind} in “{example.sentence} …” of which "
            f"{example.holds} holds, where one is to be shown: mend the list in tools/{Path(__file__).name}"
        )
    return such[0]


def _is_meant(event: Event, example: Example) -> bool:
    return (
        event.__struct_config__.tag == example.kind
        and event.sentence.text.startswith(example.sentence)
        and _fits(example.holds, msgspec.to_builtins(event))
    )


def _fits(wanted: Any, value: Any) -> bool:
    """Tell whether a value is as wanted; of an object, as far as that goes."""
    if isinstance(wanted, dict):
        return value is not None and all(_fits(inner, value[key]) for key, inner in wanted.items())
    if isinstance(wanted, list):
        return len(wanted) == len(value) and all(map(_fits, wanted, value))
    return bool(wanted == value)


# ---------------------------------------------------------------- the words
def _quoted(article: Article, event: Event, example: Example) -> str:
    """Quote the paragraphs around the sentence, which is in bold type."""
    start, end = event.sentence.start, event.sentence.end
    opening = article.text.index(example.since) if example.since else article.text.rfind("\n\n", 0, start) + 1
    closing = article.text.find("\n\n", end)
    before, after = article.text[opening:start], article.text[end : closing if closing >= 0 else None]
    marked = f"{_plain(before)}**{_plain(article.text[start:end])}**{_plain(after)}".strip()
    return "\n".join(f"> {line}".rstrip() for line in marked.split("\n"))


def _plain(text: str) -> str:
    """Escape what Markdown would take for markup."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


# ---------------------------------------------------------------- the event
def pretty(value: Any, indent: str = "") -> str:
    """Return JSON with a line for every field, and no more than that for what is short enough."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (indent and len(indent) + len(flat) <= WIDTH):
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        lines = [f"{deeper}{json.dumps(key)}: {pretty(inner, deeper)}" for key, inner in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + pretty(inner, deeper) for inner in value) + f"\n{indent}]"
