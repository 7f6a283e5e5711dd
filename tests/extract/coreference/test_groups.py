"""Joint speakers, "they", and bodies of the country that a sentence is about."""

import pytest

from tests.extract.coreference.speakers import speakers
from worker.extract import extract
from worker.schema import Article, Meeting


@pytest.mark.parametrize(
    "text",
    [
        "Anna Ozola and Jaan Tamm said the port would close.",
        "“The port is closed,” Anna Ozola and Jaan Tamm said in a joint statement.",
        "“The port is closed,” said Anna Ozola and Jaan Tamm.",
        "According to Anna Ozola and Jaan Tamm, the port is closed.",
    ],
)
def test_joint_speakers_are_a_group(text: str) -> None:
    (speaker,) = speakers(text)
    assert (speaker.name, speaker.type) == ("Anna Ozola and Jaan Tamm", "group")


def test_they_are_a_subject_and_its_partner_but_no_dateline() -> None:
    text = (
        "TROMSØ, Norway — Foreign Minister Olav Berg talked to Latvian Foreign Minister Anna Ozola by phone on Friday. "
        "They agreed to meet in June."
    )
    events = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    (meeting,) = (e for e in events if isinstance(e, Meeting) and e.status == "planned")
    assert [p.name for p in meeting.participants] == ["Olav Berg", "Anna Ozola"]


def test_the_government_is_that_of_the_country_in_which_the_sentence_opens() -> None:
    text = "The Norwegian government printed a booklet. In Latvia, the government also said it would shut the ports."
    last = speakers(text)[-1]
    assert (last.name, last.type, last.country) == ("government", "organisation", "LV")


def test_the_government_is_the_one_named_before() -> None:
    text = "The Norwegian government printed a booklet. On Friday, the government also said it would shut the ports."
    last = speakers(text)[-1]
    assert (last.name, last.country) == ("Norwegian government", "NO")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“It is late,” said Ida Lunde, 24, from Riga, who added that it rained.", "Ida Lunde"),
        ("Jaan Tamm read a letter from Anna Ozola, who said it snowed.", "Anna Ozola"),
        ("A lawyer for Olav Berg, who said it was cold, left.", "A lawyer for Olav Berg"),
    ],
)
def test_who_is_the_person_before_ages_and_places(text: str, name: str) -> None:
    assert speakers(text)[-1].name == name
