"""Changes of the queue's Lua scripts (mutants)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from worker.queue import scripts
from worker.streams import Script, group

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL: Final = "*"
"""In place of a script's name: all scripts that have the text."""


def mutated_scripts(script: str, right: str, wrong: str) -> Iterator[tuple[Any, str, Script]]:
    """Yield module, name and changed script for one script, or for all that have the text `right`.

    Raises ValueError if none has it.
    """
    found = [
        (home, name, it)
        for home in (scripts, group)
        for name, it in vars(home).items()
        if isinstance(it, Script) and script in {ALL, name} and right in it.source
    ]
    if not found:
        raise ValueError(f"no script {script} contains {right!r}")
    for home, name, it in found:
        yield home, name, Script(it.source.replace(right, wrong))
