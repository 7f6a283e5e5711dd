from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import UsageError
from worker.webhook.signature import keys, signature


def test_the_specification_s_own_example_comes_out() -> None:
    secrets = keys("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_both_sign() -> None:
    old, new = ("whsec_" + base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
    both = signature(keys(f"{new}\n{old}\n"), "id", 1, b"{}").split(" ")
    assert both == [signature(keys(secret), "id", 1, b"{}") for secret in (new, old)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no webhook secret given"),
        ("whsec_!!!!", "webhook secret 1 is not base64"),
        ("whsec_c2hvcnQ=", "webhook secret 1 has 5 bytes"),
        ("whsec_" + "A" * 92, "webhook secret 1 has 69 bytes"),
    ],
)
def test_what_is_no_secret_is_refused_and_not_repeated(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as e:
        keys(text)
    assert not text or text not in str(e.value)


@given(st.text())
def test_any_text_is_secrets_or_refused(text: str) -> None:
    try:
        read = keys(text)
    except UsageError:
        return
    assert all(24 <= len(key) <= 64 for key in read)
