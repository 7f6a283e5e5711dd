"""The command line: help with examples, results on stdout, errors on stderr with the documented exit status."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.environment import clean_environ
from tests.subscribe.published import publish, publish_entry, publish_retraction
from worker.cli import build_parser, main
from worker.cli.parser import COMMANDS as COMMAND_ENTRIES
from worker.demo.site import serve_site
from worker.publish import publication_entries
from worker.queue import UrlQueue
from worker.schema import Article, Meeting, Span, Task, event_stream
from worker.settings import Settings

COMMANDS = [
    "put",
    "discover",
    "consume",
    "subscribe",
    "webhook",
    "sink",
    "extract",
    "parse",
    "export",
    "status",
    "hosts",
    "why",
    "top",
    "health",
    "dead",
    "forget",
    "settings",
    "schema",
    "run",
    "demo",
]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTACT = {"COMMUNIQUE_CONTACT_URL": "https://example.org/bot"}
TEXT = "The minister left early.\n\n“We shall wait,” Prime Minister Ana Belm said on Monday."


def communique(*arguments: str, stdin: str | bytes = "", **environ: str) -> subprocess.CompletedProcess[str]:
    clean = clean_environ()
    return subprocess.run(
        [sys.executable, "-m", "worker", *arguments],
        input=stdin.decode("latin-1") if isinstance(stdin, bytes) else stdin,
        encoding="latin-1" if isinstance(stdin, bytes) else "utf-8",
        env=clean | environ,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_every_command_is_listed() -> None:
    listed = [line.split()[0] for line in build_parser().format_help().splitlines() if line.startswith("    ")]
    assert [word for word in listed if word in COMMANDS] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"examples:\n  communique {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["subscribe", "gossip"], "'gossip' is none of statement, meeting, decision"),
        (["dead", "--limit", "0"], "must be at least 1, not 0"),
        (["export"], "the following arguments are required: --plover"),
        (["export", "--plover", "--after", "soon"], "'soon' is not a date such as 2024-09-17"),
    ],
)
def test_invalid_arguments_end_with_2_and_a_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "message"),
    [
        (["status"], {"COMMUNIQUE_LEESE_S": "3"}, 2, "unknown setting COMMUNIQUE_LEESE_S: did you mean"),
        (["status"], {}, 2, "which Redis? set COMMUNIQUE_REDIS_URL"),
        (["status"], {"COMMUNIQUE_REDIS_URL": "http://a.example"}, 2, "Redis URL 'http://a.example'"),
        (["status"], {"COMMUNIQUE_REDIS_URL": "redis://me:secret@[::1"}, 2, "Redis URL 'redis://[::1': Invalid IPv6"),
        (["status"], {"COMMUNIQUE_REDIS_URL": "redis://127.0.0.1:1"}, 1, "127.0.0.1:1"),
        (["consume"], {"COMMUNIQUE_REDIS_URL": "redis://127.0.0.1:1"}, 2, "set COMMUNIQUE_CONTACT_URL to a page"),
        (["consume"], CONTACT | {"COMMUNIQUE_REDIS_URL": "redis://127.0.0.1:1"}, 1, "127.0.0.1:1"),
        (["subscribe"], {"COMMUNIQUE_REDIS_URL": "redis://127.0.0.1:1"}, 1, "127.0.0.1:1"),
        (["discover", "--sources", "/no/such.toml"], {}, 2, "sources file /no/such.toml: No such file"),
        (["extract", "/no/such.txt"], {}, 1, "/no/such.txt: No such file"),
        (["extract", "-", "--published-at", "soon"], {}, 2, "--published-at 'soon'"),
    ],
)
def test_a_failure_is_one_line_on_stderr(
    arguments: list[str], environ: dict[str, str], status: int, message: str
) -> None:
    ended = communique(*arguments, **environ)
    assert (ended.returncode, ended.stdout) == (status, "")
    assert ended.stderr.startswith("communique: ")
    assert message in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_extract_prints_the_events_of_a_text() -> None:
    ended = communique("extract", "-", stdin=TEXT)
    (event,) = map(json.loads, ended.stdout.splitlines())
    assert event["speaker"]["name"] == "Ana Belm"
    assert all(TEXT[s["start"] : s["end"]] == s["text"] for s in event["content"])


def test_extract_explains_its_events_with_brackets_on_a_pipe() -> None:
    ended = communique("extract", "--explain", "-", stdin=TEXT, COLUMNS="20")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "   [content “We shall wait,”] [source Prime Minister Ana Belm] [cue said] on Monday.\n" in ended.stdout
    assert "speaker    Ana Belm (person, Prime Minister)" in ended.stdout
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("The harbour was quiet.\n", "-: no events found"),
        ("Der Hafen war am Montag ruhig. " * 10, "-: unsupported language: only English is supported"),
    ],
)
def test_extract_reports_why_it_prints_nothing(text: str, message: str) -> None:
    ended = communique("extract", "-", stdin=text)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", f"communique: {message}\n")


def test_extract_also_reads_a_page() -> None:
    page = "<html lang=en><title>Wait</title><article><h1>Wait</h1>" + "".join(
        f"<p>{p} The committee on ports met for the third time this week and heard from four engineers.</p>"
        for p in TEXT.split("\n\n") * 3
    )
    ended = communique("extract", "-", "--url", "https://a.example/1", stdin=page)
    assert "Ana Belm" in ended.stdout
    assert ended.returncode == 0


def test_a_page_of_garbage_is_rejected_with_a_message() -> None:
    ended = communique("parse", "-", stdin=bytes(range(256)) * 20)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("communique: ")


def test_output_is_utf8_in_any_locale() -> None:
    ended = communique("extract", "-", stdin=TEXT, PYTHONIOENCODING="ascii:strict")
    assert "“We shall wait,”" in json.loads(ended.stdout)["content"][0]["text"]


def test_a_batch_has_a_result_per_line_and_fails_for_invalid_ones() -> None:
    ended = communique("extract", "--jsonl", stdin=json.dumps({"id": "a", "text": TEXT}) + '\nnot json\n{"id":"c"}\n')
    results = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(a["id"], "error" in a) for a in results] == [("a", False), (None, True), ("c", True)]
    assert ended.returncode == 1


def test_a_batch_can_be_read_from_a_file(tmp_path: Path) -> None:
    documents = tmp_path / "documents.jsonl"
    documents.write_text(json.dumps({"id": "a", "text": TEXT}), encoding="utf-8")
    ended = communique("extract", "--jsonl", str(documents))
    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == ["a"]


def test_events_are_exported_as_plover_records_and_the_others_counted() -> None:
    events = communique(
        "extract", "-", "--published-at", "2025-03-05", stdin=f"Norway imposed sanctions on Chad.\n\n{TEXT}"
    )
    ended = communique("export", "--plover", stdin=events.stdout)
    (record,) = map(json.loads, ended.stdout.splitlines())
    assert (record["event"], record["mode"], record["date"]) == (["COERCE"], ["restrict"], "2025-03-05")
    assert [actor["country_code"] for actor in record["actor"] + record["recipient"]] == ["NOR", "TCD"]
    assert ended.stderr == "communique: 1 exported, 1 left out (1 statement with no PLOVER type)\n"
    assert ended.returncode == 0


def test_a_line_without_an_event_is_reported_and_the_export_continues_and_fails() -> None:
    events = communique("extract", "-", stdin="Norway imposed sanctions on Chad.").stdout
    ended = communique("export", "--plover", stdin="\x1b[31mnot json\n" + events)
    assert len(ended.stdout.splitlines()) == 1
    assert ended.stderr.startswith("communique: stdin:1: ")
    assert "\x1b" not in ended.stderr
    assert ended.returncode == 1


def test_the_same_input_gives_the_same_bytes() -> None:
    line = json.dumps({"id": "a", "text": TEXT, "published_at": "2026-03-04"})
    first, second = (communique("extract", "--jsonl", stdin=line, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert first.stdout == second.stdout


def test_the_printed_schema_is_the_one_in_the_repository() -> None:
    published = Path(__file__).parents[2] / "docs" / "events.schema.json"
    assert communique("schema").stdout == published.read_text(encoding="utf-8")


def test_put_reports_counts_and_refuses_invalid_urls(settings: Settings) -> None:
    environ = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    listed = "# the morning's\nhttps://a.example/1\n\nhttps://a.example/1?utm_source=x\nftp://a.example/2\n"
    ended = communique("put", "-", stdin=listed, **environ)
    assert ended.stdout == "1 put, 1 seen before, 1 refused\n"
    assert ended.returncode == 1
    assert "refused 'ftp://a.example/2'" in ended.stderr
    status = json.loads(communique("status", "--json", COMMUNIQUE_STREAM_BYTES="5000000", **environ).stdout)
    assert status["backlog"] == 1
    assert (status["stream_bytes"], status["stream_budget_bytes"], status["stream_reserve_bytes"]) == (
        0,
        5_000_000,
        2_500_000,
    )
    assert status["redis_bytes"] > 0


def test_put_enqueues_the_valid_urls_of_a_list_with_garbage(settings: Settings) -> None:
    environ = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    listed = b"https://a.example/1\n\xff\x1b[31m\x00\nhttps://a.example/2\n"
    ended = communique("put", "-", stdin=listed, PYTHONIOENCODING="utf-8:strict", **environ)
    assert (ended.returncode, ended.stdout) == (1, "2 put, 0 seen before, 1 refused\n")
    assert ended.stderr.count("\n") == 1
    assert "\x1b" not in ended.stderr


@pytest.fixture
async def three_events(redis: Redis, settings: Settings) -> dict[str, str]:
    """The environment of a Redis with three events, and an undecodable entry before the last."""
    spans = [Span(start=n, end=n + 1, text="x") for n in range(3)]
    events = [
        Meeting(
            id=f"m{s.start}", url="", sentence=s, confidence=1, rule="r", form="talks", status="held", participants=[]
        )
        for s in spans
    ]
    entries: list[Any] = [
        w.fields for w in publication_entries(Article(id="a", url="", text="x"), events, settings.redis, NOW)[1:]
    ]
    for fields in [*entries[:2], {"data": "\x1b[31m"}, entries[2]]:
        await redis.xadd(event_stream(settings.redis.key_prefix, "meeting"), fields)
    return {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}


def ids(ended: subprocess.CompletedProcess[str]) -> list[str]:
    return [json.loads(line)["id"] for line in ended.stdout.splitlines()]


async def test_an_undecodable_entry_is_reported_and_the_others_are_printed(three_events: dict[str, str]) -> None:
    ended = communique("subscribe", "--from-start", "--count", "3", **three_events)
    assert ids(ended) == ["m0", "m1", "m2"]
    assert ended.returncode == 1
    assert "does not decode" in ended.stderr


async def test_subscribe_prints_retractions_and_skips_unknown_types(redis: Redis, settings: Settings) -> None:
    await publish(redis, settings, "m1")
    await publish_entry(redis, settings, "meeting", id="x", type="forecast", data="{}")
    await publish_retraction(redis, settings, "m1")
    environ = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    ended = communique("subscribe", "--from-start", "--count", "2", **environ)
    assert (ended.returncode, ids(ended)) == (0, ["m1", "r-m1"])
    assert ended.stderr.count("unknown_type") == 1


@pytest.mark.parametrize("group", [(), ("--group", "g")])
async def test_subscribe_prints_what_was_published_since(
    redis: Redis, settings: Settings, three_events: dict[str, str], group: tuple[str, ...]
) -> None:
    await redis.xadd(event_stream(settings.redis.key_prefix, "statement"), {"data": "{"}, id="1-0")
    ended = communique("subscribe", "--since", "1h", "--count", "2", *group, **three_events)
    assert ids(ended) == ["m0", "m1"]


@pytest.mark.parametrize("command", [["subscribe"], ["webhook", "--to", "https://hooks.example/"], ["sink", "out"]])
def test_a_start_of_no_accepted_form_is_refused_with_examples(command: list[str]) -> None:
    ended = communique(*command, "--since", "yesterday")
    assert ended.returncode == 2
    assert "argument --since: 'yesterday': none of" in ended.stderr
    assert 'such as "1h", "30m" or "2d"' in ended.stderr


async def test_a_group_gets_each_event_once(three_events: dict[str, str]) -> None:
    one_by_one = [communique("subscribe", "--group", "g", "--count", "1", **three_events) for _ in range(3)]
    assert [ids(ended) for ended in one_by_one] == [["m0"], ["m1"], ["m2"]]


def test_run_waits_for_room_in_a_full_queue(tmp_path: Path) -> None:
    urls = [f"http://127.0.0.1:1/{n}" for n in range(4)]
    environ = {"COMMUNIQUE_DATA_DIR": str(tmp_path), "COMMUNIQUE_MAX_BACKLOG": "1", "COMMUNIQUE_LOG_LEVEL": "error"}
    ended = communique("run", "--json", *urls, **environ)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("private_address\n") == 4


async def test_run_ends_with_1_and_reports_every_url_without_an_article(tmp_path: Path) -> None:
    async with serve_site() as served:
        urls = [served.plain[0], *list(served.refused)[:2], "nonsense"]
        environ = {"COMMUNIQUE_DATA_DIR": str(tmp_path), "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"}
        command = [sys.executable, "-m", "worker", "run", "--json", *urls]
        process = await asyncio.create_subprocess_exec(
            *command, env=os.environ | environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = await process.communicate()
    assert process.returncode == 1
    assert {json.loads(line)["url"] for line in out.splitlines()} == {served.plain[0]}
    assert [line for line in err.decode().splitlines() if line.startswith("communique: given up: nonsense: bad_url")]
    assert err.decode().count("given up: http") == 2


def test_run_reports_a_source_that_could_not_be_polled(tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[[source]]\nname = "Courier"\nurl = "http://127.0.0.1:9/feed.xml"\n', encoding="utf-8")
    data_dir = str(tmp_path / "data")
    ended = communique("run", "--json", "--once", "--sources", str(sources), COMMUNIQUE_DATA_DIR=data_dir)
    assert ended.returncode == 1
    assert "communique: given up: Courier: private_address\n" in ended.stderr


async def test_run_counts_the_urls_of_an_earlier_run(tmp_path: Path) -> None:
    environ = {"COMMUNIQUE_DATA_DIR": str(tmp_path), "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"}
    async with serve_site() as served:
        for expected in ("", "communique: skipped, read in an earlier run: 1 URL ("):
            ended = await asyncio.to_thread(communique, "run", "--json", served.plain[0], **environ)
            assert ended.returncode == 0
            assert expected in ended.stderr
            assert ("read in an earlier run" in ended.stderr) is bool(expected)


async def test_run_ends_with_its_own_articles_whatever_else_waits(settings: Settings) -> None:
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    async with serve_site() as served, UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put(Task.of("http://127.0.0.1:9/never-answers"))
        environ = given | {"COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"}
        ended = await asyncio.to_thread(communique, "run", "--json", served.plain[0], **environ)
        assert (await queue.depth()).unfinished == 1
    assert ended.returncode == 0
    assert {json.loads(line)["url"] for line in ended.stdout.splitlines()} == {served.plain[0]}
    assert "given up" not in ended.stderr


async def test_an_unknown_reason_of_requeue_names_the_nearest_and_all_that_there_are(settings: Settings) -> None:
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put(Task.of("https://a.example/1"))
        (delivery,) = await queue.read(1, 0)
        await queue.dead_letter(delivery, "http_503", "busy")
    ended = await asyncio.to_thread(communique, "dead", "--requeue", "http_53", **given)
    message = "no dead letter has the reason 'http_53': did you mean http_503? There are: http_503 (1)"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"communique: {message}\n")
    ended = await asyncio.to_thread(communique, "dead", "--requeue", "http_503", **given)
    assert (ended.returncode, ended.stdout) == (0, "1 put back\n")


async def test_run_recognises_a_feed_and_says_what_to_do(tmp_path: Path) -> None:
    environ = {"COMMUNIQUE_DATA_DIR": str(tmp_path), "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"}
    async with serve_site() as served:
        ended = await asyncio.to_thread(communique, "run", "--json", served.feed_url, **environ)
    assert ended.returncode == 1
    assert f"given up: {served.feed_url}: not_html (poll it: `communique sources add URL`" in ended.stderr


async def test_a_worker_prints_at_its_start_for_whom_it_works(settings: Settings) -> None:
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", "consume"),
        env=clean_environ() | given | CONTACT | {"COMMUNIQUE_LOG_LEVEL": "error"},
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    first = (await process.stderr.readline()).decode()
    process.terminate()
    assert first.startswith(f"communique: working for {settings.redis.url} (key prefix {settings.redis.key_prefix}): ")
    assert "contact https://example.org/bot" in first
    assert await process.wait() == 0


@pytest.mark.parametrize("command", [["run", "--json", "--once"], ["discover", "--once"]])
@pytest.mark.parametrize(
    ("sources", "status"),
    [('[[source]]\nname = "A"\nurl = "http://127.0.0.1:9/feed"\n', 1), ("[[sources]]\n", 2), ("", 2)],
)
def test_run_and_discover_once_have_the_same_exit_statuses(
    command: list[str], sources: str, status: int, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(sources, encoding="utf-8")
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    assert communique(*command, "--sources", str(path), **given, **CONTACT).returncode == status


SERVICE_LIBRARIES = {"redis", "aiohttp", "asyncio", "uvloop", "structlog", "prometheus_client", "opentelemetry"}
PAGE_LIBRARIES = {"lxml", "selectolax", "htmldate", "langcodes", "tldextract", "worker.parse"}


def imported_by(*arguments: str) -> set[str]:
    """The modules in `sys.modules` after a command has run in a process of its own."""
    program = "import atexit, sys, worker.cli; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
    run = [sys.executable, "-c", f"{program} sys.exit(worker.cli.main({list(arguments)!r}))"]
    ended = subprocess.run(run, capture_output=True, text=True, check=True)
    assert ended.stdout
    return set(ended.stderr.splitlines()[-1].split())


def test_help_imports_no_command_and_no_library() -> None:
    imported = imported_by("--help")
    assert (
        not (SERVICE_LIBRARIES | PAGE_LIBRARIES | {"msgspec", "rich", "worker.extract", "worker.settings"}) & imported
    )
    assert not {f"worker.cli.{entry.module}" for entry in COMMAND_ENTRIES} & imported


def test_the_help_of_a_command_imports_only_its_module() -> None:
    imported = imported_by("health", "--help")
    assert {f"worker.cli.{entry.module}" for entry in COMMAND_ENTRIES} & imported == {"worker.cli.health"}
    assert not (SERVICE_LIBRARIES | PAGE_LIBRARIES | {"rich", "worker.extract"}) & imported


def test_extracting_from_a_text_imports_neither_services_nor_the_reading_of_pages(tmp_path: Path) -> None:
    text = tmp_path / "article.txt"
    text.write_text(TEXT, encoding="utf-8")
    imported = imported_by("extract", "--published-at", "2026-03-01", str(text))
    assert "worker.extract" in imported
    assert not (SERVICE_LIBRARIES | PAGE_LIBRARIES | {"rich", "worker.terminal"}) & imported
