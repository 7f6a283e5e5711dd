"""Bearer tokens and their scopes, Host checks without tokens, and the tokens file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from tests.gateway.conftest import RunningGateway, StartGateway, text_of, wait_until
from worker.errors import UsageError
from worker.gateway.middleware.auth import check_binding, is_loopback, load_tokens

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


def rewrite(path: str, text: str | None) -> None:
    """Replace the file's text; None deletes the file."""
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text, encoding="utf-8")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("token", ["", "wrong-token-0123456789", READER[:-1], "ÿ" * 20])
async def test_without_a_valid_token_requests_are_unauthorised(
    start_gateway: StartGateway, tokens: str, token: str
) -> None:
    async with start_gateway(gateway_tokens=tokens) as server:
        headers = bearer(token) if token else {}
        for path in ("/v1/events", "/v1/stream", "/v1/status", "/v1/articles?url=https://a.example/"):
            async with server.session.get(path, headers=headers) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
        await server.post({"urls": ["https://a.example/"]}, 401, **headers)


async def test_a_token_is_limited_to_its_scopes(start_gateway: StartGateway, tokens: str) -> None:
    async with start_gateway(gateway_tokens=tokens) as server:
        await server.get("/v1/events", 200, **bearer(READER))
        problem = await server.post({"urls": ["https://a.example/"]}, 403, **bearer(READER))
        assert "write" in problem["detail"]
        await server.post({"urls": ["https://a.example/"]}, 202, **bearer(WRITER))


async def test_public_documents_need_no_token(start_gateway: StartGateway, tokens: str) -> None:
    async with start_gateway(gateway_tokens=tokens) as server:
        for path in ("/", "/runbook", "/healthz", "/readyz", "/v1/schema", "/v1/openapi.json", "/v1/asyncapi.json"):
            async with server.session.get(path) as response:
                assert response.status == 200, path


async def test_only_a_stream_accepts_the_token_in_its_query(start_gateway: StartGateway, tokens: str) -> None:
    async with start_gateway(gateway_tokens=tokens) as server:
        async with server.listen(f"access_token={READER}"):
            pass
        async with server.session.ws_connect(f"/v1/stream?access_token={READER}") as socket:
            assert not socket.closed
        await server.get(f"/v1/events?access_token={READER}", 401)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await server.session.ws_connect("/v1/stream")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("gateway:8080", 200), ("evil.example", 421)],
)
async def test_without_tokens_only_local_host_names_are_served(server: RunningGateway, host: str, status: int) -> None:
    await server.get("/v1/events", status, Host=host)


@pytest.mark.parametrize(
    ("origins", "host", "status"),
    [
        ("https://events.example https://a.example:8443", "events.example", 200),
        ("https://events.example https://a.example:8443", "a.example:8443", 200),
        ("https://events.example", "evil.example", 421),
        ("*", "any.example", 200),
    ],
)
async def test_hosts_of_configured_origins_are_served(
    start_gateway: StartGateway, origins: str, host: str, status: int
) -> None:
    async with start_gateway(gateway_open=True, gateway_origins=origins) as server:
        await server.get("/v1/events", status, Host=host)


async def test_with_tokens_any_host_name_is_served(start_gateway: StartGateway, tokens: str) -> None:
    async with start_gateway(gateway_tokens=tokens) as server:
        await server.get("/v1/events", 200, Host="news.example", **bearer(READER))


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("X-Forwarded-For", "203.0.113.9", 403),
        ("X-Forwarded-For", "127.0.0.1, 203.0.113.9", 403),
        ("Forwarded", "for=203.0.113.9;proto=https", 403),
        ("X-Real-IP", "203.0.113.9", 403),
        ("X-Forwarded-For", "127.0.0.1", 200),
        ("X-Forwarded-For", "::1, 127.0.0.1", 200),
    ],
)
async def test_without_tokens_forwarded_requests_are_rejected(
    server: RunningGateway, header: str, value: str, status: int
) -> None:
    await server.get("/v1/events", status, **{header: value})


async def test_with_tokens_or_when_opened_forwarded_requests_are_served(
    start_gateway: StartGateway, tokens: str
) -> None:
    async with start_gateway(gateway_tokens=tokens) as guarded, start_gateway(gateway_open=True) as behind:
        forwarded = {"X-Forwarded-For": "203.0.113.9"}
        await guarded.get("/v1/events", 200, **forwarded, **bearer(READER))
        await behind.get("/v1/events", 200, **forwarded)


async def test_guessing_tokens_is_rate_limited(start_gateway: StartGateway, tokens: str) -> None:
    async with start_gateway(gateway_tokens=tokens, gateway_burst=3, gateway_rate_per_s=0.01) as server:
        guesses = [bearer(f"guess-0123456789-{i}") for i in range(4)]
        for guess in guesses[:3]:
            await server.get("/v1/events", 401, **guess)
        await server.get("/v1/events", 429, **guesses[3])
        await server.get("/v1/events", 200, **bearer(READER))  # a valid token has a bucket of its own


# ---------------------------------------------------------------- reloading
async def test_removing_a_token_revokes_it_and_ends_its_streams(
    start_gateway: StartGateway, tokens: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.app.RELOAD_S", 0.01)
    async with (
        start_gateway(gateway_tokens=tokens) as server,
        server.listen(f"access_token={READER}") as client,
        server.listen(f"access_token={WRITER}") as other,
    ):
        text = text_of(Path(tokens))
        rewrite(tokens, text[text.rindex("[[token]]") :])
        assert (await client.frame()).json["type"] == "urn:communique:problem:unauthorised"
        await wait_until(lambda: server.gateway.streams.connection_count == 1)
        await server.get("/v1/events", 401, **bearer(READER))
        await server.get("/v1/events", 200, **bearer(WRITER))
        assert not other.response.content.at_eof()


@pytest.mark.parametrize("text", ["[[token]", "token = []", None])
async def test_an_invalid_change_of_the_file_is_ignored(
    start_gateway: StartGateway, tokens: str, monkeypatch: pytest.MonkeyPatch, text: str | None
) -> None:
    monkeypatch.setattr("worker.gateway.app.RELOAD_S", 0.01)
    with capture_logs() as log:
        async with start_gateway(gateway_tokens=tokens) as server:
            rewrite(tokens, text)
            await wait_until(lambda: any(line["event"] == "tokens not reloaded" for line in log))
            await server.get("/v1/events", 200, **bearer(READER))
    assert not any(READER in str(line) for line in log)


# ---------------------------------------------------------------- start
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example"])
def test_a_reachable_address_requires_tokens(host: str, tokens: str) -> None:
    with pytest.raises(UsageError, match="no tokens: set COMMUNIQUE_GATEWAY_TOKENS"):
        check_binding(host, (), allowed=False)
    check_binding(host, (), allowed=True)
    check_binding(host, load_tokens(tokens), allowed=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_addresses_require_no_tokens(host: str) -> None:
    assert is_loopback(host)
    check_binding(host, (), allowed=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Object missing required field `token`"),
        ("token = []", "contains no token"),
        ("[[token]]\nname='a'\nscopes=['read']", "'a' needs either token or sha256"),
        ("[[token]]\nname='a'\ntoken='short'\nscopes=['read']", "length >= 16"),
        ("[[token]]\nname='a'\ntoken='long-enough-0123456789'\nscopes=['admin']", "Invalid enum value 'admin'"),
        ("[[token]]\nname='a'\ntoken='long-enough-0123456789'\nscopes=['read']\nrate=1", "unknown field `rate`"),
        ("[[token]", ""),
        ("token = " + "[" * 100_000, ""),
    ],
)
def test_an_invalid_file_is_rejected_with_its_path_and_no_token(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tokens.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_tokens(str(path))
    assert str(path) in str(refused.value)
    assert message in str(refused.value)
    assert "long-enough" not in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.toml"):
        load_tokens(str(tmp_path / "missing.toml"))
