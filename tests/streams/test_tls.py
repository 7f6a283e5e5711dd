"""rediss:// with a real server, if it was built with TLS, and a certificate authority made by openssl."""

from __future__ import annotations

import re
import shutil
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.certificates import make_certificates
from tests.servers import free_port, server
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import check_server, connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificates")
    make_certificates(tmp_path)
    return tmp_path


@pytest.fixture
async def url(certificates: Path) -> AsyncIterator[str]:
    """Return the URL of a server with TLS."""
    port, folder = free_port(), certificates
    files = f"--tls-cert-file {folder}/redis.crt --tls-key-file {folder}/redis.key --tls-ca-cert-file {folder}/ca.crt"
    options = f"--bind 127.0.0.1 --tls-port {port} --tls-auth-clients no {files}"
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(server(folder, *options.split()))
        except AssertionError as e:
            if re.search("Bad directive|TLS support", str(e)):
                pytest.skip("this server was built without TLS")
            raise
        yield f"rediss://localhost:{port}/0"


async def test_a_queue_connects_by_tls_with_the_authority_in_the_url(url: str, certificates: Path) -> None:
    async with UrlQueue(f"{url}?ssl_ca_certs={certificates}/ca.crt", Settings()) as queue:
        assert await queue.put(Task(id="t", url="https://news.example/1"))


async def test_a_certificate_of_an_unknown_authority_is_refused(url: str) -> None:
    async with connect(url) as client:
        with pytest.raises(
            RedisConnectionError, match=r"cannot use Redis at localhost:\d+: .*certificate verify failed"
        ):
            await check_server(client)


async def test_a_certificate_for_another_name_is_refused(url: str, certificates: Path) -> None:
    other = url.replace("localhost", "127.0.0.1")
    async with connect(f"{other}?ssl_ca_certs={certificates}/ca.crt") as client:
        with pytest.raises(RedisConnectionError, match="certificate verify failed"):
            await check_server(client)
