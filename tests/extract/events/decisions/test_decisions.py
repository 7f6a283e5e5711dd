"""Decisions: constructions with their status, category and decider; objects; texts without decisions."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.extract import extract
from worker.schema import Article, Decision

TUESDAY = datetime(2024, 9, 17, 8, tzinfo=UTC)
INTRODUCTION = "Estonian Prime Minister Maarja Lepik and Norwegian President Jonas Berg lead their countries.\n\n"
LEPIK = "Maarja Lepik"


def decisions(text: str) -> list[Decision]:
    article = Article(
        id="a", url="https://news.example/a", text=INTRODUCTION + text, published_at=TUESDAY, language="en"
    )
    return [event for event in extract(article) if isinstance(event, Decision)]


def the_decision(text: str) -> Decision:
    [decision] = decisions(text)
    return decision


def test_the_introduction_reports_no_decision() -> None:
    assert decisions("") == []


@pytest.mark.parametrize(
    ("text", "status", "category", "decider"),
    [
        ("Parliament approved the budget on Friday.", "taken", "legislative", "Parliament"),
        ("The senate passed a bill on fishing.", "taken", "legislative", "senate"),
        ("Berg vetoed the bill.", "rejected", "legislative", "Jonas Berg"),
        ("The bill was vetoed by Berg.", "rejected", "legislative", "Jonas Berg"),
        ("Berg signed the treaty.", "taken", "executive", "Jonas Berg"),
        ("Norway imposed sanctions on the company.", "taken", "executive", "Norway"),
        ("Norway lifted its ban on herring.", "taken", "executive", "Norway"),
        ("The government banned plastic bags.", "taken", "executive", "government"),
        ("Lepik appointed a new envoy.", "taken", "personnel", LEPIK),
        ("The finance minister resigned on Monday.", "taken", "personnel", "The finance minister"),
        ("Prosecutors charged the mayor with fraud.", "taken", "enforcement", "Prosecutors"),
        ("The commission opened an inquiry into the bank.", "taken", "enforcement", "commission"),
        ("The court ruled that the law was void.", "taken", "court", "court"),
        ("The union endorsed Lepik.", "taken", "endorsement", "union"),
        ("Norway and Estonia reached a deal on cod.", "taken", "agreement", "Norway"),
        ("Lepik decided to close the airport.", "taken", "executive", LEPIK),
        ("Lepik decided not to close the airport.", "rejected", "executive", LEPIK),
        ("Lepik's decision to close the airport surprised pilots.", "taken", "executive", LEPIK),
        ("Estonia agreed to share its radar data.", "taken", "agreement", "Estonia"),
        ("Parliament voted to close the airport.", "taken", "legislative", "Parliament"),
        ("Parliament voted against the bill.", "rejected", "legislative", "Parliament"),
        ("Lepik refused to sign the treaty.", "rejected", "executive", LEPIK),
        ("Lepik said Estonia would not allow the ferry to dock.", "rejected", "executive", "Estonia"),
        ("Lepik rejected the proposal.", "rejected", "executive", LEPIK),
        ("Lepik ruled out a pact with Latvia.", "rejected", "executive", LEPIK),
        ("Parliament postponed the vote.", "postponed", "legislative", "Parliament"),
        ("Parliament is considering a bill on fishing.", "pending", "legislative", "Parliament"),
        ("Lepik has yet to decide on the bridge.", "pending", "executive", LEPIK),
        ("Parliament is expected to approve the treaty.", "pending", "legislative", "Parliament"),
        ("Lepik pledged to build a bridge.", "proposed", "executive", LEPIK),
        ("Norway threatened to close its ports.", "proposed", "executive", "Norway"),
        ("Norway will impose sanctions on the company.", "proposed", "executive", "Norway"),
        ("The government proposed a tax on ferries.", "proposed", "executive", "government"),
        ("Lepik has not decided whether to attend.", "not_taken", "executive", LEPIK),
        ("The government made no decision on the bridge.", "not_taken", "executive", "government"),
        ("In Norway, the ferry permit is not being reviewed for now.", "not_taken", "executive", "Norway"),
    ],
)
def test_a_construction_determines_status_category_and_decider(
    text: str, status: str, category: str, decider: str
) -> None:
    decision = the_decision(text)
    assert (decision.status, decision.category) == (status, category)
    assert decision.deciders[0].name.removeprefix("the ").removeprefix("The ") == decider.removeprefix("The ")


def test_the_deciders_of_no_decision_after_talks_are_the_participants() -> None:
    decision = the_decision("Lepik and Berg held talks in Oslo. After the talks, no decision was announced.")
    assert [a.name for a in decision.deciders] == [LEPIK, "Jonas Berg"]
    assert decision.status == "not_taken"


def test_object_and_date_are_found() -> None:
    decision = the_decision("On Friday, Norway imposed sanctions on two banks.")
    assert decision.object is not None
    assert decision.object.text == "sanctions on two banks"
    assert str(decision.decided_on) == "2024-09-13"


def test_postponing_a_meeting_is_no_decision_but_postponing_a_conference_is() -> None:
    assert decisions("Lepik postponed her trip to Oslo.") == []
    assert decisions("Norway cancelled the talks with Estonia.") == []
    assert the_decision("Norway postponed the conference of fishing nations in Oslo.").status == "postponed"


@pytest.mark.parametrize(
    ("text", "object_text"),
    [
        ("The budget was approved by parliament by 77 votes to 69.", "The budget"),
        ("The budget, which was approved by parliament, is long.", "The budget"),
        ("The union, a harbour league outlawed by Berg in 2002, has a new hall.", "a harbour league"),
        (
            "A bill on fishing rights in the north was vetoed by Berg on Friday.",
            "A bill on fishing rights in the north",
        ),
        ("The truce on the river announced by Norway on Monday held.", "The truce on the river"),
        ("The court ruled on Monday that the law was void.", "that the law was void"),
        ("The court had ruled, on June 29 2021, that the law was void.", "that the law was void"),
        ("Lepik resigned on Monday.", None),
        ("Lepik resigned after weeks of protest.", None),
        ("Lepik resigned as head of the port authority.", "as head of the port authority"),
        ("Berg accepts the resignation, names a former captain to the post", "the resignation"),
        ("The law banning plastic was signed by Berg.", "The law banning plastic"),
        ("The decision by Norway to close the port was praised by Latvia.", "close the port"),
        ("Parliament approved taxes, loans and grants.", "taxes, loans and grants"),
    ],
)
def test_the_object_is_the_phrase_that_is_decided_on(text: str, object_text: str | None) -> None:
    decision = the_decision(text)
    assert (decision.object.text if decision.object else None) == object_text


def test_objects_with_different_numbers_are_different_decisions() -> None:
    found = decisions(
        "Parliament approved amendment 15. Parliament approved amendment 31 by 90 votes to 57.\n\n"
        "Parliament approved the budget by 77 votes to 69."
    )
    assert len(found) == 3


def test_all_mentions_of_a_decision_are_one_event() -> None:
    decision = the_decision("Norway banned salmon exports. It rained.\n\nNorway banned the export of salmon on Friday.")
    assert len(decision.mentions) == 2


def test_many_commas_before_the_complement_are_not_skipped() -> None:
    assert the_decision("The court ruled" + " ," * 3000 + " that the law was void.").object is None


def test_all_mentions_of_a_resignation_are_one_event() -> None:
    decision = the_decision("Lepik resigned on Friday. It rained.\n\nLepik resigned as head of the party.")
    assert len(decision.mentions) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Lepik should ban plastic bags.",
        "Norway could impose sanctions.",
        "If Norway imposes sanctions, trade will fall.",
        "Berg called on Estonia to approve the treaty.",
        "Berg asked Lepik to veto the bill.",
        "Berg urged Lepik to sign the treaty.",
        "Voters approved of the plan.",
        "The company fired its manager.",
        "The actor agreed to an interview.",
        "Lepik refused to comment.",
        "Allowing the ferry to dock would change little.",
        "Lepik supports a ban on plastic bags.",
        "The airline banned plastic bags.",
        "Critics rejected the proposal.",
        "Parliament passed the time.",
        "The ministry has issued the following statement.",
        "The ministry issued a warning to Estonia.",
        "The ministry issued an apology on Monday.",
        "Lepik compared the plans of Norway to build a bridge with those of Latvia.",
    ],
)
def test_a_text_without_decision_gives_none(text: str) -> None:
    assert decisions(text) == []


@given(
    st.lists(
        st.sampled_from(
            [
                *[
                    "Norway",
                    "imposed",
                    "sanctions",
                    "decided",
                    "to",
                    "not",
                    "that",
                    "the",
                    "by",
                    "of",
                    "no",
                    "decision",
                    "agreed",
                    "will",
                    "approved",
                    "yet",
                ],
                ".",
                "“",
            ]
        )
    )
)
def test_any_sequence_of_words_is_read_and_spans_of_decisions_match_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for decision in decisions(text):
        for span in [decision.sentence, *decision.mentions]:
            assert (INTRODUCTION + text)[span.start : span.end] == span.text


@pytest.mark.parametrize(
    ("text", "status", "category", "object_text"),
    [
        ("The council voted 7-2 to ban nets.", "taken", "legislative", "ban nets"),
        ("Parliament voted down the budget by 51 votes to 44.", "rejected", "legislative", "the budget"),
        ("Parliament rejected on Monday evening the motion.", "rejected", "legislative", "the motion"),
        ("The parties failed to agree on a budget.", "not_taken", "agreement", "a budget"),
        ("The government is considering whether to buy the ferry.", "pending", "executive", "whether to buy the ferry"),
        ("Parliament refused to ratify the treaty.", "rejected", "legislative", "ratify the treaty"),
        ("Berg decided to appoint an envoy.", "taken", "personnel", "appoint an envoy"),
        ("A judge in Riga ordered the release of two sailors.", "taken", "court", "the release of two sailors"),
        ("The Lepik campaign decided to drop its slogan.", "taken", "campaign", "drop its slogan"),
        ("Norway will send troops to the border.", "proposed", "executive", "troops to the border"),
        ("Norway will not send troops to the border.", "rejected", "executive", "troops to the border"),
        ("The cabinet gave the green light to the tunnel.", "taken", "executive", "the tunnel"),
        ("Berg signed the treaty after a long night.", "taken", "executive", "the treaty"),
        ("Parliament's approval of the treaty was expected.", "taken", "executive", "the treaty"),
        ("No decision has been made on the tunnel, the government said.", "not_taken", "executive", "the tunnel"),
        (
            "Prosecutors will not bring charges against the pilot.",
            "rejected",
            "enforcement",
            "charges against the pilot",
        ),
        ("Norway recalled its ambassador from Riga.", "taken", "personnel", "its ambassador from Riga"),
    ],
)
def test_status_category_and_object(text: str, status: str, category: str, object_text: str) -> None:
    decision = the_decision(text)
    found = decision.object and decision.object.text
    assert (decision.status, decision.category, found) == (status, category, object_text)


def test_a_coordinated_verb_is_another_decision() -> None:
    [first, second] = decisions("The authority opened an inquiry into the bank and fined its rival.")
    assert (first.object and first.object.text, second.object and second.object.text) == (
        "an inquiry into the bank",
        "its rival",
    )


@pytest.mark.parametrize(
    "text",
    [
        "The minister demanded that the governor sign the bill.",
        "Lepik called for the resignation of the governor.",
        "Lepik agreed to meet Berg.",
        "Lepik has no plans to meet Berg.",
        "Lepik vowed to fight on.",
        "Lepik opted to remain quiet.",
        "Lepik raised $3 million.",
        "Lepik said she would vote for Berg.",
        "Undecided people will vote in the primary.",
        "The minister denied that Norway had approved the deal.",
        "Lepik never would have approved the deal.",
        "Experts want the central bank to lift the ban.",
        "Would Norway ban nets?",
        "The movement plans to protest.",
        "The Party rules allow proxies.",
    ],
)
def test_demands_plans_and_hypothetical_acts_are_ignored(text: str) -> None:
    assert decisions(text) == []


def test_a_decision_that_is_the_object_of_another_is_not_counted() -> None:
    assert the_decision("Berg accepted the resignation of the finance minister.").deciders[0].name == "Jonas Berg"


def test_only_the_last_conjunct_is_the_subject_of_a_relative_clause() -> None:
    one = the_decision("Granfors thanked the chamber and the state secretary who had resigned.")
    assert [decider.name for decider in one.deciders] == ["the state secretary"]
