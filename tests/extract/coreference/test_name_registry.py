"""The name registry: full names, surnames, titles and roles of the persons of an article."""

from tests.extract.coreference.speakers import speaker_names, speakers
from worker.extract import extract
from worker.schema import Article, Meeting


def parties(text: str) -> list[str]:
    """Return the names of the participants of the meetings of a text."""
    events = extract(Article(id="a", url="https://news.example/a", text=text, language="en"))
    return [actor.name for event in events if isinstance(event, Meeting) for actor in event.participants]


def test_a_bare_surname_does_not_refer_to_a_relative() -> None:
    text = "Erik Dahl brought his daughter Mona Dahl along.\n\nMona Dahl said she was tired.\n\nDahl said he was not."
    assert speaker_names(text) == ["Mona Dahl", "Erik Dahl"]


def test_a_surname_that_is_also_a_title_is_a_name_after_mr() -> None:
    assert speaker_names("“It matters,” said Carl King, a baker.\n\nMr. King said he would vote.") == [
        "Carl King",
        "Carl King",
    ]


def test_mr_does_not_refer_to_a_woman_of_the_same_surname() -> None:
    text = "Mr. Dahl said the port was safe.\n\nAnna Dahl waved.\n\nMr. Dahl said ships would sail."
    assert speaker_names(text) == ["Dahl", "Dahl"]


def test_a_misspelt_long_surname_adds_no_person() -> None:
    assert speaker_names("Baker Ida McAllister came.\n\nMcAlister said bread was dear.") == ["Ida McAllister"]


def test_an_office_is_preferred_to_a_relational_role() -> None:
    (speaker,) = speakers("Senator Ida Lunde came with Erik Dahl, her onetime rival.\n\nLunde said it was late.")
    assert speaker.role == "Senator"


def test_the_name_in_a_final_apposition_is_the_speaker() -> None:
    text = "The Forum for Norway's president, Ida Lunde, said talks had failed."
    assert speaker_names(text) == ["Ida Lunde"]


def test_an_office_that_a_person_ran_for_is_not_the_persons_role() -> None:
    text = "Ida Lunde met a man who ran for governor of Ohio. Lunde laughed.\n\nLunde said it was late."
    assert speakers(text)[-1].role is None


def test_a_full_name_inside_another_name_completes_a_surname() -> None:
    text = "Mr. Dahl said it was late.\n\nOslo keeps an Erik Dahl Memorial Day."
    assert speaker_names(text) == ["Erik Dahl"]


def test_a_text_may_end_at_the_comma_after_a_name() -> None:
    assert parties("Minister Ida Lunde met Jan Berg,") == ["Ida Lunde", "Jan Berg"]
