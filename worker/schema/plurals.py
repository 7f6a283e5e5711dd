"""Counts in messages: the noun agrees with its number."""

from __future__ import annotations


def plural(n: int, noun: str, nouns: str | None = None) -> str:
    """Return a count with its noun, thousands separated: "1 URL", "1,200 URLs".

    `nouns` is an irregular plural, or a plural with its verb: `plural(n, "host waits", "hosts wait")`.
    """
    return f"{n:,} {noun if n == 1 else nouns or f'{noun}s'}"
