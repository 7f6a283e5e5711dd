"""Names of actors and spans of events occur in the article, character by character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.extract.event_parts import parts
from worker.extract import extract
from worker.schema import Actor, Article, Event


def events_of(text: str) -> list[Event]:
    return extract(Article(id="a", url="https://news.example/a", text=text, language="en"))


def actors(text: str) -> list[Actor]:
    return [part for event in events_of(text) for part in parts(event) if isinstance(part, Actor)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("LATVIA BANS NETS", "LATVIA"),
        ("LATVIA BANS NETS\n\nThe nets of Latvia are old.", "Latvia"),
        ("Ida\u00a0Lunde said that rain fell.", "Ida\u00a0Lunde"),
        ("Ida\u00a0Lunde said that rain fell. Ida Lunde is old.", "Ida Lunde"),
        ("Ida\u202fT. Lunde said that rain fell.", "Ida\u202fT. Lunde"),
        ("Ida Lun\u00adde said that rain fell.", "Ida Lun\u00adde"),
        ("The port\u00a0autho\u00adrity said that rain fell.", "port\u00a0autho\u00adrity"),
        ("Two port\u200b officials said that rain fell.", "Two port\u200b officials"),
        ("Ida Lunde  Jr. said that rain fell.", "Ida Lunde  Jr."),
    ],
)
def test_a_name_is_spelled_as_in_the_article(text: str, name: str) -> None:
    assert [actor.name for actor in actors(text)] == [name]


def test_a_generational_suffix_is_not_joined_to_another_form_of_the_name() -> None:
    text = "Ida B. Lunde said that rain fell. Ida Lunde Jr. said that it was late."
    assert {actor.name for actor in actors(text)} == {"Ida B. Lunde"}


NAMES = """
Ida Lunde|IDA LUNDE|Ida\u00a0Lunde|Ida\u202fB.\u00a0Lunde|Lun\u00adde|LUNDE|Lunde|Mr\u00a0Lunde|Lunde Jr.
Ida  Lunde III|Latvia\u2019s foreign\u00a0minister|the U.S.|U.S.|US
the Bank\u00a0of Latvia|BANK OF LATVIA|Lat\u00advia|LATVIA|LATVIA'S|\ufeffTamm|Tamm\u200e
President\u00a0Tamm|PRESIDENT TAMM|Jaan\nTamm|Jaan 'Jo' Tamm|Robert \u201cBob\u201d Tamm|Jaan\u200b Tamm
the port\u00a0autho\u00adrity|two port officials|ministers|he|they|she|it|İda Lunde|the Ports\u00a0Ministry (PM)|PM
"""
VERBS = """
said rain fell.|SAID RAIN FELL.|met|MEETS|will\u00a0meet|and|, who met|BANS|told|: \u201cRain fell.\u201d
decided to close the port.|, according to|'s decision to wait|\u2019s talks with|in Riga.|on Monday.|.\n|\n\n|, |of
has de\u00adcided to close|accused
"""
PIECES = st.sampled_from([piece for piece in (NAMES + VERBS).replace("\n\n", "\0").split("|") if piece.strip("\n")])


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, min_size=2, max_size=14))
def test_names_and_spans_of_any_text_are_slices_of_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for event in events_of(text):
        for part in parts(event):
            if isinstance(part, Actor):
                assert part.name in text
            else:
                assert text[part.start : part.end] == part.text
