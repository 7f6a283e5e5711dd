"""The data files of this package: lists of words, phrases and time zones (TOML)."""

from __future__ import annotations

from importlib import resources


def read_data_file(name: str) -> bytes:
    """Return the content of a data file of this package."""
    return (resources.files("worker.parse") / name).read_bytes()
