"""`communique settings`: what is in force, where it comes from, and no secret of it."""

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

    Printed = Callable[..., str]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printed:
    for name in os.environ:
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)

    def ended(*words: str, **environ: str) -> str:
        for name, value in environ.items():
            monkeypatch.setenv(PREFIX + name, value)
        args = build_parser().parse_args(["settings", *words])
        assert settings_command(args, Settings.from_env(os.environ)) == 0
        return capsys.readouterr().out

    return ended


def as_json(text: str) -> dict[str, Any]:
    return {one["variable"]: one for one in map(json.loads, text.splitlines())}


def test_every_setting_is_shown_once_under_its_group(printed: Printed) -> None:
    lines = printed().splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  COMMUNIQUE_")]
    assert names == [variable.name for variable in variables(Settings)]
    assert lines[0] == "Redis"


def test_what_the_environment_has_set_is_marked_and_stands_beside_its_default(printed: Printed) -> None:
    shown = printed("lease", "backoff", LEASE_S="90", BACKOFF_S="5")
    assert "* COMMUNIQUE_LEASE_S        90  (default: 60 = 1 minute)\n" in shown
    assert "* COMMUNIQUE_BACKOFF_S      5\n" in shown
    assert "  COMMUNIQUE_MAX_BACKOFF_S  3600 = 1 hour\n" in shown


def test_large_durations_and_sizes_are_said_as_people_say_them(printed: Printed) -> None:
    shown = printed("seen", "robots", "give_up")
    assert "2592000 = 30 days\n" in shown
    assert "524288 = 512 KiB\n" in shown
    assert "86400 = 1 day\n" in shown


def test_words_choose_by_name_or_group_whatever_their_case(printed: Printed) -> None:
    assert set(as_json(printed("--json", "POLITENESS", "redis_url"))) == {
        "COMMUNIQUE_REDIS_URL",
        "COMMUNIQUE_HOST_DELAY_S",
        "COMMUNIQUE_MAX_HOST_DELAY_S",
        "COMMUNIQUE_ROBOTS_TTL_S",
        "COMMUNIQUE_ROBOTS_MAX_BYTES",
    }


def test_words_that_no_setting_has_are_wrong_use(printed: Printed) -> None:
    with pytest.raises(UsageError, match="no setting's name contains cheese or wine"):
        printed("cheese", "wine")


def test_explained_settings_tell_what_they_mean_and_what_fits(printed: Printed) -> None:
    assert printed("--explain", "lease").splitlines()[1:5] == [
        "  COMMUNIQUE_LEASE_S  60 = 1 minute",
        "      Lease of a task. If its worker does not renew the lease for this long, another worker claims",
        "      the task.",
        "      Takes seconds, more than 0.",
    ]


@pytest.mark.parametrize("form", ["--json", "--explain"])
def test_no_password_and_no_secret_is_shown(printed: Printed, form: str) -> None:
    secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    shown = printed(form, REDIS_URL="redis://me:hunter2@db.example/0?password=hunter2", WEBHOOK_SECRET=secret)
    assert "db.example/0" in shown
    assert "hunter2" not in shown
    assert secret not in shown


def test_as_json_what_is_unset_is_null(printed: Printed) -> None:
    found = as_json(printed("--json", METRICS_PORT="0"))
    assert found["COMMUNIQUE_METRICS_PORT"]["value"] == "0"
    assert found["COMMUNIQUE_METRICS_PORT"]["set"]
    assert found["COMMUNIQUE_METRICS_PORT"]["default"] is None
    assert found["COMMUNIQUE_REDIS_URL"]["value"] is None
    assert not found["COMMUNIQUE_REDIS_URL"]["set"]


def test_no_value_commands_the_terminal(printed: Printed) -> None:
    assert "\x1b" not in printed("sources", SOURCES="\x1b[31mfeeds.toml")
