# ruff: noqa: RUF001 - dashes as newspapers set them
"""Events of headlines, list items, entries of live blogs and interviews, with their fields."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract import extract
from worker.schema import Actor, Article, Decision, Event, Meeting, Statement

WEDNESDAY = datetime(2024, 9, 18, 8, tzinfo=UTC)


def events(text: str) -> list[Event]:
    article = Article(id="a", url="https://news.example/a", text=text, published_at=WEDNESDAY, language="en")
    return extract(article)


def decisions(text: str) -> list[Decision]:
    return [event for event in events(text) if isinstance(event, Decision)]


def meetings(text: str) -> list[Meeting]:
    return [event for event in events(text) if isinstance(event, Meeting)]


def statements(text: str) -> list[Statement]:
    return [event for event in events(text) if isinstance(event, Statement)]


def names(actors: list[Actor]) -> list[str]:
    return [actor.name for actor in actors]


def objects(text: str) -> list[tuple[list[str], str, str | None]]:
    return [(names(d.deciders), d.status, d.object.text if d.object else None) for d in decisions(text)]


# ---------------------------------------------------------------- lists
@pytest.mark.parametrize(
    "items",
    [
        "\n\n• open the quay;\n\n• sell the ferry.",
        "\n1) open the quay;\n2) sell the ferry.",
        " – open the quay; – sell the ferry.",
        " open the quay; and sell the ferry.",
    ],
)
def test_each_item_below_decided_to_is_a_decision_of_that_decider_and_day(items: str) -> None:
    found = decisions(f"The city council decided on Monday to:{items}")
    assert [(names(d.deciders), d.status, d.object and d.object.text, d.decided_on) for d in found] == [
        (["city council"], "taken", "open the quay", date(2024, 9, 16)),
        (["city council"], "taken", "sell the ferry", date(2024, 9, 16)),
    ]


def test_items_below_a_line_without_a_verb_have_its_subject_and_day() -> None:
    found = decisions("The cabinet today:\n\n– approved the budget\n\n– appointed Ida Lunde as envoy to Chile")
    assert [(names(d.deciders), d.category, d.object and d.object.text, d.decided_on) for d in found] == [
        (["cabinet"], "executive", "the budget", date(2024, 9, 18)),
        (["cabinet"], "personnel", "Ida Lunde as envoy to Chile", date(2024, 9, 18)),
    ]


def test_a_list_does_not_reach_the_paragraph_below_it() -> None:
    assert len(decisions("The cabinet today:\n\n– approved the budget\n\nApproved fish was sold in the port.")) == 1


def test_statements_in_items_are_those_of_the_introducing_line() -> None:
    found = statements("The mayor, Ida Lunde, also:\n\n• said the quay was safe;\n\n• warned that fees would rise.")
    assert [(s.speaker and s.speaker.name, s.content[0].text, s.sentence.text) for s in found] == [
        ("Ida Lunde", "the quay was safe", "said the quay was safe;"),
        ("Ida Lunde", "that fees would rise", "warned that fees would rise."),
    ]


# ---------------------------------------------------------------- headlines
@pytest.mark.parametrize(
    ("headline", "deciders", "status", "about"),
    [
        ("Cabinet pass ferry bill", ["Cabinet"], "taken", "ferry bill"),
        ("Norway, Latvia sign fishing pact", ["Norway", "Latvia"], "taken", "fishing pact"),
        ("Senate votes to close port", ["Senate"], "taken", "close port"),
        ("TRADE MINISTER RESIGNS AFTER FERRY ROW", ["TRADE MINISTER"], "taken", None),
        ("Norway Bans Nets From Chile", ["Norway"], "taken", "Nets From Chile"),
    ],
)
def test_decisions_in_headlines(headline: str, deciders: list[str], status: str, about: str | None) -> None:
    assert objects(headline) == [(deciders, status, about)]


@pytest.mark.parametrize(
    ("headline", "participants", "form", "status"),
    [
        ("Lunde to visit Warsaw", ["Lunde"], "visit", "planned"),
        ("Lunde, Berg meet in Riga", ["Lunde", "Berg"], "talks", "held"),
        ("Lunde set to meet Berg on Friday", ["Lunde", "Berg"], "talks", "planned"),
        ("Norway and Latvia in fishing talks", ["Norway", "Latvia"], "talks", "held"),
        ("Talks between Norway, Latvia delayed", ["Norway", "Latvia"], "talks", "cancelled"),
    ],
)
def test_meetings_in_headlines(headline: str, participants: list[str], form: str, status: str) -> None:
    assert [(names(m.participants), m.form, m.status) for m in meetings(headline)] == [(participants, form, status)]


@pytest.mark.parametrize(
    "headline",
    [
        "Chile: Cabinet hears report on tour of envoy",
        "Mayor sacked over leak",
        "Lunde named envoy to Chile",
        "Peru: Storm nears coast",
    ],
)
def test_a_place_before_a_colon_a_passive_and_a_noun_make_no_statement(headline: str) -> None:
    assert statements(headline) == []


def test_names_joined_by_a_comma_speak_jointly_in_a_headline() -> None:
    [statement] = statements("Lunde, Berg urge calm")
    assert statement.speaker is not None
    assert (statement.speaker.name, statement.speaker.type) == ("Lunde, Berg", "group")


def test_a_meeting_in_headline_and_text_is_one() -> None:
    [meeting] = meetings(
        "Lunde meets with Osk in Riga\n\nForeign Minister Ida Lunde had a brief meeting with Latvian President Juris"
        " Osk on the sidelines of a summit.\n\nAccording to Lunde, they were content."
    )
    assert names(meeting.participants) == ["Ida Lunde", "Juris Osk"]
    assert meeting.place is not None
    assert meeting.place.text == "Riga"


@pytest.mark.parametrize(
    ("headline", "lead"),
    [
        (
            "Norway approves rise in port fees",
            "The Norwegian cabinet has approved a ministry plan to raise the fees of ports.",
        ),
        ("EU agrees on relief fund for ports", "Foreign ministers agreed on a relief fund for small ports."),
        ("Leaders meet over port fees", "Prime Minister Ida Lunde met President Juris Osk on Monday."),
        ("Norwegian coalition meets as crisis looms", "Leaders of the coalition will meet on Friday in Oslo."),
    ],
)
def test_an_event_in_the_headline_is_that_of_the_lead(headline: str, lead: str) -> None:
    [event] = [e for e in events(f"{headline}\n\n{lead}") if not isinstance(e, Statement)]
    assert [event.sentence.text, len(event.mentions)] == [lead, 2]


def test_an_event_in_the_headline_is_not_a_different_one_of_the_lead() -> None:
    found = decisions("Norway bans nets\n\nThe Norwegian minister of trade resigned on Monday.")
    assert [d.category for d in found] == ["executive", "personnel"]


# ---------------------------------------------------------------- entries and datelines
def test_pronouns_of_an_entry_do_not_reach_over_several_entries() -> None:
    found = statements(
        "14:35 GMT – Mayor Olav Berg said the quay was safe.\n\n15:10 GMT – The storm has reached the coast.\n\n"
        "16:00 GMT – He said boats should stay in port."
    )
    assert [s.speaker and s.speaker.name for s in found] == ["Olav Berg", "He"]
    assert found[0].sentence.text == "Mayor Olav Berg said the quay was safe."


def test_the_date_that_heads_an_entry_is_that_of_its_events() -> None:
    found = meetings(
        "Timeline\n\n3 March – President Olav Berg meets Mayor Ida Lunde in Riga.\n\n5 May 2024: Berg left."
    )
    assert [(names(m.participants), m.status, m.held_on) for m in found] == [
        (["Olav Berg", "Ida Lunde"], "held", date(2024, 3, 3))
    ]


def test_a_dateline_gives_the_country_and_is_no_party() -> None:
    [decision] = decisions("Port closed\n\nOSLO (Norpress) – The government approved the ferry bill on Monday.")
    assert decision.deciders[0].country == "NO"
    assert decision.sentence.text == "The government approved the ferry bill on Monday."


# ---------------------------------------------------------------- interviews
@pytest.mark.parametrize("mark", [":", "."])
def test_answers_belong_to_the_interviewee_and_questions_to_nobody(mark: str) -> None:
    found = statements(
        f"Mayor Ida Lunde spoke to Port Weekly.\n\nQ{mark} Will you resign?\n\nA{mark} No. I will stay in office.\n\n"
        f"There is much left to do.\n\nQ{mark} Is the quay safe?\n\nA{mark} It has been tested."
    )
    assert [
        (s.speaker and s.speaker.name, s.speaker and s.speaker.mention, [c.text for c in s.content]) for s in found
    ] == [
        ("Ida Lunde", None, ["No. I will stay in office.", "There is much left to do."]),
        ("Ida Lunde", None, ["It has been tested."]),
    ]


def test_a_speaker_label_holds_until_the_next_label() -> None:
    found = statements(
        "Interviewer: Is the quay safe?\n\nIda Lunde: It has been tested.\n\nDivers found no cracks.\n\n"
        "Port Weekly: Who pays?\n\nLunde: The port pays for it."
    )
    assert [(s.speaker and s.speaker.name, s.act, [c.text for c in s.content]) for s in found] == [
        ("Ida Lunde", "say", ["It has been tested.", "Divers found no cracks."]),
        ("Port Weekly", "ask", ["Who pays?"]),
        ("Ida Lunde", "say", ["The port pays for it."]),
    ]


@pytest.mark.parametrize("label", ["The Plan Stage", "FLOOD RISK", "Dear Ida", "Warsaw"])
def test_a_section_title_a_salutation_and_a_place_are_no_speakers(label: str) -> None:
    assert statements(f"Ports\n\n{label}: The quay has been closed for years.") == []


def test_paragraphs_in_the_first_person_below_questions_are_answers() -> None:
    found = statements(
        "Mayor Ida Lunde runs the port.\n\nWhy did you close the quay?\n\nI had no choice.\n\nThe piles are old.\n\n"
        "Who pays for it?\n\nWe do.\n\nAnd the ferries?\n\nI hope they will sail soon.\n\nThe port is very old."
    )
    assert [(s.speaker and s.speaker.name, [c.text for c in s.content]) for s in found] == [
        ("Ida Lunde", ["I had no choice.", "The piles are old."]),
        ("Ida Lunde", ["We do."]),
        ("Ida Lunde", ["I hope they will sail soon."]),
    ]


def test_a_reported_question_is_no_content_of_the_answer() -> None:
    found = statements('Asked whether she would resign, Ida Lunde said: "No."')
    assert [(s.speaker and s.speaker.name, [c.text for c in s.content]) for s in found if s.speaker] == [
        ("Ida Lunde", ['"No."'])
    ]


PIECES = [
    *("The cabinet today:", "decided to:", "will:", "• ", "– ", "1. ", "(a) ", "viii. ", "Q: ", "Q. ", "A. ", "A: "),
    *("14:35 GMT ", "3 March – ", "(Norpress) – ", "OSLO – ", "Monday: ", "Ida Lunde", "Berg, ", "Berg and "),
    *("approved ", "lift the curfew", "the bill", "in talks", "between ", "to visit Riga", "said ", "He ", "I ", "as "),
    *("and ", ";", ":", "?", ".", "“", "”", "(", ")", "—", "COURT BLOCKS BAN", "Norway, Latvia sign", "U.S. ", "Mark "),
    *("\n", "\n\n"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_lines_in_any_order_are_read(text: str) -> None:
    for event in events(text):
        assert text[event.sentence.start : event.sentence.end] == event.sentence.text
