"""Messages about values that are no country codes."""

import pytest

from worker.filters.countries import country_error


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Finland", "FI"),
        ("FIN", "FI"),
        ("russia", "RU"),
        ("Iran", "IR"),
        ("UK", "GB"),
        ("uk", "GB"),
        ("EL", "GR"),
        ("Great Britain", "GB"),
    ],
)
def test_a_name_or_another_code_suggests_the_code(text: str, code: str) -> None:
    assert str(country_error(text)).endswith(f"such as FI: did you mean {code}?")


@pytest.mark.parametrize("text", ["", " ", "Korea", "Atlantis", "F1", "Ελλάδα"])
def test_an_unknown_or_ambiguous_name_has_no_suggestion(text: str) -> None:
    assert str(country_error(text)).endswith("such as FI")


@pytest.mark.parametrize("text", ["FI", "xk", "gB"])
def test_two_letters_are_accepted(text: str) -> None:
    assert country_error(text) is None
