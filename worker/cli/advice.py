"""What a user can do about a failure: one sentence for each frequent reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.documents.process import NO_EVENTS, UNSUPPORTED_LANGUAGE

if TYPE_CHECKING:
    from worker.documents.process import DocumentResult

FEED_ADVICE: Final = "poll it: `communique sources add URL`, then `communique discover`"
LISTING_ADVICE: Final = "name its articles one by one, or poll the site's feed"
_SELF_EXPLANATORY: Final = frozenset({"unreadable", "empty", "feed", "not_text"})
"""Reasons whose detail says everything."""


def describe_failure(reason: str, detail: str) -> str:
    """Return reason and detail of a failure, and what to do about it."""
    text = detail if reason in _SELF_EXPLANATORY and detail else ": ".join(filter(None, (reason, detail)))
    advice = advice_for(reason, detail)
    return f"{text} ({advice})" if advice else text


def advice_for(reason: str, detail: str) -> str:
    """Return what to do about a failure; "" if nothing in general."""
    if reason in {"feed", "not_html"} and any(
        word in detail for word in ("feed", "rss", "atom", "xml", "sitemap", "Feed")
    ):
        return FEED_ADVICE
    if "headlines" in detail:
        return LISTING_ADVICE
    return ""


def describe_result(result: DocumentResult) -> str:
    """Return why a document gives nothing, and what to do about it; "" if it gives something."""
    if result.reason is None:
        return ""
    if result.reason == NO_EVENTS:
        return "no events found"
    if result.reason == UNSUPPORTED_LANGUAGE:
        return f"unsupported language{f' {result.detail}' if result.detail else ''}: only English is supported"
    return describe_failure(result.reason, result.detail)
