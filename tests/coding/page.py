"""The generated tables of docs/codes.md."""

from __future__ import annotations

import re
from pathlib import Path

from worker.coding.ontology import CAMEO
from worker.coding.table import TABLE_FILE, _MeasureEntry, _RowEntry, parse_codes

PAGE = Path(__file__).parent.parent.parent / "docs" / "codes.md"
COLUMNS = ("appeal", "demand", "pledge", "intent", "reject", "threat", "done")


def fill_tables(page: str) -> str:
    """Return the page with its tables replaced by the generated ones."""
    for name, lines in tables().items():
        marked = re.compile(rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)")
        page = marked.sub(lambda match, lines=lines: f"{match[1]}{lines}\n{match[2]}", page)  # type: ignore[misc]
    return page


def tables() -> dict[str, str]:
    """Return the generated tables by the name of their marker in the page."""
    file = TABLE_FILE
    return {
        "statements": _rows("act", [(_alternatives(row.act), row) for row in file.statement]),
        "meetings": _rows("form, status", [(_subtype(row.form, row.status), row) for row in file.meeting]),
        "decisions": _rows("category, status", [(_subtype(row.category, row.status), row) for row in file.decision]),
        "measures": _measures(file.measure),
        "reasons": "\n".join(f"- {_subtype(r.form or r.category, r.status)}: {r.why}" for r in _rows_without_code()),
    }


def _rows_without_code() -> list[_RowEntry]:
    return [row for row in [*TABLE_FILE.statement, *TABLE_FILE.meeting, *TABLE_FILE.decision] if row.why]


def _leading_object(words: str) -> str:
    return f"*leading:* {_alternatives(words)}" if words else ""


def _subtype(form_or_category: str, status: str) -> str:
    return ", ".join(part for part in (_alternatives(form_or_category), _alternatives(status)) if part)


def _alternatives(words: str) -> str:
    return " / ".join(words.split())


def _rows(heading: str, rows: list[tuple[str, _RowEntry]]) -> str:
    lines = [f"| {heading} | tests | CAMEO | | PLOVER |", "|---|---|---|---|---|"]
    lines += [f"| {subtype} | {_tests(row)} | {_codes(row)} |" for subtype, row in rows]
    return "\n".join(lines)


def _tests(row: _RowEntry) -> str:
    classes = [(name, getattr(row, name)) for name in ("cue", "action", "object")]
    parts = [f"{name}: {_alternatives(words)}" for name, words in classes if words]
    return "; ".join([*parts, *([row.condition.replace("_", " ")] if row.condition else [])])


def _codes(row: _RowEntry) -> str:
    if row.measure:
        return f"by measure | *{row.measure}* | by code"
    cameo, plover = parse_codes(row.code)
    mode = f"-{plover.mode}" if plover and plover.mode else ""
    return f"{cameo or '-'} | {CAMEO[cameo].name if cameo else ''} | {plover.type + mode if plover else '-'}"


def _measures(measures: list[_MeasureEntry]) -> str:
    lines = [f"| action | object | {' | '.join(COLUMNS)} |", "|---|---|" + "---|" * len(COLUMNS)]
    for measure in measures:
        codes = (getattr(measure, column) for column in COLUMNS)
        object_ = _alternatives(measure.object) or _leading_object(measure.leading_object)
        lines.append(f"| {_alternatives(measure.action)} | {object_} | {' | '.join(codes)} |")
    return "\n".join(lines)
