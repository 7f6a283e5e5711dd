"""The pages that are measured: the demo site's, or a folder of saved ones."""

import gzip
from pathlib import Path

from worker.demo.site import serve_site
from worker.fetch.client import Fetcher
from worker.schema import Page
from worker.settings import FetchSettings


async def demo() -> list[Page]:
    """Fetch every plain article of the demo site."""
    async with serve_site() as served, Fetcher(FetchSettings(allow_private_addresses=True)) as fetcher:
        return [await fetcher.get(url) for url in served.plain]


def saved(folder: Path) -> list[Page]:
    """Read every *.html and *.html.gz below a folder."""
    files = sorted(f for f in folder.rglob("*.html*") if f.suffix in {".html", ".gz"})
    if not files:
        raise SystemExit(f"no *.html or *.html.gz below {folder}")
    return [Page(url=f"https://pages.example/{f.name}", body=_body(f)) for f in files]


def _body(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
