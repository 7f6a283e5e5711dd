"""Decoding of gzip bodies by the libraries that inflate, through the bounded decoder of the fetcher."""

import gzip
import importlib
from collections.abc import Sequence
from unittest.mock import patch

from tests.benchmarks.measure import Figure, timed
from worker.fetch.decoding import PIECE_BYTES, Decoder
from worker.schema import Page

LIBRARIES = ("zlib", "isal.isal_zlib", "zlib_ng.zlib_ng")
LEVEL = 6
"""Level of compression that servers use by default."""


def on_bodies(pages: Sequence[Page], rounds: int) -> list[Figure]:
    """Time the decoding of the pages' bodies with each of the libraries that is installed."""
    bodies = [gzip.compress(page.body, LEVEL) for page in pages]
    return [figure for name in LIBRARIES for figure in _with_library(name, bodies, rounds)]


def _with_library(name: str, bodies: Sequence[bytes], rounds: int) -> list[Figure]:
    try:
        module = importlib.import_module(name)
    except ImportError:
        return []
    with patch("worker.fetch.decoding.INFLATER", module):
        return [timed(f"inflate: {module.__name__.rpartition('.')[2]}", bodies, _decode, rounds)]


def _decode(body: object) -> bytes:
    assert isinstance(body, bytes)
    decoder = Decoder("gzip", 1 << 24)
    for at in range(0, len(body), PIECE_BYTES):
        decoder.feed(body[at : at + PIECE_BYTES])
    return decoder.finish()
