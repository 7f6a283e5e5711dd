"""The command that shows the settings in force: what stands in the environment, and what holds where nothing does."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec
from msgspec import Struct

from worker.errors import UsageError
from worker.settings import Settings, Variable, variables
from worker.settings.variables import humanise, to_env
from worker.streams import without_password
from worker.terminal.sanitise import sanitise

UNSET = "unset"
HIDDEN = "(hidden)"
WIDTH = 100


class Shown(Struct, frozen=True, kw_only=True):
    """One setting as it may be shown: without passwords and secrets."""

    variable: str
    section: str
    value: str | None
    """None: unset."""
    default: str | None
    set: bool
    """Whether the environment says so."""
    takes: str
    meaning: str


def settings(args: argparse.Namespace, in_force: Settings) -> int:
    """Print every setting in force, or those whose name or section contains one of the words."""
    found = [shown(variable, in_force, os.environ.keys()) for variable in variables(Settings)]
    if not (asked := [one for one in found if _is_meant(one, args.words)]):
        raise UsageError(f"no setting's name contains {' or '.join(args.words)}")
    if args.json:
        sys.stdout.writelines(msgspec.json.encode(one).decode() + "\n" for one in asked)
    else:
        sys.stdout.writelines(line + "\n" for line in _page(asked, explain=args.explain))
    return 0


def _is_meant(one: Shown, words: Iterable[str]) -> bool:
    folded = [word.casefold() for word in words]
    return not folded or any(word in one.variable.casefold() or word in one.section.casefold() for word in folded)


def shown(variable: Variable, in_force: Settings, environ: Iterable[str]) -> Shown:
    """Return one setting as it is in force; `environ` holds the names that are set."""
    value = to_env(variable.value(in_force))
    return Shown(
        variable=variable.name,
        section=variable.title,
        value=None if value is None else HIDDEN if variable.secret else without_password(value),
        default=variable.default,
        set=variable.name in environ,
        takes=variable.takes,
        meaning=variable.meaning,
    )


# ---------------------------------------------------------------- for a person
def _page(asked: list[Shown], *, explain: bool) -> Iterator[str]:
    width = max(len(one.variable) for one in asked)
    for section, ones in groupby(asked, key=lambda one: one.section):
        yield section
        for one in ones:
            yield f"{'*' if one.set else ' '} {one.variable:<{width}}  {_value(one)}"
            if explain:
                yield from _explained(one)
        yield ""
    yield "* set by the environment; the others have their defaults"


def _value(one: Shown) -> str:
    default = f"(default: {_readable(one.variable, one.default)})"
    value = sanitise(_readable(one.variable, one.value))
    return f"{value}  {default}" if one.set and one.value != one.default else value


def _readable(name: str, value: str | None) -> str:
    said = humanise(name, value)
    return f"{value} = {said}" if said else value or UNSET


def _explained(one: Shown) -> Iterator[str]:
    yield from textwrap.wrap(one.meaning, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    yield f"      Takes {one.takes}."
