"""Builds pages of an invented newspaper for the tests in this folder."""

from __future__ import annotations

from worker.schema import Page

URL = "https://www.harbourpost.example/politics/ferry-talks"

PARAGRAPHS = [
    "Transport Minister Ilse Varga met the governors of the islands on Tuesday to settle who pays the ferries.",
    "“Nobody on the islands will be left without a boat,” Varga told reporters after the meeting in Port Calder.",
    "The governors had asked for a decision before the end of the month, but none was reported on Tuesday evening.",
    "A second round of talks is planned for Friday, the ministry said, with the finance minister at the table.",
]


def html(
    body: str = "",
    head: str = "",
    *,
    lang: str = "en",
) -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def story(paragraphs: list[str] | None = None) -> str:
    return "".join(f"<p>{p}</p>" for p in (PARAGRAPHS if paragraphs is None else paragraphs))


def page(source: str, *, url: str = URL) -> Page:
    return Page(url=url, body=source.encode())
