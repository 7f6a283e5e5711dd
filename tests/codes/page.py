"""The tables of docs/codes.md, made of the reviewed table itself."""

from __future__ import annotations

import re
from pathlib import Path

from worker.codes import CAMEO
from worker.codes.table import FILE, _Matter, _Row, codes_of

PAGE = Path(__file__).parent.parent.parent / "docs" / "codes.md"
COLUMNS = ("appeal", "demand", "pledge", "intent", "reject", "threat", "done")


def filled(page: str) -> str:
    """Return the page with its tables as they should be."""
    for name, lines in tables().items():
        marked = re.compile(rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)")
        page = marked.sub(lambda found, lines=lines: f"{found[1]}{lines}\n{found[2]}", page)  # type: ignore[misc]
    return page


def tables() -> dict[str, str]:
    """Return the tables by the names of their places in the page."""
    return {
        "statements": _table("act", [(row.act, row) for row in FILE.statement]),
        "meetings": _table("form, status", [(_both(row.form, row.status), row) for row in FILE.meeting]),
        "decisions": _table("category, status", [(_both(row.category, row.status), row) for row in FILE.decision]),
        "matters": _matters(FILE.matter),
        "reasons": "\n".join(f"- {_both(row.form or row.category, row.status)}: {row.why}" for row in _without()),
    }


def _without() -> list[_Row]:
    return [row for row in [*FILE.statement, *FILE.meeting, *FILE.decision] if row.why]


def _first(named: str) -> str:
    return f"*named:* {_or(named)}" if named else ""


def _both(what: str, status: str) -> str:
    return ", ".join(part for part in (_or(what), _or(status)) if part)


def _or(words: str) -> str:
    return " / ".join(words.split())


def _table(what: str, rows: list[tuple[str, _Row]]) -> str:
    lines = [f"| {what} | where | CAMEO | | PLOVER |", "|---|---|---|---|---|"]
    for given, row in rows:
        lines.append(f"| {_or(given) if '/' not in given else given} | {_where(row)} | {_codes(row)} |")
    return "\n".join(lines)


def _where(row: _Row) -> str:
    told = [(name, getattr(row, name)) for name in ("cue", "deed", "about")]
    parts = [f"{name}: {_or(words)}" for name, words in told if words]
    return "; ".join([*parts, *([row.when.replace("_", " ")] if row.when else [])])


def _codes(row: _Row) -> str:
    if row.matter:
        return f"by matter | *{row.matter}* | by code"
    cameo, plover = codes_of(row.code)
    mode = f"-{plover.mode}" if plover and plover.mode else ""
    return f"{cameo or '-'} | {CAMEO[cameo].name if cameo else ''} | {plover.type + mode if plover else '-'}"


def _matters(matters: list[_Matter]) -> str:
    lines = [f"| deed | about | {' | '.join(COLUMNS)} |", "|---|---|" + "---|" * len(COLUMNS)]
    for matter in matters:
        codes = (getattr(matter, column) for column in COLUMNS)
        lines.append(f"| {_or(matter.deed)} | {_or(matter.about) or _first(matter.named)} | {' | '.join(codes)} |")
    return "\n".join(lines)
