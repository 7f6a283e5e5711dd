"""Write the references of docs/ that the program's own types tell: `make reference` runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools import configuration_page, events_page
from worker.cli.documents import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOCS: Final = Path(__file__).parent.parent / "docs"
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "configuration.md": configuration_page.page,
    "events.md": events_page.page,
    "events.schema.json": schema_text,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        print(DOCS.name + "/" + name)


if __name__ == "__main__":
    main()
