"""docs/quickstart.md is correct: its steps, run in one shell on a terminal, print the output that the page shows.

Two things differ from the page: the ports, and the crawl delay of the demo site, which is 0.1 s.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.environment import clean_environ
from tests.pages import DOCS, ROOT, Block, assert_command_is_valid, blocks, commands, section
from worker.streams.embedded_server import parent_death_hook

PAGE = (DOCS / "quickstart.md").read_text(encoding="utf-8")
TIMEOUT_S = 600.0
PORTS = ("8001", "6379", "8080")
"""The ports on the page: of the site, of Redis, of the gateway."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHELL = frozenset({".", "cat", "curl", "cut", "grep", "kill", "python", "$server", "wait"})


def is_last(block: Block) -> bool:
    return block.text.startswith("kill")


STEPS = sorted((block for block in blocks(PAGE) if block.runs), key=is_last)


@pytest.mark.parametrize("block", [block for block in blocks(PAGE) if block.language == "sh"], ids=lambda b: b.text)
def test_every_command_shown_exists(block: Block) -> None:
    for words in commands(re.sub(r"(?m)^server=.*\n", "", block.text)):
        assert_command_is_valid(words, other=SHELL)


# ---------------------------------------------------------------- the steps
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")
def ports() -> dict[str, str]:
    return {shown: str(free_port()) for shown in PORTS}


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory, ports: dict[str, str]) -> dict[str, str]:
    """The environment after `. .venv/bin/activate`, without settings of this machine."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "communique").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m worker "$@"\n')
    (folder / "communique").chmod(0o755)
    ours = clean_environ()
    return ours | {
        "PATH": f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TERM": "dumb",
        "XDG_DATA_HOME": str(folder / "data"),
        "COMMUNIQUE_GATEWAY_PORT": ports["8080"],
        "COMMUNIQUE_HOST_DELAY_S": "0.1",
    }


def localise(text: str, ports: dict[str, str]) -> str:
    """Replace the ports of the page by those of this run."""
    for shown, port in ports.items():
        text = re.sub(rf"(?<=[ :]){shown}\b", port, text)
    return text


def script(ports: dict[str, str]) -> str:
    """Join the steps; after one that starts a service, wait for its port."""
    parts = []
    for n, block in enumerate(STEPS):
        opened = [ports[shown] for shown in opened_ports(block.text)]
        waits = [
            f"for n in {{1..150}}; do (: > /dev/tcp/127.0.0.1/{port}) 2> /dev/null && break; sleep 0.1; done; sleep 0.3"
            for port in opened
        ]
        parts += [f"echo '=== {n}'", localise(block.text, ports), *waits]
    return "\n".join([*parts, "echo '=== end'", "wait"])


def opened_ports(text: str) -> set[str]:
    """Return the ports on which the services of a step listen."""
    named = set(re.findall(r"(?m)--port (\d+).*&$", text))
    return named | ({"8080"} if re.search(r"(?m)^communique gateway.*&$", text) else set())


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], ports: dict[str, str]) -> list[str]:
    """The output of each step."""
    if shutil.which("curl") is None:
        pytest.skip("needs curl, which is not installed")
    output = run_on_terminal(script(ports), tmp_path_factory.mktemp("steps"), environ)
    return re.split(r"(?m)^=== \w+\n", output)[1:]


def run_on_terminal(text: str, folder: Path, environ: dict[str, str]) -> str:
    """Run a script on a pseudo-terminal and return its output without colours."""
    main, side = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "-c", text],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=side,
        stderr=side,
        start_new_session=True,
        preexec_fn=parent_death_hook(),  # noqa: PLW1509 - two system calls, no lock
    )
    os.close(side)
    watchdog = threading.Timer(TIMEOUT_S, os.killpg, (shell.pid, signal.SIGKILL))
    watchdog.start()
    output = bytearray()
    with suppress(OSError):  # EIO: the last process has closed it
        while chunk := os.read(main, 65_536):
            output += chunk
    os.close(main)
    shell.wait(TIMEOUT_S)
    watchdog.cancel()
    return COLOUR.sub("", output.decode("utf-8", "replace").replace("\r\n", "\n"))


def trimmed(text: str) -> str:
    """Remove trailing blanks, with which tables fill their lines."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def pattern(shown: str) -> str:
    """Return a regular expression for the shown output: "…" matches any text, and alone on a line any lines."""
    return re.sub(r"(?m)^…\\\n", "(?:.*\n)?", re.escape(shown)).replace("…", ".*")


@pytest.mark.parametrize("n", range(len(STEPS)), ids=[block.text.splitlines()[0] for block in STEPS])
def test_a_step_prints_what_the_page_shows(n: int, outputs: list[str], ports: dict[str, str]) -> None:
    printed, shown = trimmed(outputs[n]), trimmed(localise(STEPS[n].printed, ports))
    assert re.fullmatch(pattern(shown), printed, re.DOTALL), printed


def test_after_the_last_step_no_service_is_running(outputs: list[str], ports: dict[str, str]) -> None:
    assert len(outputs) == len(STEPS) + 1
    for port in ports.values():
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(port)), 1):
            pass


# ---------------------------------------------------------------- when it does not work
ROWS = re.findall(r"(?m)^\| ((?:`[^`]+`,? ?)+) \| ", section(PAGE, "When it does not work"))
FROM_OTHER_PROGRAMS = {"communique: command not found"}


class RejectingHandler(BaseHTTPRequestHandler):
    """A site without a robots.txt that rejects every request."""

    def do_GET(self) -> None:
        self.send_response(404 if self.path == "/robots.txt" else 429 if self.path == "/busy" else 403)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the base class
        """Do not log."""


@contextmanager
def rejecting_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.2", 0), RejectingHandler) as server:  # another host than the other pages
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.2:{server.server_port}"
        server.shutdown()


def failing_commands(site: str, rejecting: str, redis_url: str, folder: Path) -> dict[str, str]:
    """Name of a failure -> a command that causes it; the name is also the directory of its private Redis."""
    closed, private = free_port(), "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES=true"
    article = f"{site}/news/two-presidents-lake"
    pages = f"{site}/members/bridge-memoirs {site}/section/europe-today {site}/documents/joint-communique.pdf"
    (folder / "page.toml").write_text(f"[[source]]\nname = 'page'\nurl = '{site}/section/europe-today'\n")
    redis = f"COMMUNIQUE_REDIS_URL={redis_url} COMMUNIQUE_KEY_PREFIX=mishaps"
    return {
        "none": "communique status",
        "away": f"COMMUNIQUE_REDIS_URL=redis://localhost:{closed}/0 communique status",
        "taken": f"{redis} communique gateway --port {site.rpartition(':')[2]}",
        "locked": f"communique run {article}",
        "misspelt": "COMMUNIQUE_REDIS_ULR=x communique status",
        "refused": f"{private} COMMUNIQUE_MAX_ATTEMPTS=1 communique run {pages} {rejecting}/ {rejecting}/busy "
        f"http://127.0.0.1:{closed}/",
        "again": f"{private} communique run {article} > /dev/null; {private} communique run {article}",
        "seen": f"{redis} communique put {article}; {redis} communique put {article}",
        "private": f"communique run {article}",
        "feed": f"{redis} {private} communique discover --once --sources page.toml",
    }


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str], redis_url: str) -> str:
    """The output of all failing commands, and the Makefile."""
    folder = tmp_path_factory.mktemp("mishaps")
    quick = environ | {"COMMUNIQUE_BACKOFF_S": "0.1"}
    demo = [sys.executable, "-m", "worker.demo"]
    with (
        subprocess.Popen(demo, stdout=subprocess.PIPE, text=True) as serving,
        rejecting_site() as rejecting,
        locked(folder / "locked"),
    ):
        assert serving.stdout
        site = serving.stdout.readline().removesuffix("/feed.xml\n")
        running = [
            subprocess.Popen(
                ["bash", "-c", text],
                cwd=folder,
                env=quick | {"COMMUNIQUE_DATA_DIR": str(folder / name)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name, text in failing_commands(site, rejecting, redis_url, folder).items()
        ]
        printed = [process.communicate(timeout=TIMEOUT_S)[0] for process in running]
        serving.send_signal(signal.SIGINT)
    return "\n".join([*printed, (ROOT / "Makefile").read_text(encoding="utf-8")])


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock the directory of a private Redis as another process would."""
    folder.mkdir()
    with (folder / "communique.pid").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@pytest.mark.parametrize("row", ROWS)
def test_the_program_prints_the_messages_that_the_page_explains(row: str, messages: str) -> None:
    for message in re.findall("`([^`]+)`", row):
        if message not in FROM_OTHER_PROGRAMS:
            assert message.rstrip("…") in messages, messages
