"""The README is correct: blocks marked `run` are executed, and every command in the others exists.

Two things differ from the page: Redis is a private server of this module, and the URLs at www.example.org are replaced
by those of the demo site, on loopback.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from msgspec.structs import replace

from tests import pages
from tests.environment import clean_environ
from tests.pages import Block, assert_command_is_valid, blocks, commands
from worker import cli
from worker.demo.story import load_stories
from worker.schema import Event, Meeting, Statement, event_stream
from worker.streams import connect, read_entries
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from collections.abc import Iterator

README = pages.README.read_text(encoding="utf-8")
TIMEOUT_S = 300.0


BLOCKS = blocks(README)


def only(language: str, containing: str = "") -> Block:
    (block,) = [b for b in BLOCKS if b.language == language and containing in b.text]
    return block


# ---------------------------------------------------------------- commands
SHOWN = [words for block in BLOCKS if block.language == "sh" for words in commands(block.text)]


@pytest.mark.parametrize("words", SHOWN, ids=[" ".join(words) for words in SHOWN])
def test_every_command_shown_exists(words: list[str]) -> None:
    assert_command_is_valid(words, other=frozenset({"kill", "."}))


def test_the_table_lists_every_command_in_one_line() -> None:
    listed = re.findall(r"(?m)^\| `communique (\w+)", README)
    usage = cli.build_parser().format_help()
    assert sorted(listed) == sorted(re.findall(r"(?m)^    (\w+)(?: |$)", usage.partition("commands:\n")[2]))


# ---------------------------------------------------------------- executed blocks
class ReadmeEnvironment(NamedTuple):
    """The environment in which the blocks are executed."""

    redis_url: str
    articles: list[str]
    environ: dict[str, str]

    def localise(self, text: str) -> str:
        """Replace the URLs of the page by those of this environment."""
        text = text.replace("redis://localhost:6379/0", self.redis_url)
        return re.sub(r"https://www\.example\.org/news/(\d)", lambda m: self.articles[int(m[1])], text)


@pytest.fixture(scope="module")
def site_url() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", "worker.demo"], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        yield serving.stdout.readline().removesuffix("/feed.xml\n")
        serving.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, site_url: str) -> Iterator[ReadmeEnvironment]:
    folder = tmp_path_factory.mktemp("readme")
    command = folder / "communique"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m worker "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environ = clean_environ()
    environ |= {
        "PATH": f"{folder}:{environ['PATH']}",
        "XDG_DATA_HOME": str(folder / "data"),  # a demo may run beside the tests
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_HOST_DELAY_S": "0.1",
    }
    articles = [site_url + story.path for story in load_stories() if story.serve == "plain"]
    with asyncio.Runner() as runner:
        server = run_embedded_server(folder / "redis")
        url = runner.run(server.__aenter__())
        yield ReadmeEnvironment(url, articles, environ)
        runner.run(server.__aexit__(None, None, None))


def bash(environment: ReadmeEnvironment, text: str) -> str:
    """Run a block and return its stdout; its background processes must succeed, too."""
    script = environment.localise(text) + "\nwait ${!-}\n"
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", script]
    with subprocess.Popen(command, env=environment.environ, stdout=subprocess.PIPE, start_new_session=True) as shell:
        try:
            answer, _ = shell.communicate(timeout=TIMEOUT_S)
        finally:
            if shell.returncode is None:
                os.killpg(shell.pid, signal.SIGKILL)
    assert shell.returncode == 0
    return answer.decode()


def events(text: str) -> list[Event]:
    lines = [line for line in text.splitlines() if line.startswith('{"kind"')]
    return [msgspec.json.decode(line, type=Event) for line in lines]


def test_the_demo_prints_the_lines_on_the_page(environment: ReadmeEnvironment) -> None:
    printed = [" ".join(line.split()) for line in bash(environment, "communique demo").splitlines()]
    shown = only("text", "(SE)").text.splitlines()
    assert len(shown) >= 3
    for line in (" ".join(line.split()) for line in shown):
        assert any(found.startswith(line) for found in printed), line


@pytest.fixture(scope="module")
def fleet(environment: ReadmeEnvironment) -> str:
    """The output of the block with a worker, whose events are then on the server of the environment."""
    return bash(environment, only("sh", "communique consume &").text)


def test_the_event_on_the_page_is_extracted_from_the_text(environment: ReadmeEnvironment) -> None:
    """Compares all fields but rule, confidence and id, which change when the rules are refined."""
    output = bash(environment, only("sh", "communique extract").text)
    found = [without_volatile_fields(event) for event in events(output)]
    shown = without_volatile_fields(msgspec.json.decode(only("json").text, type=Event, strict=True))
    assert shown in found, msgspec.json.format(msgspec.json.encode(found)).decode()
    assert [type(event) for event in found] == [Statement, Meeting]


def without_volatile_fields(event: Event) -> Event:
    return replace(event, id="", rule="", confidence=0.0)


def test_a_worker_processes_the_urls_and_its_events_are_printed(fleet: str) -> None:
    assert len(events(fleet)) == 5


def test_python_receives_the_same_events(environment: ReadmeEnvironment, fleet: str) -> None:
    block = only("python")
    script = [sys.executable, "-u", "-c", environment.localise(block.text)]
    with subprocess.Popen(script, env=environment.environ, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout
        line = listener.stdout.readline()
        listener.kill()
    assert any(line.startswith(name) for name in speakers(environment)), (line, fleet)


def speakers(environment: ReadmeEnvironment) -> set[str]:
    async def names() -> set[str]:
        async with connect(environment.redis_url) as redis:
            entries = await read_entries(redis, {event_stream("communique", "statement"): "0"}, count=1000)
        said = [msgspec.json.decode((entry.fields or {})[b"data"], type=Statement) for entry in entries]
        return {statement.speaker.name for statement in said if statement.speaker}

    return asyncio.run(names())
