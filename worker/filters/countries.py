"""What a user may have meant by a value that is no country code."""

from __future__ import annotations

from typing import Final

_RESERVED: Final = {"uk": "GB", "el": "GR", "en": "GB"}
"""Two letters that are used for a country, but are not its ISO 3166-1 code (and no other country's)."""
COUNTRY_FORM: Final = "an ISO 3166-1 code of two letters, such as FI"


def country_error(text: str) -> str | None:
    """Return the message about a value that is no country code; None for two letters that may be one.

    >>> country_error("Finland")
    "'Finland' is not an ISO 3166-1 code of two letters, such as FI: did you mean FI?"
    """
    code = _RESERVED.get(text.lower())
    if not code and len(text) == 2 and text.isascii() and text.isalpha():  # noqa: PLR2004 - the length of a code
        return None
    code = code or _code_of_name(text)
    return f"{text!r} is not {COUNTRY_FORM}" + (f": did you mean {code}?" if code else "")


def _code_of_name(text: str) -> str | None:
    """Return the code of the only country whose English name, or code of three letters, a text is or begins."""
    import iso3166  # noqa: PLC0415 - needed for a message about an error only

    wanted = text.strip().casefold()
    if not wanted:
        return None
    for is_match in (str.__eq__, str.startswith, str.__contains__):
        found = {
            country.alpha2
            for country in iso3166.countries
            for name in (country.name, country.apolitical_name, country.alpha3)
            if is_match(name.casefold(), wanted)
        }
        if len(found) == 1:
            return found.pop()
    return None
