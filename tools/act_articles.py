"""Invented articles with marked statements, from which `tools/train_acts.py` learns: `tools/acts/SECTION/NAME.txt`.

The first line is the title, the second the day of publication or "-"; blank lines separate the paragraphs.
`[content](act)` marks the content of a statement.  `[more content](+)` continues the statement before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from worker.schema import Act

_MARK = re.compile(r"\[([^\[\]]*)\]\(([a-z]+|\+)\)")
_ACTS = frozenset(get_args(Act))


def read_articles(folder: Path) -> Iterator[dict[str, object]]:
    """Yield the articles of a folder in the form of the annotated sets, in the order of their paths."""
    for file in sorted(folder.rglob("*.txt")):
        try:
            yield read_article(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise SystemExit(f"{file}: {error}") from error


def read_article(marked: str) -> dict[str, object]:
    """Return text, date of publication and statements of an article; ValueError for a wrong or incomplete mark."""
    if marked.count("\n") < 2:  # noqa: PLR2004 - after the title and after the date
        raise ValueError("title, date and a body are needed")
    title, published, body = marked.split("\n", 2)
    text, end, statements = "", 0, list[dict[str, object]]()
    source = f"{title}\n\n{body.strip()}"
    for mark in _MARK.finditer(source):
        text += source[end : mark.start()]
        span = [len(text), len(text) + len(mark[1])]
        text, end = text + mark[1], mark.end()
        if mark[2] == "+" and statements:
            statements[-1]["content"] = [*statements[-1]["content"], span]  # type: ignore[misc]
        elif mark[2] in _ACTS:
            statements.append({"content": [span], "act": mark[2]})
        else:
            raise ValueError(f"unknown act {mark[2]!r}: {mark[0]}")
    text += source[end:]
    if "[" in text or "]" in text:
        raise ValueError("a bracket outside of a mark")
    return {
        "text": text,
        "pub_date": None if published.strip() == "-" else published.strip(),
        "statements": statements,
    }
