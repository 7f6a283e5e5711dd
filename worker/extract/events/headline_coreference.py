"""Coreference of a headline and the paragraphs below it, which report the same event.

A headline names the event of its lead in short: "Taiwan cabinet approves bond rise | The cabinet approved a plan to …".
Its parties and object may share no whole name with those of the lead, only a country, a word, or nothing but the verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate, EventCluster
    from worker.schema import Actor, Span

    Cluster = EventCluster[EventCandidate]

_C = TypeVar("_C", bound="EventCandidate")
_LEAD_PARAGRAPHS = 2
"""Paragraphs below a headline that may report its event."""
_MAX_HEADING = 25
"""Tokens of a first paragraph that may be a headline with a final stop."""
_CONTENT_TAGS = frozenset({"NN", "NNS", "NNP", "VB", "JJ", "VBN", "VBG", "CD"})
_STEM = 5
"""Letters by which forms of a word are compared."""
_OPEN_STATUSES = frozenset({"proposed", "pending"})
_TALKS = frozenset({"talks", "summit"})
_ENOUGH_SHARED_WORDS = 2
"""Common words of two objects that suffice where the deciders share no word."""


def merge_headlines(ctx: EventContext, clusters: list[EventCluster[_C]]) -> list[EventCluster[_C]]:
    """Return the events, where those of a headline alone are merged with the event of the paragraphs below it."""
    text = ctx.text
    if not any(_is_heading(ctx, cluster.members[0].first) for cluster in clusters):
        return clusters
    by_paragraph: dict[int, list[EventCluster[_C]]] = {}
    for cluster in clusters:
        for number in dict.fromkeys(text.paragraph_of[c.first] for c in cluster.members):
            by_paragraph.setdefault(number, []).append(cluster)
    merged: set[int] = set()
    for cluster in clusters:
        number = text.paragraph_of[cluster.members[0].first]
        if not _is_heading(ctx, cluster.members[0].first) or len(cluster.members) > 1:
            continue
        below = (c for p in range(number + 1, number + 1 + _LEAD_PARAGRAPHS) for c in by_paragraph.get(p, []))
        report = next((c for c in below if _is_reported_by(ctx, cluster.members[0], c.members[0])), None)
        if report is not None:
            cluster.members[0].abbreviated = True
            report.members.insert(0, cluster.members[0])
            merged.add(id(cluster))
    return [cluster for cluster in clusters if id(cluster) not in merged]


def _is_heading(ctx: EventContext, token: int) -> bool:
    """Return whether a token is in a headline, or in a first paragraph of one short sentence."""
    first, last = ctx.text.paragraph_range(token)
    opening = first == 0 and last <= _MAX_HEADING and ctx.text.sentences[0] == (first, last)
    return opening or ctx.text.is_headline(token)


def _is_reported_by(ctx: EventContext, headline: EventCandidate, lead: EventCandidate) -> bool:
    """Return whether a candidate in a headline and one below it can mention the same event."""
    if headline.day is not None and lead.day is not None and headline.day != lead.day:
        return False
    if not _is_status_compatible(ctx, headline, lead):
        return False
    if _is_meeting(headline):
        alike = headline.kind == lead.kind or {headline.kind, lead.kind} <= _TALKS
        return alike and (_share_party(headline, lead) or _is_plural_for(headline, lead))
    shared = len(_stems(ctx, headline.about) & _stems(ctx, lead.about))
    same_verb = _lemma(ctx, headline) == _lemma(ctx, lead)
    if _share_party(headline, lead):
        return same_verb or shared > 0
    return shared >= _ENOUGH_SHARED_WORDS or (same_verb and shared > 0)


def _is_meeting(candidate: EventCandidate) -> bool:
    return candidate.kind in {"talks", "visit", "call", "summit", "press_conference"}


def _is_status_compatible(ctx: EventContext, headline: EventCandidate, lead: EventCandidate) -> bool:
    """Return whether the statuses can be those of one event; the present of a headline may be a future."""
    if headline.status == lead.status or {headline.status, lead.status} <= _OPEN_STATUSES:
        return True
    if not _is_meeting(headline):
        return False
    present = ctx.text.tags[headline.first] in {"VBZ", "VBP"} and lead.status == "planned"
    return present or not (headline.explicit_status and lead.explicit_status)


def _lemma(ctx: EventContext, candidate: EventCandidate) -> str:
    return ctx.lexicon.lemma(ctx.text.lower[candidate.last - 1])


def _share_party(headline: EventCandidate, lead: EventCandidate) -> bool:
    """Return whether a party of the headline and one of the lead have a country or a word of their names in common."""
    return any(_is_like(a, b) for a in headline.parties for b in lead.parties)


def _is_like(a: Actor, b: Actor) -> bool:
    if a.country is not None and a.country == b.country:
        return True
    return not _name_stems(a).isdisjoint(_name_stems(b))


def _name_stems(actor: Actor) -> set[str]:
    words = f"{actor.name} {actor.role or ''}".casefold().split()
    return {word[:_STEM] for word in words if len(word) > 2 and word not in {"the", "and", "for"}}  # noqa: PLR2004


def _is_plural_for(headline: EventCandidate, lead: EventCandidate) -> bool:
    """Return whether the headline has only a plural for the persons whom the lead names: "Leaders meet in Riga"."""
    plural = len(headline.parties) == 1 and headline.parties[0].type == "group"
    return plural and len(lead.parties) > 1


def _stems(ctx: EventContext, span: Span | None) -> set[str]:
    """Return the stems of the content words of an object; empty for None."""
    if span is None:
        return set()
    text = ctx.text
    first, last = text.token_at(span.start), text.token_at(span.end - 1) + 1
    words = (text.lower[i].split("-") for i in range(first, last) if text.tags[i] in _CONTENT_TAGS)
    return {part[:_STEM] for parts in words for part in parts if part}
