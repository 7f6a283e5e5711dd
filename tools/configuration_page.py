"""docs/configuration.md: every setting, as `Settings` has it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from worker.settings import MAX_COUNT, MAX_SECONDS, Settings, variables
from worker.settings.variables import humanise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.settings import Variable

INTRODUCTION = f"""\
<!-- Written by `make reference` out of worker/settings; edit the meanings there. -->

# Configuration

Everything is set by environment variables, read once when a command starts. A name that does not exist or a value that
does not fit is refused with a message that names the variable and says what would fit (`did you mean …?`); nothing is
guessed. Durations are seconds and may have a fraction where the table does not say *whole*; sizes are bytes. A duration
of {MAX_SECONDS:,} seconds and a count of {MAX_COUNT:,}, or more, are refused as slips of the pen.

Two settings deserve a thought before Communiqué meets the real web: `COMMUNIQUE_CONTACT_URL`, so that the owner of a
site can reach you, and `COMMUNIQUE_REDIS_URL`, once there is more than one process.

`communique settings` prints what is in force, and what of it the environment has set;
`communique settings --explain webhook` says what the settings with that word mean.
"""

END = """\
## Other variables

Traces are turned on by OpenTelemetry's own variables, `OTEL_…`: [operating.md](operating.md#opentelemetry).

`REDIS_IMAGE`, `REDIS_PORT`, `GATEWAY_PORT` and what else the head of [docker-compose.yml](../docker-compose.yml) lists
belong to that file alone. They have no such prefix on purpose: an unknown `COMMUNIQUE_…` in your shell would be
refused.
"""


def page() -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *_sections(variables(Settings)), END])


def _sections(known: list[Variable]) -> Iterator[str]:
    for title, members in groupby(known, key=lambda variable: variable.title):
        rows = "\n".join(map(_row, members))
        yield f"## {title}\n\n| variable | default | takes | meaning |\n|---|---|---|---|\n{rows}\n"


def _row(variable: Variable) -> str:
    cells = (f"`{variable.name}`", _default(variable), variable.takes, variable.meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(variable: Variable) -> str:
    if variable.default is None:
        return "unset"
    said = humanise(variable.name, variable.default)
    return f"`{variable.default}`" + (f" ({said})" if said else "")
