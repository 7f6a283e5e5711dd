"""Saved pages to measure instead of the generated ones."""

import gzip
from pathlib import Path

from worker.schema import Page


def saved_pages(folder: Path) -> list[Page]:
    """Read every *.html and *.html.gz file below a folder; exit with a message if there is none."""
    files = sorted(f for f in folder.rglob("*.html*") if f.suffix in {".html", ".gz"})
    if not files:
        raise SystemExit(f"no *.html or *.html.gz below {folder}")
    return [Page(url=f"https://pages.example/{f.name}", body=_body(f)) for f in files]


def _body(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
