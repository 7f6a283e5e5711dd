"""Write the files that are generated from the types of the program: `make reference` runs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools import configuration_page, events_page, runbook_page, settings_file
from worker.cli.export import schema_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT: Final = Path(__file__).parent.parent
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "docs/configuration.md": configuration_page.page,
    "docs/events.md": events_page.page,
    "docs/events.schema.json": schema_text,
    "deploy/settings.env": settings_file.page,
    "worker/gateway/web/runbook.html": runbook_page.page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main()
