"""Meetings: constructions with their form, status and participants; coreference; texts without meetings."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract import extract
from worker.schema import Article, Meeting

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
INTRODUCTION = (
    "Estonian Prime Minister Maarja Lepik and Norwegian President Jonas Berg lead their countries. "
    "Latvian Foreign Minister Peteris Ozols is their neighbour.\n\n"
)
"""Introduces the persons; reports no meeting."""


def meetings(text: str) -> list[Meeting]:
    article = Article(
        id="a", url="https://news.example/a", text=INTRODUCTION + text, published_at=TUESDAY, language="en"
    )
    return [event for event in extract(article) if isinstance(event, Meeting)]


def the_meeting(text: str) -> Meeting:
    [meeting] = meetings(text)
    return meeting


def participant_names(meeting: Meeting) -> list[str]:
    return [actor.name for actor in meeting.participants]


LEPIK, BERG, OZOLS = "Maarja Lepik", "Jonas Berg", "Peteris Ozols"


def test_the_introduction_reports_no_meeting() -> None:
    assert meetings("") == []


@pytest.mark.parametrize(
    ("text", "form", "status", "participants"),
    [
        ("Lepik met Berg in Tallinn.", "talks", "held", [LEPIK, BERG]),
        ("Lepik met with Berg on Friday.", "talks", "held", [LEPIK, BERG]),
        ("Lepik and Berg met in Tallinn.", "talks", "held", [LEPIK, BERG]),
        ("Lepik held talks with Berg in Tallinn.", "talks", "held", [LEPIK, BERG]),
        ("Talks between Lepik and Berg were held in Tallinn.", "talks", "held", [LEPIK, BERG]),
        ("Lepik sat down with Berg.", "talks", "held", [LEPIK, BERG]),
        ("Lepik hosted Berg in Tallinn.", "talks", "held", [LEPIK, BERG]),
        ("Berg was received by Lepik.", "talks", "held", [LEPIK, BERG]),
        ("Lepik discussed the border with Berg.", "talks", "held", [LEPIK, BERG]),
        ("Lepik spoke with Berg by phone on Sunday.", "call", "held", [LEPIK, BERG]),
        ("Lepik had a phone call with Berg.", "call", "held", [LEPIK, BERG]),
        ("Lepik visited Oslo on Monday.", "visit", "held", [LEPIK]),
        ("Lepik flew to Oslo on Monday.", "visit", "held", [LEPIK]),
        ("Lepik fell ill during a visit to Riga.", "visit", "held", [LEPIK]),
        ("Lepik told a press conference in Tallinn that ferries would run.", "press_conference", "held", [LEPIK]),
        ("Lepik will meet Berg on Thursday.", "talks", "planned", [LEPIK, BERG]),
        ("Lepik is expected to meet Berg in Oslo.", "talks", "planned", [LEPIK, BERG]),
        ("Lepik is planning to visit Oslo.", "visit", "planned", [LEPIK]),
        ("Lepik is to hold talks with Berg.", "talks", "planned", [LEPIK, BERG]),
        ("Lepik invited Berg to a meeting in Tallinn.", "talks", "proposed", [LEPIK, BERG]),
        ("Lepik offered to meet Berg.", "talks", "proposed", [LEPIK, BERG]),
        ("Lepik proposed talks with Berg.", "talks", "proposed", [LEPIK, BERG]),
        ("Lepik cancelled a meeting with Berg.", "talks", "cancelled", [LEPIK, BERG]),
        ("Lepik postponed talks with Berg.", "talks", "cancelled", [LEPIK, BERG]),
        ("Lepik refused to meet Berg.", "talks", "denied", [LEPIK, BERG]),
        ("Lepik did not meet Berg.", "talks", "denied", [LEPIK, BERG]),
        ("Lepik said she would not meet Berg.", "talks", "denied", [LEPIK, BERG]),
    ],
)
def test_a_construction_determines_form_status_and_participants(
    text: str, form: str, status: str, participants: list[str]
) -> None:
    meeting = the_meeting(text)
    assert (meeting.form, meeting.status, sorted(participant_names(meeting))) == (form, status, sorted(participants))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Lepik postponed her planned trip to Oslo.", "cancelled"),
        ("Lepik has scrapped planned talks with Berg.", "cancelled"),
        ("Lepik put the visit to Oslo off until May.", "cancelled"),
        ("Lepik called off her meeting with Berg.", "cancelled"),
        ("Lepik decided to cancel her trip to Oslo.", "cancelled"),
        ("Lepik was forced to delay her trip to Oslo.", "cancelled"),
        ("Talks between Estonia and Norway were called off on Monday.", "cancelled"),
        ("A planned meeting between Lepik and Berg has been postponed.", "cancelled"),
        ("Lepik threatened to cancel a planned trip to Oslo.", "planned"),
        ("Lepik did not cancel her planned trip to Oslo.", "planned"),
        ("Talks between Estonia and Norway were held on Monday.", "held"),
        ("The summit between Estonia and Norway was cancelled.", "cancelled"),
        ("The trip by Berg to Tallinn was cancelled.", "cancelled"),
    ],
)
def test_the_governing_verb_determines_the_status_of_a_meeting_noun(text: str, status: str) -> None:
    assert the_meeting(text).status == status


def test_a_title_and_a_name_after_with_are_one_participant() -> None:
    assert participant_names(the_meeting("Lepik cancelled a meeting with President Jonas Berg.")) == [LEPIK, BERG]


def test_ministers_of_several_countries_are_one_participant_per_country() -> None:
    meeting = the_meeting("Lepik discussed the border with the fisheries ministers of Denmark, Norway and Latvia.")
    assert participant_names(meeting) == [LEPIK, "Denmark", "Norway", "Latvia"]
    assert [(a.role, a.country, a.type) for a in meeting.participants[1:]] == [
        ("fisheries minister", code, "country") for code in ("DK", "NO", "LV")
    ]


def test_a_counterpart_is_the_person_whose_name_follows() -> None:
    assert participant_names(the_meeting("Ozols met his Danish counterpart Karen Holm.")) == [OZOLS, "Karen Holm"]
    assert participant_names(the_meeting("Ozols met his Danish counterpart, Karen Holm, in Riga.")) == [
        OZOLS,
        "Karen Holm",
    ]


def test_pronouns_and_short_names_are_resolved_to_the_full_name() -> None:
    assert participant_names(the_meeting("Lepik came home early. She met Berg in Tallinn.")) == [LEPIK, BERG]
    assert LEPIK in participant_names(the_meeting("Lepik spoke in parliament after her meeting with Berg in Tallinn."))


def test_place_date_and_topic_are_found_and_resolved() -> None:
    meeting = the_meeting("Lepik and Berg held talks in Tallinn on Friday about fishing rights.")
    assert meeting.place is not None
    assert meeting.place.text == "Tallinn"
    assert meeting.when is not None
    assert meeting.when.text == "Friday"
    assert str(meeting.held_on) == "2024-09-13"
    assert meeting.topic is not None
    assert meeting.topic.text == "fishing rights"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Lepik met Berg in Tallinn to assess the flood damage.", "assess the flood damage"),
        ("A meeting between Lepik and Berg was held in Tallinn on Friday to discuss the port.", "the port"),
        ("Lepik met Berg on the sidelines of the fair on Friday.", None),
        ("Lepik held talks with Berg in response to the riots, with plans for courts to sit all night.", None),
        ("The talks between Lepik and Berg were originally scheduled to start next week.", None),
        ("Lepik and Berg decided at a meeting in Tallinn to raise the fee.", None),
    ],
)
def test_a_topic_belongs_to_the_meeting_and_to_no_other_phrase(text: str, topic: str | None) -> None:
    found = the_meeting(text).topic
    assert (found.text if found else None) == topic


def test_the_day_of_a_planned_meeting_is_after_publication() -> None:
    assert str(the_meeting("Lepik will meet Berg on Friday.").held_on) == "2024-09-20"


def test_a_place_may_open_the_sentence_or_precede_where() -> None:
    for text in ("In Oslo, Lepik met Ozols.", "Lepik drove to Oslo, where she met Ozols."):
        places = [m.place.text for m in meetings(text) if m.form == "talks" and m.place]
        assert places == ["Oslo"]


def test_all_mentions_of_a_meeting_are_one_event() -> None:
    meeting = the_meeting(
        "Lepik and Berg held talks in Tallinn on Friday.\n\nThe meeting lasted two hours. "
        "After the talks Berg left.\n\nLepik met Berg for the third time."
    )
    assert meeting.cue is not None
    assert meeting.mentions[0] == meeting.cue
    assert sorted(m.text for m in meeting.mentions) == ["meeting", "met", "talks", "talks"]
    assert {LEPIK, BERG} == set(participant_names(meeting))


def test_meetings_with_different_participants_are_different_events() -> None:
    found = meetings("Lepik met Berg in Oslo on Monday. Lepik met Ozols in Riga on Friday.")
    assert [participant_names(m) for m in found] == [[LEPIK, BERG], [LEPIK, OZOLS]]


def test_a_meeting_reported_only_in_a_statement_is_attributed_to_it() -> None:
    article = Article(id="a", url="u", text=INTRODUCTION + '"Lepik met Berg in Oslo," Ozols said.', language="en")
    events = extract(article)
    [meeting] = [e for e in events if isinstance(e, Meeting)]
    assert meeting.attributed_to in {e.id for e in events if not isinstance(e, Meeting)}
    assert the_meeting("Lepik met Berg in Oslo.").attributed_to is None


@pytest.mark.parametrize(
    "text",
    [
        "Lepik said the country would meet its targets.",
        "The budget met the demands of the unions.",
        "Lepik appeared on Meet the Press.",
        "The union called for talks.",
        "There were meetings.",
        "Lepik regularly meets Berg.",
        "If Lepik met Berg, trade would grow.",
        "Lepik could meet Berg one day.",
        "Lepik hosted a rally in Tartu.",
        "Lepik gave an interview on Friday.",
        "Will Lepik attend the meeting with Berg?",
        "Lepik welcomed the news.",
        "The museum receives many visitors.",
    ],
)
def test_a_text_without_meeting_gives_none(text: str) -> None:
    assert meetings(text) == []


def test_the_id_does_not_depend_on_the_position_in_the_article() -> None:
    text = "Lepik met Berg in Oslo."
    assert the_meeting(text).id == the_meeting("It rained in the hills.\n\n" + text).id


@given(
    st.lists(
        st.sampled_from(
            [
                *[
                    "Lepik",
                    "met",
                    "Berg,",
                    "held",
                    "talks",
                    "with",
                    "the",
                    "and",
                    "of",
                    "in",
                    "Oslo",
                    "on",
                    "Friday",
                    "will",
                    "not",
                    "to",
                    "who",
                ],
                ".",
                "\n\n",
                "“",
            ]
        )
    )
)
def test_any_sequence_of_words_is_read_and_spans_of_meetings_match_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for meeting in meetings(text):
        for span in [meeting.sentence, *meeting.mentions]:
            assert (INTRODUCTION + text)[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The Norwegian government denied that Berg had met Lepik.", "denied"),
        ("Berg denied meeting Lepik.", "denied"),
        ("Berg has no plans to meet Lepik.", "denied"),
        ("There are no plans for Berg to meet Lepik.", "denied"),
        ("Berg left Tallinn without meeting Lepik.", "denied"),
        ("Berg ruled out talks with Lepik.", "denied"),
        ("Berg turned down an invitation to talks with Lepik.", "denied"),
        ("Berg failed to meet Lepik.", "denied"),
        ("Berg pulled out of talks with Lepik.", "cancelled"),
        ("The meeting between Berg and Lepik was called off.", "cancelled"),
        ("Berg was due to visit Estonia in June, but the visit was cancelled.", "cancelled"),
        ("Berg spoke about the idea of holding talks with Lepik.", "proposed"),
        ("Berg called for a meeting with Lepik.", "proposed"),
        ("It was agreed that Berg and Lepik should meet.", "proposed"),
        ("Berg is willing to meet Lepik.", "proposed"),
        ("Berg accepted an invitation to a meeting with Lepik.", "planned"),
        ("Berg has agreed to meet Lepik.", "planned"),
        ("Berg meets Lepik on Thursday.", "planned"),
        ("Talks between Berg and Lepik are to begin in Riga in April.", "planned"),
        ("Berg apologised for meeting Lepik.", "held"),
        ("Berg had met Lepik in Riga.", "held"),
    ],
)
def test_governors_determine_the_status(text: str, status: str) -> None:
    assert the_meeting(text).status == status


@pytest.mark.parametrize(
    ("text", "held_on"),
    [
        ("Berg met Lepik on Friday.", "2024-09-13"),
        ("Berg will meet Lepik on Friday.", "2024-09-20"),
        ("Berg meets Lepik on Friday.", "2024-09-20"),
        ("Berg flies to Tallinn on Friday to meet Lepik.", "2024-09-20"),
        ("Berg cancelled a meeting with Lepik scheduled for Friday.", "2024-09-20"),
        ("Talks between Berg and Lepik, due to begin on September 20, were postponed.", "2024-09-20"),
        ("Talks between Berg and Lepik, due to begin on September 13, were postponed.", "2024-09-13"),
    ],
)
def test_the_day_is_before_or_after_publication_according_to_the_status(text: str, held_on: str) -> None:
    assert str(the_meeting(text).held_on) == held_on


@pytest.mark.parametrize(
    "text",
    [
        "Lepik met voters in a cafe.",
        "Lepik met supporters after the rally.",
        "Lepik met her husband at school.",
        "Lepik visited the harbour.",
        "The court met on Monday to hear the case.",
        "Candidates who meet that threshold may run.",
        "Berg and Lepik should meet, the columnist wrote.",
        "Will Berg meet Lepik?",
        "Norway's companies negotiated generous terms.",
        "The Norwegian government finished negotiating the pact last year.",
        "The report lists cities surveyed by the Conference of Mayors.",
        "Berg had lunch.",
    ],
)
def test_hypothetical_and_unpolitical_meetings_are_ignored(text: str) -> None:
    assert meetings(text) == []


@pytest.mark.parametrize(
    ("text", "participants"),
    [
        ("Envoys of the rebels and Lepik met in Riga.", ["Envoys of the rebels", LEPIK]),
        ("Talks in Riga involving Norway, Latvia and Estonia ended on Friday.", ["Norway", "Latvia", "Estonia"]),
        ("After weeks of talks in Riga, Norway and Latvia signed a treaty.", ["Norway", "Latvia"]),
        ("Berg invited Lepik to Trondheim.", [BERG, LEPIK]),
        ("Berg invited Lepik to Lusaka.", [BERG, LEPIK]),
        ("Berg called Lepik on Monday to congratulate her.", [BERG, LEPIK]),
        ("Berg's planned trip to Tallinn was put off.", [BERG]),
    ],
)
def test_participants_are_found_in_various_positions(text: str, participants: list[str]) -> None:
    assert sorted(participant_names(the_meeting(text))) == sorted(participants)


def test_the_last_country_of_a_list_is_separated_from_the_object_after_it() -> None:
    meeting = the_meeting("Lepik discussed with the ministers of Norway, Latvia and Finland new ferry routes.")
    assert sorted(participant_names(meeting)) == sorted([LEPIK, "Norway", "Latvia", "Finland"])


def test_the_two_leaders_are_the_two_participants_named_before() -> None:
    [first, second] = meetings("Berg met Lepik in Riga on Monday. The two leaders will hold a phone call on Friday.")
    assert sorted(participant_names(first)) == sorted(participant_names(second)) == sorted([BERG, LEPIK])
    assert second.form == "call"


def test_the_two_presidents_are_presidents() -> None:
    introduction = (
        "President Ada Mora of Chile rang President Tomas Reyes of Peru. Envoy Ines Sol met spokesman Rui Paz."
    )
    found = meetings(f"{introduction} The two presidents will meet in Lima in May.")
    assert [a.name for a in found[-1].participants] == ["Ada Mora", "Tomas Reyes"]


def test_it_is_no_participant_of_the_summit_that_it_was() -> None:
    text = "Norway sent a boat. It was the first rescue since a summit in Kigali in 2023."
    assert [a.name for meeting in meetings(text) for a in meeting.participants] == []


def test_a_visit_and_its_purpose_are_one_event_with_the_place_of_the_visit() -> None:
    meeting = the_meeting("Berg is due to travel to Tallinn on Friday for talks with Lepik.")
    assert (meeting.status, sorted(participant_names(meeting))) == ("planned", sorted([BERG, LEPIK]))
    assert meeting.place is not None
    assert meeting.place.text == "Tallinn"


def test_a_period_that_counts_meetings_is_no_date() -> None:
    assert the_meeting("It was the third meeting of Berg and Lepik this year.").when is None


def test_domestic_travel_is_no_visit() -> None:
    assert meetings("Berg flew to Oslo on Monday.") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Berg met Lepik at his residence on Sunday.", "his residence"),
        ("The Vantaa talks between Berg and Lepik failed.", "Vantaa"),
        ("Berg held talks with Lepik over troops stationed in Narva.", None),
        ("Berg met Lepik to discuss the ferry in Narva.", None),
    ],
)
def test_only_the_place_of_the_meeting_itself_is_given(text: str, place: str | None) -> None:
    found = the_meeting(text).place
    assert (found and found.text) == place
