"""Regenerate the tables of docs/codes.md from worker/coding/table.toml: `python -m tests.coding`."""

from __future__ import annotations

from .page import PAGE, fill_tables

if __name__ == "__main__":
    PAGE.write_text(fill_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
