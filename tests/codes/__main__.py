"""Write the tables of docs/codes.md as codes/events.toml has them: `python -m tests.codes`."""

from __future__ import annotations

from .page import PAGE, filled

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
