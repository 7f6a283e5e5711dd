"""Parties of a meeting that other sentences name, its status by what follows the noun, and visits that are none."""

from datetime import UTC, datetime

import pytest

from worker.extract import extract
from worker.schema import Article, Meeting

INTRODUCTION = (
    "Norwegian Foreign Minister Edda Brun and Albanian Economy Minister Luan Teki are new in office. "
    "Norwegian Prime Minister Mari Oja and Albanian President Arben Lisi are not.\n\n"
)
"""Introduces the persons; reports no meeting."""
BRUN, TEKI, OJA, LISI = "Edda Brun", "Luan Teki", "Mari Oja", "Arben Lisi"


def meetings(text: str) -> list[Meeting]:
    article = Article(
        id="a",
        url="https://news.example/a",
        text=text,
        published_at=datetime(2024, 9, 17, 8, tzinfo=UTC),
        language="en",
    )
    return [event for event in extract(article) if isinstance(event, Meeting)]


def names(text: str) -> list[list[str]]:
    return [[actor.name for actor in meeting.participants] for meeting in meetings(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # two countries named one by one, or in a list
        ("Latvia warned Norway on Monday. The two sides met in Geneva on Tuesday.", ["Latvia", "Norway"]),
        (
            "Latvia and Norway quarrelled over fish. The two delegations will hold talks in Riga on Friday.",
            ["Latvia", "Norway"],
        ),
        # the office of each of both countries
        ("Latvia warned Norway. Foreign ministers of both countries met on Monday.", ["Latvia", "Norway"]),
        ("Latvia warned Norway. Both countries' foreign ministers met in Riga on Monday.", ["Latvia", "Norway"]),
        # three countries leave it open
        (
            "Latvia warned Norway and thanked Oman. The two sides met in Geneva on Tuesday.",
            ["The two sides"],
        ),
    ],
)
def test_sides_are_the_countries_named_before(text: str, expected: list[str]) -> None:
    assert names(text) == [expected]


def test_offices_of_both_countries_have_role_and_country() -> None:
    (found,) = meetings("Latvia warned Norway. Foreign ministers of both countries met on Monday.")
    assert [(actor.role, actor.country) for actor in found.participants] == [
        ("Foreign minister", "LV"),
        ("Foreign minister", "NO"),
    ]


@pytest.mark.parametrize(
    "again",
    [
        "Both sides agreed to meet again on Friday in Bergen.",
        "The pair will meet again on Friday in Bergen.",
        "The two leaders will meet again on Friday in Bergen.",
        "Their delegations will hold further talks on Friday in Bergen.",
    ],
)
def test_a_renewed_meeting_has_the_parties_of_the_one_before(again: str) -> None:
    first, second = meetings(f"{INTRODUCTION}Oja met Lisi in Tirana on Monday. {again}")
    assert (first.status, first.place and first.place.text) == ("held", "Tirana")
    assert [actor.name for actor in second.participants] == [OJA, LISI]
    assert (second.status, second.place and second.place.text, second.when and second.when.text) == (
        "planned",
        "Bergen",
        "Friday",
    )


def test_a_plural_office_does_not_denote_parties_of_another_office() -> None:
    text = "Oja met Lisi in Tirana on Monday. The two ambassadors will meet again on Friday in Bergen."
    assert names(INTRODUCTION + text)[1] == ["The two ambassadors"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the discussion that is the purpose of a journey
        ("Brun will visit Tirana on Friday for a week to discuss fish quotas with Teki.", [BRUN, TEKI]),
        # the guest whom the host's other guest tells something
        ("Brun told Teki at a dinner hosted by Oja in Bergen that she would resign.", [BRUN, OJA, TEKI]),
        # the speaker who reports what talks led to
        ('Oja was calm. "It was decided after discussions with Teki," she said.', [OJA, TEKI]),
        # the speaker on the occasion, not the subject of a clause between
        ('"It will close," said Oja, using a word that Teki has used, at a news conference.', [OJA]),
        # the holder of an office that a possessive hides
        ("Brun spoke about her call with her Albanian counterpart.", [BRUN, TEKI]),
        ("Oja spoke of her call with the Albanian president.", [OJA, LISI]),
        # a participle after the copula of a place
        ("An Albanian mission is now in Norway holding talks with Brun.", ["Albanian mission", BRUN]),
    ],
)
def test_parties_beyond_the_clause(text: str, expected: list[str]) -> None:
    assert names(INTRODUCTION + text) == [expected]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The union left a meeting of the council scheduled for Friday to its members.", "planned"),
        ("Brun's Friday meeting with Teki was scheduled two weeks ago.", "planned"),
        ("Brun is travelling to Albania next week.", "planned"),
        ("Brun hoped the swap would “pave the way” for talks between Norway and Albania.", "proposed"),
        ("Brun's talks with Teki are expected to end on Friday.", "held"),
        ("The rules came into force after a meeting of the council which was unable to amend them.", "held"),
    ],
)
def test_the_status(text: str, status: str) -> None:
    assert [meeting.status for meeting in meetings(INTRODUCTION + text)] == [status]


@pytest.mark.parametrize(
    "text",
    [
        "Brun spoke during a visit to the flooded area.",
        "As a matter of policy, Albanian officials do not meet rebels.",
        'Brun welcomed Teki\'s "courage in saying no".',
        "Brun told visiting Albanian officials that the port would close.",
    ],
)
def test_no_meeting(text: str) -> None:
    assert meetings(INTRODUCTION + text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Brun met Teki on the margins of the assembly in Geneva.", "Geneva"),
        ("The ministers Brun and Teki discussed the drought in Kenya.", None),
        ("Brun said in Bergen that talks with Teki would begin.", None),
        # a surname is the party, not the place
        ("Brun met Senator Holm in Holm on Monday.", None),
    ],
)
def test_the_place(text: str, place: str | None) -> None:
    assert [meeting.place and meeting.place.text for meeting in meetings(INTRODUCTION + text)] == [place]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a definite noun denotes the meeting before it, whatever the subject of its clause
        ("Oja held talks with Lisi in Bergen on Monday. The meeting was also attended by Brun.", [OJA, LISI]),
        ("Talks between Latvia and Norway began on Monday. The talks are mediated by Finland.", ["Latvia", "Norway"]),
        ("Oja met Lisi in Bergen. Teki called the meeting useful.", [OJA, LISI]),
    ],
)
def test_a_bare_definite_noun_is_a_further_mention(text: str, expected: list[str]) -> None:
    assert names(INTRODUCTION + text) == [expected]


def test_mentions_of_different_months_are_two_meetings() -> None:
    found = meetings(
        f"{INTRODUCTION}Aides recalled a September conversation between Brun and Teki in Tirana. "
        "Others mentioned a July 10 conversation between Brun and Teki."
    )
    assert [meeting.when and meeting.when.text for meeting in found] == ["September", "July 10"]


def test_the_time_of_a_verb_of_failure_is_not_that_of_the_talks() -> None:
    (found,) = meetings("Latvia and Norway had been holding talks. President Ana Lund wrecked the talks in May.")
    assert found.when is None


def test_the_offices_and_countries_of_parties() -> None:
    (found,) = meetings("The presidents of Latvia and Norway met in Oslo on Monday.")
    assert [(a.name, a.role, a.country) for a in found.participants] == [
        ("Latvia", "president", "LV"),
        ("Norway", "president", "NO"),
    ]
    (found,) = meetings("Talks took place in Oslo between delegations from Latvia and Norway.")
    assert [(a.name, a.role) for a in found.participants] == [("Latvia", None), ("Norway", None)]


def test_a_conference_call_of_one_party_is_one_with_reporters() -> None:
    assert [m.form for m in meetings(f"{INTRODUCTION}Brun held a conference call on Tuesday.")] == ["press_conference"]
    assert [m.form for m in meetings(f"{INTRODUCTION}Brun and Teki spoke in a conference call.")] == ["call"]


def test_one_as_a_pronoun_is_no_party() -> None:
    found = meetings('"One cannot expect a conclusion of today\'s talks with Latvia," President Ana Lund said.')
    assert "One" not in {actor.name for meeting in found for actor in meeting.participants}


def test_a_counterpart_is_of_another_country() -> None:
    (found,) = meetings(
        "President Ana Lund and her Latvian counterpart, Juris Kalns, spoke in Riga on Tuesday. Riga is the seat of "
        "Latvia's parliament."
    )
    assert [(a.name, a.country) for a in found.participants] == [("Ana Lund", None), ("Juris Kalns", "LV")]


def test_a_season_that_names_a_regular_meeting_is_no_time() -> None:
    (found,) = meetings(
        INTRODUCTION + "At its annual winter meeting in Riga, the Baltic Council elected Brun on Monday."
    )
    assert found.when is None or found.when.text == "Monday"
