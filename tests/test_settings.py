"""The environment: read once, refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import UsageError
from worker.settings import PREFIX, Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_of_other_programs_are_left_alone() -> None:
    assert Settings.from_env({"PATH": "/bin", "communique_lease_s": "1"}) == Settings()


def test_values_are_converted_to_their_types() -> None:
    settings = Settings.from_env({"COMMUNIQUE_LEASE_S": "2.5", "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true"})
    assert (settings.lease_s, settings.allow_private_addresses) == (2.5, True)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("LEESE_S", "3", "unknown setting COMMUNIQUE_LEESE_S: did you mean COMMUNIQUE_LEASE_S?"),
        ("ZZZZ", "3", "unknown setting COMMUNIQUE_ZZZZ"),
        ("LEASE_S", "soon", "setting COMMUNIQUE_LEASE_S has value 'soon': Expected `float`, got `str`"),
        ("LEASE_S", "0", "setting COMMUNIQUE_LEASE_S has value '0': Expected `float` > 0.0"),
        ("LEASE_S", "inf", "setting COMMUNIQUE_LEASE_S has value 'inf': Expected `float` < "),
        ("SEEN_TTL_S", "9" * 15, "setting COMMUNIQUE_SEEN_TTL_S has value"),
        ("CONTACT_URL", "https://a.example\n", "setting COMMUNIQUE_CONTACT_URL has value"),
        ("KEY_PREFIX", "news*", "setting COMMUNIQUE_KEY_PREFIX has value 'news*'"),
        ("CONCURRENCY", "2.5", "setting COMMUNIQUE_CONCURRENCY has value '2.5': Expected `int`"),
        ("REDIS_URL", "", "setting COMMUNIQUE_REDIS_URL is empty: give it a value or unset it"),
        ("LOG_LEVEL", "loud", "setting COMMUNIQUE_LOG_LEVEL has value 'loud'"),
    ],
)
def test_a_bad_variable_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        Settings.from_env({PREFIX + name: value})
    assert str(refused.value).startswith(message)


@given(st.sampled_from(Settings.__struct_fields__), st.text())
def test_any_value_is_taken_or_refused_by_name(field: str, value: str) -> None:
    variable = PREFIX + field.upper()
    try:
        settings = Settings.from_env({variable: value})
    except UsageError as refused:
        assert variable in str(refused)  # noqa: PT017 - the other branch is as good an outcome
    else:
        assert isinstance(settings, Settings)


def test_a_pause_doubles_up_to_its_most_however_many_attempts_there_were() -> None:
    settings = Settings(backoff_s=5, max_backoff_s=3_600)
    assert [settings.pause_s(attempt, 0.5) for attempt in (1, 2, 3)] == [3.75, 7.5, 15.0]
    assert settings.pause_s(1, 0.0) == 2.5
    assert settings.pause_s(5_000, 0.0) == 1_800
