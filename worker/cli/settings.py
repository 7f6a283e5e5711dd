"""The command `settings`, which prints the settings in force."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from msgspec import Struct

from worker.cli.command import set_command
from worker.errors import UsageError
from worker.settings import Settings, Variable, variables

UNSET = "unset"
HIDDEN = "(hidden)"
EXPLANATION_COLUMNS = 100
"""Width to which an explanation is wrapped."""


class SettingRow(Struct, frozen=True, kw_only=True):
    """One setting in force, with passwords and secrets hidden; encoded for `--json`."""

    variable: str
    section: str
    value: str | None
    """The value; None if the setting is unset."""
    default: str | None
    set: bool
    """Whether the setting's variable is set in the environment."""
    takes: str
    meaning: str


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique settings`."""
    set_command(
        parser,
        settings_command,
        "communique settings\ncommunique settings --explain webhook lease\n"
        "communique settings --json | jq -r 'select(.set).variable'",
        logs=False,
    )
    parser.add_argument("words", nargs="*", metavar="WORD", help="only settings whose name or group contains a WORD")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--explain", action="store_true", help="with the meaning and the valid values of each")
    form.add_argument("--json", action="store_true", help="JSON lines; a value or default that is unset is null")


def settings_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print every setting, or those whose name or section contains a word of `words`; UsageError if none does."""
    rows = [setting_row(variable, settings, os.environ.keys()) for variable in variables(Settings)]
    if not (matching := [row for row in rows if _matches(row, args.words)]):
        raise UsageError(f"no setting's name contains {' or '.join(args.words)}")
    if args.json:
        sys.stdout.writelines(msgspec.json.encode(row).decode() + "\n" for row in matching)
    else:
        sys.stdout.writelines(line + "\n" for line in _format_rows(matching, explain=args.explain))
    return 0


def _matches(row: SettingRow, words: Iterable[str]) -> bool:
    folded = [word.casefold() for word in words]
    return not folded or any(word in row.variable.casefold() or word in row.section.casefold() for word in folded)


def setting_row(variable: Variable, settings: Settings, environ: Iterable[str]) -> SettingRow:
    """Return the row of one setting; `environ` contains the names of the variables that are set."""
    from worker.settings.variables import to_env
    from worker.streams import without_password

    value = to_env(variable.value(settings))
    return SettingRow(
        variable=variable.name,
        section=variable.title,
        value=None if value is None else HIDDEN if variable.secret else without_password(value),
        default=variable.default,
        set=variable.name in environ,
        takes=variable.takes,
        meaning=variable.meaning,
    )


# ---------------------------------------------------------------- text form
def _format_rows(rows: list[SettingRow], *, explain: bool) -> Iterator[str]:
    width = max(len(row.variable) for row in rows)
    for section, of_section in groupby(rows, key=lambda row: row.section):
        yield section
        for row in of_section:
            yield f"{'*' if row.set else ' '} {row.variable:<{width}}  {_format_value(row)}"
            if explain:
                yield from _explanation(row)
        yield ""
    yield "* set by the environment; the others have their defaults"


def _format_value(row: SettingRow) -> str:
    from worker.terminal.sanitise import sanitise

    default = f"(default: {_with_unit(row.variable, row.default)})"
    value = sanitise(_with_unit(row.variable, row.value))
    return f"{value}  {default}" if row.set and row.value != row.default else value


def _with_unit(name: str, value: str | None) -> str:
    """Return a value, followed by its form in larger units if there is one: "3600 = 1 hour"."""
    from worker.settings.variables import humanise

    words = humanise(name, value)
    return f"{value} = {words}" if words else value or UNSET


def _explanation(row: SettingRow) -> Iterator[str]:
    yield from textwrap.wrap(row.meaning, EXPLANATION_COLUMNS, initial_indent=" " * 6, subsequent_indent=" " * 6)
    yield f"      Takes {row.takes}."
