"""Read training articles with marked events, one text file per article.

    Title of the article
    2026-03-04

    The cabinet [scrapped](D1 taken executive | the cabinet = government of Aldavia | the fuel subsidy) the subsidy.

    Ana Berg [met](M1 held talks | Ana Berg = Berg; Tom Lund) Tom Lund in Oslo.  The [meeting](M1) lasted an hour.

The first line is the title, the second the date of publication or "-".  Paragraphs are single lines between blank
lines.  The mark of the main mention of an event holds its number (D for decisions, M for meetings), its status ("?"
before the status: the event is unsure), its class or kind, its parties with the names that denote each, and for
decisions the object.  The marks of other mentions, before it (headlines) or after it, hold the number only.  The text
of the article is the title, a blank line and the paragraphs, without the marks.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tools.event_gold import AnnotatedArticle, AnnotatedEvent, read_articles

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = {
    "D": frozenset({"taken", "rejected", "postponed", "pending", "proposed", "not_taken"}),
    "M": frozenset({"held", "planned", "proposed", "cancelled", "denied"}),
}
CLASSES = {
    "D": frozenset(
        {
            "legislative",
            "executive",
            "personnel",
            "court",
            "enforcement",
            "campaign",
            "endorsement",
            "agreement",
        }
    ),
    "M": frozenset({"talks", "visit", "call", "summit", "press_conference", "other"}),
}
"""Classes of decisions, kinds of meetings."""
LETTERS = {"decisions": "D", "meetings": "M"}
CLASS_KEYS = {"D": "class", "M": "kind"}
FORMS = {"D": "status class | parties | object", "M": "status kind | parties"}
FIELDS = {"D": (2, 3), "M": (2,)}
"""Number of fields of a description; the object of a decision may be missing."""
BODY_LINE = 3
"""Index of the line after which the body starts: title, date and a blank line come before it."""

_MARK = re.compile(r"\[([^\[\]]+)\]\(([^()]*)\)")
_NUMBER = re.compile(r"([DM])[1-9][0-9]*")


class ArticleFormatError(ValueError):
    """An article that violates the format; the message holds file, line and fault."""


class Mark(NamedTuple):
    """A mark, with its offsets in the article's text."""

    start: int
    end: int
    note: str
    """The words in parentheses."""
    line: int
    """Number of its line, from 1."""


def read_source(path: Path, event_list: str) -> list[AnnotatedArticle]:
    """Return the annotated articles of a file or folder, of JSON lines or of marked articles, in order of name.

    Raises `ArticleFormatError` for an article that violates the format, and for a folder without articles.
    """
    marked = sorted(path.rglob("*.txt")) if path.is_dir() else [path] if path.suffix == ".txt" else []
    if not marked and path.is_dir() and not any(path.glob("*.jsonl")):
        raise ArticleFormatError(f"{path}: holds neither .jsonl nor .txt files")
    rows = [] if path.suffix == ".txt" else list(read_articles(path, event_list))
    return rows + [read_marked_article(file.read_text(encoding="utf-8"), str(file), event_list) for file in marked]


def read_marked_article(source: str, name: str, event_list: str) -> AnnotatedArticle:
    """Return the article of a file's content, with its "decisions" or "meetings"; `name` is the file in messages."""
    lines = source.rstrip("\n").split("\n")
    published = _read_head(lines, name)
    _check_paragraphs(lines, name)
    text, marks = _strip_marks([lines[0], "", *lines[BODY_LINE:]], name)
    events = _events(marks, text, name)
    letter = LETTERS[event_list]
    return AnnotatedArticle(text, published, [event for number, event in events.items() if number[0] == letter])


def _read_head(lines: list[str], name: str) -> str | None:
    """Check title, date and the blank line after them; return the date, None for "-"."""
    if len(lines) <= BODY_LINE:
        raise ArticleFormatError(f"{name}: 1: title, date, a blank line and a body are needed")
    if not lines[0].strip():
        raise ArticleFormatError(f"{name}: 1: no title")
    if lines[2]:
        raise ArticleFormatError(f"{name}: 3: no blank line after the date")
    if lines[1] == "-":
        return None
    try:
        return date.fromisoformat(lines[1]).isoformat()
    except ValueError:
        raise ArticleFormatError(f"{name}: 2: {lines[1]!r} is no date (YYYY-MM-DD or -)") from None


def _check_paragraphs(lines: list[str], name: str) -> None:
    """Check that paragraphs are single lines with one blank line between."""
    for at, line in enumerate(lines[BODY_LINE:]):
        number = at + BODY_LINE + 1
        if line != line.strip():
            raise ArticleFormatError(f"{name}: {number}: space at the start or end of the line")
        if bool(line) == bool(at % 2):
            fault = "no blank line before this paragraph" if line else "a blank line too many"
            raise ArticleFormatError(f"{name}: {number}: {fault}")


def _strip_marks(lines: list[str], name: str) -> tuple[str, list[Mark]]:
    """Return the text without the marks, and the marks; `lines` are the title, a blank line and the body."""
    marks, parts, length = [], [], 0
    for at, line in enumerate(lines):
        number, end = (at + BODY_LINE - 1 if at > 1 else at + 1), 0
        for found in _MARK.finditer(line):
            before = line[end : found.start()]
            _check_brackets(before, name, number)
            parts += [before, found[1]]
            length += len(before)
            marks.append(Mark(length, length + len(found[1]), found[2], number))
            length += len(found[1])
            end = found.end()
        _check_brackets(line[end:], name, number)
        parts.append(line[end:] + "\n")
        length += len(parts[-1])
    return "".join(parts).rstrip("\n"), marks


def _check_brackets(text: str, name: str, line: int) -> None:
    """Check that the text between marks has no bracket, which would be an incomplete mark."""
    if "[" in text or "]" in text:
        raise ArticleFormatError(f"{name}: {line}: a bracket outside of a mark: {text.strip()!r}")


def _events(marks: list[Mark], text: str, name: str) -> dict[str, AnnotatedEvent]:
    """Return number -> event, in order of the marks that describe them; the described mention is the main one."""
    events: dict[str, AnnotatedEvent] = {}
    for mark in sorted(marks, key=lambda mark: " " not in mark.note):
        number, _, note = mark.note.partition(" ")
        place = f"{name}: {mark.line}: {number}"
        if not _NUMBER.fullmatch(number):
            raise ArticleFormatError(f"{place}: the number of an event is needed (D1, M1)")
        if note and number in events:
            raise ArticleFormatError(f"{place}: described twice")
        if note:
            events[number] = _read_note(number[0], note, text, place)
        elif number not in events:
            raise ArticleFormatError(f"{place}: no mark describes it")
        events[number].triggers.append((mark.start, mark.end))
    return events


def _read_note(letter: str, note: str, text: str, place: str) -> AnnotatedEvent:
    """Return the event that a mark describes, without triggers."""
    fields = [field.strip() for field in note.split("|")]
    if len(fields) not in FIELDS[letter] or not all(fields):
        raise ArticleFormatError(f"{place}: {note!r} is not {FORMS[letter]!r}")
    status, _, label = fields[0].removeprefix("?").partition(" ")
    if status not in STATUSES[letter]:
        raise ArticleFormatError(f"{place}: status {status!r} is none of {', '.join(sorted(STATUSES[letter]))}")
    if label not in CLASSES[letter]:
        key = CLASS_KEYS[letter]
        raise ArticleFormatError(f"{place}: {key} {label!r} is none of {', '.join(sorted(CLASSES[letter]))}")
    parties = [[one.strip() for one in party.split(" = ")] for party in fields[1].split(";")]
    for names in parties:
        if not all(names):
            raise ArticleFormatError(f"{place}: an empty name of a party")
        if not any(one.lower() in text.lower() for one in names):
            raise ArticleFormatError(f"{place}: the article does not contain {names[0]!r}")
    labels = {"status": status, CLASS_KEYS[letter]: label}
    return AnnotatedEvent(triggers=[], parties=parties, labels=labels, unsure=note.startswith("?"))
