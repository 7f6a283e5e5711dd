"""Documentation pages for the tests: their code blocks, commands, headings and links."""

from __future__ import annotations

import re
import shlex
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
import yaml

from worker import cli
from worker.settings import PREFIX, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


class Block(NamedTuple):
    """A fenced code block: language, whether it is marked `run`, other marks, text, and expected output.

    The expected output is the `text` block that follows it.
    """

    language: str
    runs: bool
    marks: str
    text: str
    printed: str


def blocks(page: str) -> list[Block]:
    """Return the fenced code blocks of a page, without the output blocks."""
    found = re.findall(r"(?ms)^```(\w+)([^\n]*)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", page)
    return [
        Block(language, "run" in marks.split(), marks.replace("run", "", 1).strip(), text, printed or "")
        for language, marks, text, printed in found
    ]


def section(page: str, heading: str) -> str:
    """Return the text under a heading of the second level."""
    return page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


# ---------------------------------------------------------------- links
def without_code(page: str) -> str:
    """Return a page without fenced blocks and code spans, whose brackets are not links."""
    return re.sub(r"`[^`\n]+`", "``", re.sub(r"(?ms)^```.*?^```$", "", page))


def links(page: str) -> list[str]:
    """Return the targets of all links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", without_code(page))


def anchors(page: str) -> set[str]:
    """Return the anchors of all headings in GitHub's form; repeated headings are numbered."""
    seen: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", page)):
        anchor = re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if anchor in seen else anchor)
        seen[anchor] = seen.get(anchor, 0) + 1
    return found


# ---------------------------------------------------------------- commands
def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each simple command, without here-documents, redirections and leading assignments."""
    text = re.sub(r"(?ms)<<'(\w+)'([^\n]*)\n.*?^\1\n", r"\2\n", text)
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        parts = groupby(lexer, key=lambda word: word in {"|", "&", "&&", ";"})
        yield from (_plain(list(words)) for is_operator, words in parts if not is_operator)


def _plain(words: list[str]) -> list[str]:
    """Drop leading assignments, and redirections with their targets."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    text = "\0".join(words)
    return re.sub(r"\x00(?:[012]\x00)?(?:>|<|>>|2>)\x00[^\x00]+", "", text).split("\0")


def assert_command_is_valid(words: list[str], *, other: frozenset[str] = frozenset()) -> None:
    """Fail unless the command is valid as shown, as far as that can be checked without running it.

    `other` are programs that the page's own test runs.
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
            given = dict(assignment.split("=", 1) for assignment in arguments)
            Settings.from_env(given)
            assert all(name.startswith(PREFIX) or f"${{{name}:-" in COMPOSE for name in given)
        case "cp":
            source, _ = arguments
            assert (ROOT / source).is_file()
        case _:
            assert program in other, f"unknown program {program}"


def _compose(arguments: list[str]) -> None:
    """Fail unless a docker compose command uses existing services and known options."""
    services = yaml.safe_load(COMPOSE)["services"]
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
