"""The configuration of webhooks, from a file or a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webhook.receiver import KEY, SECRET
from worker.errors import UsageError
from worker.settings import Settings
from worker.webhook.config import default_name, load_webhooks, make_webhook

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = Settings.of(webhook_secret=SECRET)
TWO = """
[[webhook]]
name = "press"
to = "https://Hooks.example.org:443/press?desk=1"
secret_file = "press.secret"
kinds = ["statement"]
filters = {country = ["FI", "EE"], min_confidence = 0.8}

[[webhook]]
name = "archive"
to = "https://archive.example.org/in"
secret_file = "press.secret"
from_start = true
"""


def write_config(directory: Path, text: str) -> Path:
    (directory / "press.secret").write_text(SECRET + "\n", encoding="utf-8")
    path = directory / "webhooks.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_has_webhooks_with_secret_files_relative_to_it(tmp_path: Path) -> None:
    press, archive = load_webhooks(write_config(tmp_path, TWO), SETTINGS.fetch)
    assert (press.name, press.to) == ("press", "https://hooks.example.org/press?desk=1")
    assert (press.kinds, press.secrets, press.after) == (("statement",), (KEY,), "$")
    assert press.filters == {"country": ["FI", "EE"], "min_confidence": 0.8}
    assert (archive.kinds, archive.after) == ((), "0")
    assert SECRET not in repr(press)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kinds = ["statement"]', 'kinds = ["rumour"]', "'rumour' is none of statement, meeting, decision"),
        ("country =", "contry =", "unknown filter 'contry'"),
        ("min_confidence = 0.8", "min_confidence = 8", "no number from 0 to 1"),
        ("from_start", "form_start", "unknown field `form_start`"),
        ("from_start = true", 'since = "soon"', "webhook archive: since 'soon': none of .* a duration such as \"1h\""),
        ("from_start = true", 'from_start = true\nsince = "1h"', "webhook archive: from_start and since exclude each"),
        ('name = "archive"', 'name = "press"', "the name 'press' is used 2 times"),
        ('name = "archive"', 'name = "a/b"', "matching regex"),
        ("press.secret", "missing.secret", r"missing\.secret: No such file"),
        ("https://archive.example.org/in", "ftp://archive.example.org/in", "webhook archive: "),
        ("https://archive.example.org/in", "http://10.0.0.1/in", "not an address of the public Internet"),
        ("https://archive.example.org/in", "http://[::1]/in", "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES=true"),
        (TWO, "", "names no subscription"),
        ("[[webhook]]", "[[webhook", "webhooks file"),
    ],
)
def test_an_error_names_the_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as e:
        load_webhooks(write_config(tmp_path, TWO.replace(old, new)), SETTINGS.fetch)
    assert "webhooks.toml" in str(e.value)


@given(st.binary())
def test_any_bytes_are_a_valid_file_or_a_usage_error(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.mktemp("config") / "webhooks.toml"
    path.write_bytes(body)
    with pytest.raises(UsageError):
        load_webhooks(path, SETTINGS.fetch)


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("https://hooks.example.org/press", "hooks.example.org-press"),
        ("http://me:secret@127.0.0.1:8080/a/b?c=d", "127.0.0.1-8080-a-b"),
        ("http://[::1]:80/", "1-80"),
        ("http://[", "webhook"),
    ],
)
def test_the_default_name_is_the_address_without_its_password(to: str, name: str) -> None:
    assert default_name(to) == name


def test_the_secret_file_has_precedence_over_the_secret(tmp_path: Path) -> None:
    other = write_config(tmp_path, "").parent / "press.secret"
    arguments: dict[str, Any] = {
        "to": "https://h.example/",
        "name": None,
        "kinds": (),
        "filters": {},
        "after": "$",
    }
    assert make_webhook(settings=SETTINGS, **arguments).secrets == (KEY,)
    both = Settings.of(webhook_secret="whsec_" + "A" * 32, webhook_secret_file=str(other))
    assert make_webhook(settings=both, **arguments).secrets == (KEY,)
    with pytest.raises(UsageError, match="COMMUNIQUE_WEBHOOK_SECRET_FILE"):
        make_webhook(settings=Settings(), **arguments)
