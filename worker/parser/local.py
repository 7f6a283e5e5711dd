"""Everything on one machine."""

from __future__ import annotations

from worker.parser.command import Commands, command, sources


def run(commands: Commands) -> None:
    """Add `communique run`."""
    p = command(
        commands,
        "local:run",
        "do everything in one process: URLs or sources in, events printed",
        "communique run https://example.org/news/1\ncommunique run --sources my-feeds.toml\n"
        "COMMUNIQUE_DATA_DIR=/var/lib/communique communique run - < urls.txt",
    )
    p.add_argument(
        "urls", nargs="*", metavar="URL", help="articles to read (- for a list on stdin); without any: the sources"
    )
    sources(p)
    p.add_argument("--once", action="store_true", help="with sources: ask each once and end when all is read")
    p.add_argument("--json", action="store_true", help="JSON lines on stdout, nothing else there")


def demo(commands: Commands) -> None:
    """Add `communique demo`."""
    p = command(
        commands,
        "local:demo",
        "watch the whole pipeline work on a small invented news site, served on loopback",
        "communique demo\ncommunique demo --json | jq -r .kind | sort | uniq -c",
    )
    p.add_argument("--json", action="store_true", help="JSON lines on stdout, nothing else there")
