"""Who may do what."""

from __future__ import annotations

import hashlib
from pathlib import Path

import aiohttp
import pytest

from tests.gateway.conftest import Serve, Served
from worker.errors import UsageError
from worker.gateway.auth import check_open, is_loopback, load_tokens

READER, WRITER = "reader-token-0123456789", "writer-token-0123456789"


@pytest.fixture
def tokens(tmp_path: Path) -> str:
    path = tmp_path / "tokens.toml"
    digest = hashlib.sha256(WRITER.encode()).hexdigest()
    path.write_text(
        f'[[token]]\nname = "reader"\ntoken = "{READER}"\nscopes = ["read"]\n'
        f'[[token]]\nname = "writer"\nsha256 = "{digest}"\nscopes = ["write", "read"]\n',
        encoding="utf-8",
    )
    return str(path)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("token", ["", "wrong-token-0123456789", READER[:-1], "ÿ" * 20])
async def test_without_a_known_token_nothing_is_read_or_written(serve_with: Serve, tokens: str, token: str) -> None:
    async with serve_with(gateway_tokens=tokens) as served:
        headers = bearer(token) if token else {}
        for path in ("/v1/events", "/v1/stream", "/v1/status", "/v1/articles?url=https://a.example/"):
            async with served.session.get(path, headers=headers) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
        await served.post({"urls": ["https://a.example/"]}, 401, **headers)


async def test_a_token_does_what_its_scopes_say(serve_with: Serve, tokens: str) -> None:
    async with serve_with(gateway_tokens=tokens) as served:
        await served.get("/v1/events", 200, **bearer(READER))
        problem = await served.post({"urls": ["https://a.example/"]}, 403, **bearer(READER))
        assert "write" in problem["detail"]
        await served.post({"urls": ["https://a.example/"]}, 202, **bearer(WRITER))


async def test_what_everybody_may_know_needs_no_token(serve_with: Serve, tokens: str) -> None:
    async with serve_with(gateway_tokens=tokens) as served:
        for path in ("/", "/healthz", "/readyz", "/v1/schema", "/v1/openapi.json", "/v1/asyncapi.json"):
            async with served.session.get(path) as response:
                assert response.status == 200, path


async def test_a_browser_s_stream_may_bring_the_token_in_its_address_and_nothing_else_may(
    serve_with: Serve, tokens: str
) -> None:
    async with serve_with(gateway_tokens=tokens) as served:
        async with served.listen(f"access_token={READER}"):
            pass
        async with served.session.ws_connect(f"/v1/stream?access_token={READER}") as socket:
            assert not socket.closed
        await served.get(f"/v1/events?access_token={READER}", 401)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await served.session.ws_connect("/v1/stream")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("gateway:8080", 200), ("evil.example", 421)],
)
async def test_without_tokens_only_names_of_this_machine_are_answered(served: Served, host: str, status: int) -> None:
    await served.get("/v1/events", status, Host=host)


async def test_with_tokens_any_name_is_answered(serve_with: Serve, tokens: str) -> None:
    async with serve_with(gateway_tokens=tokens) as served:
        await served.get("/v1/events", 200, Host="news.example", **bearer(READER))


# ---------------------------------------------------------------- before it starts
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example"])
def test_what_others_can_reach_does_not_start_without_tokens(host: str, tokens: str) -> None:
    with pytest.raises(UsageError, match="no tokens: set COMMUNIQUE_GATEWAY_TOKENS"):
        check_open(host, (), allowed=False)
    check_open(host, (), allowed=True)
    check_open(host, load_tokens(tokens), allowed=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_s_own_addresses_need_none(host: str) -> None:
    assert is_loopback(host)
    check_open(host, (), allowed=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Object missing required field `token`"),
        ("token = []", "has none"),
        ("[[token]]\nname='a'\nscopes=['read']", "'a' needs either token or sha256"),
        ("[[token]]\nname='a'\ntoken='short'\nscopes=['read']", "length >= 16"),
        ("[[token]]\nname='a'\ntoken='long-enough-0123456789'\nscopes=['admin']", "Invalid enum value 'admin'"),
        ("[[token]]\nname='a'\ntoken='long-enough-0123456789'\nscopes=['read']\nrate=1", "unknown field `rate`"),
        ("[[token]", ""),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_tokens(str(path))
    assert str(path) in str(refused.value)
    assert message in str(refused.value)
    assert "long-enough" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.toml"):
        load_tokens(str(tmp_path / "missing.toml"))
