from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract import extract
from worker.schema import Article, Meeting

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
WHO = (
    "Estonian Prime Minister Maarja Lepik and Norwegian President Jonas Berg lead their countries. "
    "Latvian Foreign Minister Peteris Ozols is their neighbour.\n\n"
)
"""Who is who; tells of no meeting."""


def meetings(text: str) -> list[Meeting]:
    article = Article(id="a", url="https://news.example/a", text=WHO + text, published_at=TUESDAY, language="en")
    return [event for event in extract(article) if isinstance(event, Meeting)]


def the_meeting(text: str) -> Meeting:
    [meeting] = meetings(text)
    return meeting


def names(meeting: Meeting) -> list[str]:
    return [actor.name for actor in meeting.participants]


LEPIK, BERG, OZOLS = "Maarja Lepik", "Jonas Berg", "Peteris Ozols"


def test_the_introduction_of_these_tests_tells_of_no_meeting() -> None:
    assert meetings("") == []


@pytest.mark.parametrize(
    ("text", "form", "status", "who"),
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
def test_a_construction_gives_form_status_and_parties(text: str, form: str, status: str, who: list[str]) -> None:
    meeting = the_meeting(text)
    assert (meeting.form, meeting.status, sorted(names(meeting))) == (form, status, sorted(who))


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
def test_the_verb_that_governs_a_meeting_decides_its_status(text: str, status: str) -> None:
    assert the_meeting(text).status == status


def test_with_before_a_title_and_a_name_joins_a_party() -> None:
    assert names(the_meeting("Lepik cancelled a meeting with President Jonas Berg.")) == [LEPIK, BERG]


def test_ministers_of_several_countries_are_one_party_each_with_their_role() -> None:
    meeting = the_meeting("Lepik discussed the border with the fisheries ministers of Denmark, Norway and Latvia.")
    assert names(meeting) == [LEPIK, "Denmark", "Norway", "Latvia"]
    assert [(a.role, a.country, a.type) for a in meeting.participants[1:]] == [
        ("fisheries minister", code, "country") for code in ("DK", "NO", "LV")
    ]


def test_a_counterpart_is_the_person_named() -> None:
    assert names(the_meeting("Ozols met his Danish counterpart Karen Holm.")) == [OZOLS, "Karen Holm"]
    assert names(the_meeting("Ozols met his Danish counterpart, Karen Holm, in Riga.")) == [OZOLS, "Karen Holm"]


def test_pronouns_and_short_names_get_the_fullest_name() -> None:
    assert names(the_meeting("Lepik came home early. She met Berg in Tallinn.")) == [LEPIK, BERG]
    assert LEPIK in names(the_meeting("Lepik spoke in parliament after her meeting with Berg in Tallinn."))


def test_place_date_and_topic_are_found_and_resolved() -> None:
    meeting = the_meeting("Lepik and Berg held talks in Tallinn on Friday about fishing rights.")
    assert meeting.place is not None
    assert meeting.place.text == "Tallinn"
    assert meeting.when is not None
    assert meeting.when.text == "Friday"
    assert str(meeting.held_on) == "2024-09-13"
    assert meeting.topic is not None
    assert meeting.topic.text == "fishing rights"


def test_a_planned_meeting_lies_after_publication() -> None:
    assert str(the_meeting("Lepik will meet Berg on Friday.").held_on) == "2024-09-20"


def test_a_place_may_open_the_sentence_or_stand_before_where() -> None:
    for text in ("In Oslo, Lepik met Ozols.", "Lepik drove to Oslo, where she met Ozols."):
        places = [m.place.text for m in meetings(text) if m.form == "talks" and m.place]
        assert places == ["Oslo"]


def test_one_meeting_told_often_is_one_event_with_every_mention() -> None:
    meeting = the_meeting(
        "Lepik and Berg held talks in Tallinn on Friday.\n\nThe meeting lasted two hours. "
        "After the talks Berg left.\n\nLepik met Berg for the third time."
    )
    assert meeting.cue is not None
    assert meeting.mentions[0] == meeting.cue
    assert sorted(m.text for m in meeting.mentions) == ["meeting", "met", "talks", "talks"]
    assert {LEPIK, BERG} == set(names(meeting))


def test_two_meetings_stay_two() -> None:
    found = meetings("Lepik met Berg in Oslo on Monday. Lepik met Ozols in Riga on Friday.")
    assert [names(m) for m in found] == [[LEPIK, BERG], [LEPIK, OZOLS]]


def test_a_meeting_that_only_a_statement_tells_names_the_statement() -> None:
    article = Article(id="a", url="u", text=WHO + '"Lepik met Berg in Oslo," Ozols said.', language="en")
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
def test_what_is_no_meeting_gives_none(text: str) -> None:
    assert meetings(text) == []


def test_the_same_evidence_keeps_its_id_wherever_it_stands() -> None:
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
def test_no_row_of_words_is_an_error_and_spans_are_true(words: list[str]) -> None:
    text = " ".join(words)
    for meeting in meetings(text):
        for span in [meeting.sentence, *meeting.mentions]:
            assert (WHO + text)[span.start : span.end] == span.text


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
def test_what_governs_a_meeting_says_what_became_of_it(text: str, status: str) -> None:
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
def test_the_day_lies_on_the_side_that_the_status_says(text: str, held_on: str) -> None:
    assert str(the_meeting(text).held_on) == held_on


@pytest.mark.parametrize(
    "text",
    [
        "Lepik met voters in a cafe.",
        "Lepik met supporters after the rally.",
        "Lepik met her husband at school.",
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
def test_no_meeting_of_politics_is_told(text: str) -> None:
    assert meetings(text) == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Envoys of the rebels and Lepik met in Riga.", ["Envoys of the rebels", LEPIK]),
        ("Talks in Riga involving Norway, Latvia and Estonia ended on Friday.", ["Norway", "Latvia", "Estonia"]),
        ("After weeks of talks in Riga, Norway and Latvia signed a treaty.", ["Norway", "Latvia"]),
        ("Berg invited Lepik to Trondheim.", [BERG, LEPIK]),
        ("Berg called Lepik on Monday to congratulate her.", [BERG, LEPIK]),
        ("Berg's planned trip to Tallinn was put off.", [BERG]),
    ],
)
def test_parties_stand_in_many_places(text: str, who: list[str]) -> None:
    assert sorted(names(the_meeting(text))) == sorted(who)


def test_the_last_country_of_a_list_is_no_part_of_the_object_after_it() -> None:
    meeting = the_meeting("Lepik discussed with the ministers of Norway, Latvia and Finland new ferry routes.")
    assert sorted(names(meeting)) == sorted([LEPIK, "Norway", "Latvia", "Finland"])


def test_the_two_leaders_are_the_two_named_before() -> None:
    [first, second] = meetings("Berg met Lepik in Riga on Monday. The two leaders will hold a phone call on Friday.")
    assert sorted(names(first)) == sorted(names(second)) == sorted([BERG, LEPIK])
    assert second.form == "call"


def test_a_visit_and_the_talks_it_is_for_are_one_event_with_the_place_of_the_visit() -> None:
    meeting = the_meeting("Berg is due to travel to Tallinn on Friday for talks with Lepik.")
    assert (meeting.status, sorted(names(meeting))) == ("planned", sorted([BERG, LEPIK]))
    assert meeting.place is not None
    assert meeting.place.text == "Tallinn"


def test_a_period_that_counts_meetings_dates_none() -> None:
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
def test_a_place_is_the_meetings_own(text: str, place: str | None) -> None:
    found = the_meeting(text).place
    assert (found and found.text) == place
