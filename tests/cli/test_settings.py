"""`communique settings`: every setting in force and its origin, without secrets."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from worker.cli import build_parser
from worker.cli.settings import settings_command
from worker.errors import UsageError
from worker.settings import PREFIX, Settings, variables

if TYPE_CHECKING:
    from collections.abc import Callable

    PrintSettings = Callable[..., str]


@pytest.fixture
def print_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> PrintSettings:
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)

    def run(*words: str, **environ: str) -> str:
        for name, value in environ.items():
            monkeypatch.setenv(PREFIX + name, value)
        args = build_parser().parse_args(["settings", *words])
        assert settings_command(args, Settings.from_env(os.environ)) == 0
        return capsys.readouterr().out

    return run


def rows_by_variable(text: str) -> dict[str, Any]:
    return {row["variable"]: row for row in map(json.loads, text.splitlines())}


def test_every_setting_is_shown_once_under_its_group(print_settings: PrintSettings) -> None:
    lines = print_settings().splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  COMMUNIQUE_")]
    assert names == [variable.name for variable in variables(Settings)]
    assert lines[0] == "Redis"


def test_a_variable_set_by_the_environment_is_marked_and_shown_with_its_default(print_settings: PrintSettings) -> None:
    shown = print_settings("lease", "backoff", LEASE_S="90", BACKOFF_S="5")
    assert "* COMMUNIQUE_LEASE_S        90  (default: 60 = 1 minute)\n" in shown
    assert "* COMMUNIQUE_BACKOFF_S      5\n" in shown
    assert "  COMMUNIQUE_MAX_BACKOFF_S  3600 = 1 hour\n" in shown


def test_large_durations_and_sizes_are_also_shown_in_larger_units(print_settings: PrintSettings) -> None:
    shown = print_settings("seen", "robots", "give_up")
    assert "2592000 = 30 days\n" in shown
    assert "524288 = 512 KiB\n" in shown
    assert "86400 = 1 day\n" in shown


def test_words_select_by_name_or_group_ignoring_case(print_settings: PrintSettings) -> None:
    assert set(rows_by_variable(print_settings("--json", "POLITENESS", "redis_url"))) == {
        "COMMUNIQUE_REDIS_URL",
        "COMMUNIQUE_HOST_DELAY_S",
        "COMMUNIQUE_MAX_HOST_DELAY_S",
        "COMMUNIQUE_CAP_HOST_DELAY",
        "COMMUNIQUE_HOST_MAX_REQUESTS",
        "COMMUNIQUE_RESPONSE_DELAY_FACTOR",
        "COMMUNIQUE_MAX_RESPONSE_DELAY_S",
        "COMMUNIQUE_HOST_GIVE_UP_AFTER_S",
        "COMMUNIQUE_ROBOTS_TTL_S",
        "COMMUNIQUE_ROBOTS_MAX_BYTES",
    }


def test_words_that_match_no_setting_are_a_usage_error(print_settings: PrintSettings) -> None:
    with pytest.raises(UsageError, match="no setting's name contains cheese or wine"):
        print_settings("cheese", "wine")


def test_explained_settings_have_their_meaning_and_valid_values(print_settings: PrintSettings) -> None:
    assert print_settings("--explain", "lease").splitlines()[1:5] == [
        "  COMMUNIQUE_LEASE_S  60 = 1 minute",
        "      Lease of a task. If its worker does not renew the lease for this long, another worker claims",
        "      the task.",
        "      Takes seconds, more than 0.",
    ]


@pytest.mark.parametrize("form", ["--json", "--explain"])
def test_passwords_and_secrets_are_hidden(print_settings: PrintSettings, form: str) -> None:
    secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    shown = print_settings(form, REDIS_URL="redis://me:hunter2@db.example/0?password=hunter2", WEBHOOK_SECRET=secret)
    assert "db.example/0" in shown
    assert "hunter2" not in shown
    assert secret not in shown


def test_an_unset_value_is_null_in_json(print_settings: PrintSettings) -> None:
    found = rows_by_variable(print_settings("--json", METRICS_PORT="0"))
    assert found["COMMUNIQUE_METRICS_PORT"]["value"] == "0"
    assert found["COMMUNIQUE_METRICS_PORT"]["set"]
    assert found["COMMUNIQUE_METRICS_PORT"]["default"] is None
    assert found["COMMUNIQUE_REDIS_URL"]["value"] is None
    assert not found["COMMUNIQUE_REDIS_URL"]["set"]


def test_values_cannot_control_the_terminal(print_settings: PrintSettings) -> None:
    assert "\x1b" not in print_settings("sources", SOURCES="\x1b[31mfeeds.toml")
