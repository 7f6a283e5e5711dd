"""The recordings in tests/data: what earlier versions wrote."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, Final

RECORDINGS: Final = Path(__file__).parent.parent / "data" / "recordings"
CHECKSUMS: Final = "SHA256SUMS"
PREFIX: Final = "communique"
SECRET: Final = "whsec_" + base64.b64encode(bytes(range(32))).decode()
"""The secret with which all recorded requests to webhooks are signed."""


class Recording:
    """One folder of recordings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __repr__(self) -> str:
        return self.folder.name

    def read(self, name: str) -> Any:
        """Return the content of a file."""
        return json.loads((self.folder / name).read_text("utf-8"))

    def key(self, name: str) -> dict[str, Any]:
        """Return a key of Redis as `dump_keys` describes it, by its name without the prefix."""
        found: dict[str, Any]
        (found,) = [it for it in self.read("redis.json") if it["key"] == f"{PREFIX}:{name}"]
        return found

    def stream(self, name: str) -> list[tuple[str, dict[str, str]]]:
        """Return the entries of a stream, by its key without the prefix."""
        return [(entry_id, dict(fields)) for entry_id, fields in self.key(name)["value"]]


def all_recordings() -> list[Recording]:
    """Return every recording."""
    return [Recording(path) for path in sorted(RECORDINGS.iterdir()) if path.is_dir()]


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a recording, by name."""
    files = [path for path in sorted(folder.iterdir()) if path.name != CHECKSUMS]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_checksums(folder: Path) -> None:
    """Write the checksums of a new recording, in the format of sha256sum."""
    lines = [f"{digest}  {name}\n" for name, digest in checksums(folder).items()]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
