"""Settings from the environment, and errors that name the variable."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import UsageError
from worker.settings import MAX_COUNT, MAX_SECONDS, PREFIX, Settings, Variable, variables

DURATION = f"and less than {MAX_SECONDS:,}"
COUNT = f"and less than {MAX_COUNT:,}"


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_of_other_programs_are_ignored() -> None:
    assert Settings.from_env({"PATH": "/bin", "communique_lease_s": "1"}) == Settings()


def test_values_are_converted_to_their_types() -> None:
    settings = Settings.from_env({"COMMUNIQUE_LEASE_S": "2.5", "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"})
    assert (settings.queue.lease_s, settings.fetch.allow_private_addresses) == (2.5, True)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LEESE_S", "3", "unknown setting COMMUNIQUE_LEESE_S: did you mean COMMUNIQUE_LEASE_S?"),
        ("ZZZZ", "3", "unknown setting COMMUNIQUE_ZZZZ"),
        ("LEASE_S", "soon", f"has value 'soon': it takes seconds, more than 0 {DURATION}"),
        ("LEASE_S", "0", f"has value '0': it takes seconds, more than 0 {DURATION}"),
        ("LEASE_S", "inf", f"has value 'inf': it takes seconds, more than 0 {DURATION}"),
        ("SEEN_TTL_S", "9" * 15, f"has value '{'9' * 15}': it takes whole seconds, at least 1 {DURATION}"),
        ("MAX_BODY_BYTES", "1 MiB", f"has value '1 MiB': it takes bytes, at least 1 {COUNT}"),
        ("CONCURRENCY", "2.5", f"has value '2.5': it takes a whole number, at least 1 {COUNT}"),
        ("GATEWAY_PROXIES", "11", "has value '11': it takes a whole number from 0 to 10"),
        ("GATEWAY_RATE_PER_S", "0", f"has value '0': it takes a number, more than 0 {DURATION}"),
        ("GATEWAY_OPEN", "perhaps", "has value 'perhaps': it takes `true` or `false`"),
        ("CONTACT_URL", "https://a.example\n", r"has value 'https://a.example\n': it takes an address, in ASCII"),
        ("KEY_PREFIX", "news*", "has value 'news*': it takes text without blanks, `*`"),
        ("REDIS_URL", "", "setting COMMUNIQUE_REDIS_URL is empty: give it a value or unset it"),
        ("LOG_LEVEL", "loud", "has value 'loud': it takes `debug`, `info`, `warning` or `error`"),
    ],
)
def test_an_invalid_variable_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_env({PREFIX + name: value})
    known = "" if message.startswith(("unknown", "setting")) else f"setting {PREFIX}{name} "
    assert str(refused.value).startswith(known + message)


def test_all_invalid_variables_are_named_in_one_error() -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_env(
            {PREFIX + "LEASE_S": "soon", "PATH": "/bin", PREFIX + "LEESE_S": "3", PREFIX + "SOURCES": " "}
        )
    lease, leese, sources = str(refused.value).split("; ")
    assert "LEASE_S has value" in lease
    assert "unknown setting" in leese
    assert "SOURCES is empty" in sources


def test_nothing_is_suggested_for_a_name_without_similar_ones() -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_env({PREFIX + "ZZZZ": "3"})
    assert str(refused.value) == "unknown setting COMMUNIQUE_ZZZZ"


@given(st.sampled_from(variables(Settings)), st.text())
def test_any_value_is_accepted_or_rejected_by_name(known: Variable, value: str) -> None:
    variable = known.name
    try:
        settings = Settings.from_env({variable: value})
    except UsageError as refused:
        assert variable in str(refused)  # noqa: PT017 - the other branch is as good an outcome
    else:
        assert isinstance(settings, Settings)


def test_settings_are_made_and_changed_by_flat_names() -> None:
    settings = Settings.of(lease_s=5, gateway_port=0)
    assert (settings.queue.lease_s, settings.gateway.port) == (5.0, 0)
    changed = settings.override(webhook_url="https://a.example")
    assert (changed.queue.lease_s, changed.webhook.url) == (5.0, "https://a.example")
    assert settings.webhook.url is None


def test_an_unknown_flat_name_or_an_invalid_value_is_refused() -> None:
    with pytest.raises(TypeError, match="unknown settings: leese_s"):
        Settings.of(leese_s=5)
    with pytest.raises(msgspec.ValidationError):
        Settings.of(lease_s=0)


def test_no_two_sections_have_a_variable_in_common() -> None:
    names = [variable.name for variable in variables(Settings)]
    assert len(names) == len(set(names))
