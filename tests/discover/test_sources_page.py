"""docs/sources.md is correct: keys, bounds and figures are those of the code, and commands print the output shown."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args

import msgspec
import pytest

from tests.environment import clean_environ
from tests.pages import DOCS, ROOT, Block, assert_command_is_valid, blocks, commands, section
from worker.discover import PollResult, Source, load_sources
from worker.discover.feed_reader import MAX_CONCURRENT_REQUESTS, MAX_INDEX_DEPTH
from worker.discover.poll_interval import FASTER, MAX_BACKOFF_S, SLOWER
from worker.discover.poll_schedule import MAX_HOST_WAIT_S, STATE_TTL_S
from worker.errors import Permanent
from worker.parse import feed
from worker.parse.feed.json_entries import MAX_JSON_BYTES
from worker.queue.hosts import MAX_PAUSE_S
from worker.settings import Settings

PAGE = (DOCS / "sources.md").read_text(encoding="utf-8")
BLOCKS = blocks(PAGE)
(FILE,) = [block.text for block in BLOCKS if block.language == "toml"]
RUN = [block for block in BLOCKS if block.runs]


# ---------------------------------------------------------------- the file
KEYS = dict(re.findall(r"(?m)^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", section(PAGE, "A file of feeds")))


def test_every_key_is_in_the_table_in_the_order_of_the_struct() -> None:
    assert tuple(KEYS) == Source.__struct_fields__


def test_keys_with_a_default_are_marked_as_optional() -> None:
    optional = {name for name, may_be in KEYS.items() if "may be left out" in may_be}
    assert optional == {f.name for f in msgspec.structs.fields(Source) if not f.required}


def test_the_bounds_are_those_of_the_struct() -> None:
    name, interval = (bounds(key) for key in ("name", "interval_s"))
    assert KEYS["name"].startswith(f"{name.min_length} to {name.max_length} characters")
    assert KEYS["interval_s"].startswith(f"above {interval.gt}, at most {interval.le}")
    language = bounds("language")
    shown = re.findall(r"`([^`]+)`", KEYS["language"])
    assert shown
    assert all(re.search(language.pattern or "", tag) for tag in shown)


def bounds(key: str) -> msgspec.Meta:
    """Return the constraints of a key; for one that may be null, those of its other type."""
    (field,) = [f for f in msgspec.structs.fields(Source) if f.name == key]
    for annotation in (field.type, *get_args(field.type)):
        for meta in getattr(annotation, "__metadata__", ()):
            assert isinstance(meta, msgspec.Meta)
            return meta
    raise AssertionError(key)


def test_the_example_file_is_valid(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(FILE, encoding="utf-8")
    assert {name for source in load_sources(tmp_path / "sources.toml") for name in known(source)} == set(KEYS)


def known(source: Source) -> set[str]:
    return {name for name, value in msgspec.structs.asdict(source).items() if value is not None}


# ---------------------------------------------------------------- figures
@pytest.mark.parametrize(
    "words",
    [
        f"`COMMUNIQUE_DISCOVER_INTERVAL_S`, which is {Settings().discover.interval_s:g}",
        f"up to {MAX_BACKOFF_S / 3600:g} hours",
        f"at most {MAX_CONCURRENT_REQUESTS} requests at a time",
        f"`COMMUNIQUE_DISCOVER_MIN_INTERVAL_S` ({Settings().discover.min_interval_s:g})",
        f"`COMMUNIQUE_DISCOVER_MAX_INTERVAL_S` ({Settings().discover.max_interval_s:g})",
        f"a JSON feed {MAX_JSON_BYTES >> 20} MiB",
        f"in the last {Settings().queue.seen_ttl_s / 86_400:g} days",
    ],
)
def test_a_figure_is_that_of_the_code(words: str) -> None:
    assert words in PAGE


def test_figures_in_words_are_those_of_the_code() -> None:
    assert MAX_HOST_WAIT_S == 60, "a minute"
    assert Settings().politeness.max_host_delay_s == 600, "ten minutes"
    assert STATE_TTL_S == 30 * 86_400, "a month"
    assert Settings().politeness.host_delay_s == 1, "a second"
    assert MAX_PAUSE_S == 3600, "an hour"
    assert (FASTER, SLOWER) == (0.5, 1.5), "halved, half as long again"
    assert MAX_INDEX_DEPTH == 3, "three deep"


def test_every_outcome_of_a_poll_is_explained() -> None:
    explained = re.findall(r"(?m)^\| `(\w+)` \|", section(PAGE, "Adding an outlet"))
    (outcome,) = [f for f in msgspec.structs.fields(PollResult) if f.name == "outcome"]
    assert set(explained) == set(get_args(outcome.type)) - {"not_due"}, "--once polls all sources"


# ---------------------------------------------------------------- formats and errors
ERRORS = {
    "looks like an HTML page": b"<!doctype html><title>News</title>",
    "is a robots.txt that names no sitemap": b"User-agent: *\nDisallow: /private/\n",
    "is XML, but its root is": b"<opml><body/></opml>",
    "MiB without an entry": b"<rss>" + b" " * (9 << 20),
    "looks like JSON, but": b'{"items": [',
    "JSON, but not a JSON Feed": b'{"results": []}',
    "is neither XML nor JSON": b"GIF89a",
    "the body is empty": b"",
}


def test_every_error_message_is_explained() -> None:
    explained = re.findall(r"(?m)^\| `([^`]+)` \|", section(PAGE, "Supported formats and errors"))
    assert explained == list(ERRORS)


@pytest.mark.parametrize(("message", "body"), ERRORS.items())
def test_an_error_has_the_message_that_the_page_explains(message: str, body: bytes) -> None:
    with pytest.raises(Permanent, match=re.escape(message)) as e:
        feed.parse_feed(body, "https://www.example.org/")
    assert e.value.reason == "not_a_feed"


@pytest.mark.parametrize(
    "body",
    [
        b"<rss version='0.91'><channel><item><link>/news/1</link></item></channel></rss>",
        b"<rss version='2.0'><channel><item><link>/news/1</link></item></channel></rss>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item><link>/news/1</link></item></rdf:RDF>",
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/news/1'/></entry></feed>",
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/news/1"}]}',
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>/news/1</loc></url></urlset>",
        b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>/news/1</loc><n:news/></url></urlset>",
    ],
)
def test_every_supported_format_is_accepted(body: bytes) -> None:
    assert [link.url for link in feed.parse_feed(body, "https://www.example.org/")] == [
        "https://www.example.org/news/1"
    ]


# ---------------------------------------------------------------- commands
def test_every_command_shown_exists() -> None:
    inline = [text for text in re.findall("`(communique [^`]+)`", PAGE) if len(text.split()) > 2]
    assert len(inline) >= 5
    for words in [
        words
        for text in [*inline, *(block.text for block in RUN if block.language == "sh")]
        for words in commands(text)
    ]:
        assert_command_is_valid(words, other=frozenset({"cat", "true"}))


class Environment(NamedTuple):
    """Folder, environment variables and site for the blocks of the page."""

    site_url: str
    folder: Path
    environ: dict[str, str]

    def localise(self, text: str) -> str:
        """Replace the outlet's URLs by those of the demo site, and that of Redis by the one of the tests."""
        return text.replace("https://www.example.org", self.site_url).replace(
            "redis://localhost:6379/0", self.environ["COMMUNIQUE_REDIS_URL"]
        )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Environment]:
    folder = tmp_path_factory.mktemp("sources")
    (folder / "communique").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m worker "$@" 2> log\n')
    (folder / "communique").chmod(0o755)
    environ = clean_environ() | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COMMUNIQUE_REDIS_URL": redis_url,
        "COMMUNIQUE_KEY_PREFIX": "sources-page",
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_HOST_DELAY_S": "0.1",
    }
    with subprocess.Popen([sys.executable, "-m", "worker.demo"], stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        environment = Environment(serving.stdout.readline().removesuffix("/feed.xml\n"), folder, environ)
        (folder / "my-sources.toml").write_text(environment.localise(FILE), encoding="utf-8")
        yield environment
        serving.send_signal(signal.SIGINT)


@pytest.mark.parametrize("block", RUN, ids=[block.text.splitlines()[0] for block in RUN])
def test_a_command_prints_the_output_shown_below_it(block: Block, environment: Environment) -> None:
    text = environment.localise(block.text)
    in_shell = ["bash", "-c", text + "\ncat log | grep '^communique:' || true"]
    command = in_shell if block.language == "sh" else [sys.executable, "-c", text]
    ran = subprocess.run(
        command,
        cwd=environment.folder,
        env=environment.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(ran.stdout.splitlines()) == sorted(environment.localise(block.printed).splitlines()), ran.stderr


def test_a_body_of_another_format_is_an_error(environment: Environment) -> None:
    sources = f"[[source]]\nname = 'PDF'\nurl = '{environment.site_url}/documents/joint-communique.pdf'\n"
    (environment.folder / "pdf.toml").write_text(sources, encoding="utf-8")
    command = ["communique", "discover", "--once", "--sources", "pdf.toml"]
    ran = subprocess.run(
        command, cwd=environment.folder, env=environment.environ, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "(not_a_feed: is neither XML nor JSON; it begins with '%PDF-" in ran.stdout
