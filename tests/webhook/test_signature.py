"""Secrets and signatures of Standard Webhooks."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import UsageError
from worker.webhook.signature import parse_secrets, sign


def test_the_example_of_the_specification() -> None:
    secrets = parse_secrets("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    header = sign(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert header == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_configured_secret_signs() -> None:
    old, new = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
    both = sign(parse_secrets(f"{new}\n{old}\n"), "id", 1, b"{}").split(" ")
    assert both == [sign(parse_secrets(secret), "id", 1, b"{}") for secret in (new, old)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no webhook secret given"),
        ("whsec_!!!!", "webhook secret 1 is not base64"),
        ("whsec_c2hvcnQ=", "webhook secret 1 has 5 bytes"),
        ("whsec_" + "A" * 92, "webhook secret 1 has 69 bytes"),
    ],
)
def test_an_invalid_secret_is_rejected_and_not_quoted(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as e:
        parse_secrets(text)
    assert not text or text not in str(e.value)


@given(st.text())
def test_any_text_is_valid_secrets_or_a_usage_error(text: str) -> None:
    try:
        secrets = parse_secrets(text)
    except UsageError:
        return
    assert all(24 <= len(secret) <= 64 for secret in secrets)
