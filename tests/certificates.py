"""A certificate authority and the certificate of a server named localhost, made by openssl."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2"


def make_certificates(folder: Path) -> None:
    """Create an authority (ca.crt) and the server's certificate and key (redis.crt, redis.key)."""
    _openssl(folder, f"req -x509 {KEY} -keyout ca.key -out ca.crt -subj /CN=Authority")
    signed = "-CA ca.crt -CAkey ca.key -addext subjectAltName=DNS:localhost -addext basicConstraints=CA:FALSE"
    _openssl(folder, f"req -x509 {KEY} -keyout redis.key -out redis.crt -subj /CN=localhost {signed}")


def _openssl(folder: Path, words: str) -> None:
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
