"""A page of the documentation as the tests read it: its blocks, the commands in them, its headings and links."""

from __future__ import annotations

import re
import shlex
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from worker import cli
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"


class Block(NamedTuple):
    """A fenced block: its language, whether it is marked `run`, its other marks, its text, and what it prints.

    What a block prints stands below it in a block of the language `text`.
    """

    language: str
    runs: bool
    marks: str
    text: str
    printed: str


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, without those that show what another prints."""
    found = re.findall(r"(?ms)^```(\w+)([^\n]*)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", page)
    return [
        Block(language, "run" in marks.split(), marks.replace("run", "", 1).strip(), text, printed or "")
        for language, marks, text, printed in found
    ]


def section(page: str, heading: str) -> str:
    """Return what stands under a heading of the second level."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


# ---------------------------------------------------------------- links
def without_code(page: str) -> str:
    """Return a page without its fenced blocks and code spans, in which brackets are no links."""
    return re.sub(r"`[^`\n]+`", "``", re.sub(r"(?ms)^```.*?^```$", "", page))


def links(page: str) -> list[str]:
    """Return the target of every link and picture."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page))


def anchors(page: str) -> set[str]:
    """Return the anchor of every heading, as GitHub spells it; headings of one name are numbered."""
    seen: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", page)):
        anchor = re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if anchor in seen else anchor)
        seen[anchor] = seen.get(anchor, 0) + 1
    return found


# ---------------------------------------------------------------- commands
def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each simple command, without here-documents, redirections and assignments in front."""
    text = re.sub(r"(?ms)<<'(\w+)'([^\n]*)\n.*?^\1\n", r"\2\n", text)
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        parts = groupby(lexer, key=lambda word: word in {"|", "&", "&&", ";"})
        yield from (_plain(list(words)) for is_operator, words in parts if not is_operator)


def _plain(words: list[str]) -> list[str]:
    """Drop the assignments in front, and redirections with where they lead."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    text = "\0".join(words)
    return re.sub(r"\x00(?:[012]\x00)?(?:>|<|>>|2>)\x00[^\x00]+", "", text).split("\0")


def holds(words: list[str], *, other: frozenset[str] = frozenset()) -> None:
    """Fail unless the command is one that works as shown, as far as can be told without running it.

    `other` are programs that the test of the page runs itself.
    """
    program, *arguments = words
    match program:
        case "communique":
            cli.build_parser().parse_args(arguments)
        case "make":
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            target, *variables = arguments
            assert re.search(rf"(?m)^{target}:", makefile)
            assert all(f"$${variable.partition('=')[0]}" in makefile for variable in variables)
        case "docker":
            _compose(arguments)
        case "export":
            (assignment,) = arguments
            name, _, value = assignment.partition("=")
            Settings.from_env({name: value})
        case _:
            assert program in other, f"unknown program {program}"


def _compose(arguments: list[str]) -> None:
    """Fail unless docker compose is asked for services that exist to do what they can."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    word, *rest = arguments
    assert word == "compose"
    if rest[0] == "--profile":
        _, profile, *rest = rest
        assert any(profile in service.get("profiles", ()) for service in services.values())
    command, *rest = rest
    plain = [argument for argument in rest if not argument.startswith("-")]
    match command:
        case "up":
            assert all(scale.partition("=")[0] in services for scale in plain)
        case "run":
            assert plain[0] in services
            cli.build_parser().parse_args(rest[rest.index(plain[0]) + 1 :])
        case "logs":
            assert set(plain) <= set(services)
        case "port":
            service, port = plain
            assert any(str(published).endswith(f":{port}") for published in services[service]["ports"])
        case "down":
            assert rest in ([], ["--volumes"])
        case _:
            pytest.fail(f"unknown command docker compose {command}")
