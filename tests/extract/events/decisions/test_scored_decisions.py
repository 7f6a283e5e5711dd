"""Decisions whose construction no list of verbs and objects can hold: the scorer finds them, and knows who decides."""

import pytest

from worker.extract import extract
from worker.extract.document import read_document
from worker.extract.events.decisions.act_features import DATE_GROUPS
from worker.extract.events.decisions.decisions import decision_acts, undated_acts
from worker.extract.events.event_context import event_context
from worker.extract.events.scoring import load_scorer
from worker.extract.lexicon.lexicon import load_lexicon
from worker.schema import Article, Decision


def decisions(text: str) -> list[Decision]:
    article = Article(id="a", url="https://news.example/a", text=text, language="en")
    return [event for event in extract(article) if isinstance(event, Decision)]


def fields(decision: Decision) -> tuple[str, str, str, str | None]:
    """Return the names of the deciders, the status, the category, and the object as worded."""
    names = ", ".join(actor.name for actor in decision.deciders)
    return names, decision.status, decision.category, decision.object.text if decision.object else None


@pytest.mark.parametrize(
    ("text", "decider", "status", "category", "about"),
    [
        # an adjunct between the verb of choice and its complement
        ("The council decided on Tuesday to sell the ferry.", "council", "taken", "executive", "sell the ferry"),
        ("The cabinet has decided, after weeks of protests, to close the mine.", "cabinet", "taken", "executive",
         "close the mine"),
        # a pronoun of a reported clause, and of the next sentence
        ("The commission said it would ban the pesticide.", "commission", "proposed", "executive", "the pesticide"),
        ("The city council met in Tartu. It decided to extend the curfew.", "city council", "taken", "executive",
         "extend the curfew"),
        # relative clauses whose object is the noun before
        ("The tariffs Norway imposed in June angered brewers.", "Norway", "taken", "executive", "The tariffs"),
        # verbs and objects by class
        ("Norway has restricted exports.", "Norway", "taken", "executive", "exports"),
        ("Norway applied to join the customs union.", "Norway", "proposed", "executive", "to join the customs union"),
        ("The Bank of Norway hiked its key rate.", "Bank of Norway", "taken", "executive", "its key rate"),
        ("The appeals court overturned the curfew.", "appeals court", "taken", "court", "the curfew"),
        ("The minister hired 900 tax inspectors.", "The minister", "taken", "personnel", "900 tax inspectors"),
        ("Finance minister Jaan Lepp has allocated R2bn to the rail network.", "Jaan Lepp", "taken", "executive",
         "R2bn to the rail network"),
        ("The Liberals have quit the alliance.", "The Liberals", "taken", "executive", "the alliance"),
        ("Norway ruled out buying submarines.", "Norway", "rejected", "executive", "buying submarines"),
        ("Lepp named Mari Aas finance minister.", "Lepp", "taken", "personnel", "Mari Aas finance minister"),
        ("Senators backed the amendment by 41 to 7.", "Senators", "taken", "legislative", "the amendment"),
        # nouns of decision with their decider
        ("The cabinet came to the decision to sell the harbour.", "cabinet", "taken", "executive", "sell the harbour"),
        (
            "The governor's veto of the amendment angered brewers.",
            "The governor",
            "rejected",
            "legislative",
            "the amendment",
        ),
        ("The EU's adoption of new quotas on Friday angered fishermen.", "EU", "taken", "executive", "new quotas"),
    ],
)  # fmt: skip
def test_a_construction_beyond_the_lists(text: str, decider: str, status: str, category: str, about: str) -> None:
    [decision] = decisions(text)
    assert fields(decision) == (decider, status, category, about)


def test_the_request_of_a_body_is_a_decision_of_that_body() -> None:
    [decision] = decisions("The National Assembly's request to the tribunal for a ruling came in June.")
    assert [actor.name for actor in decision.deciders] == ["National Assembly"]
    assert decision.cue is not None
    assert decision.cue.text == "request"


def test_two_coordinated_acts_with_objects_of_their_own_are_two_decisions() -> None:
    first, second = decisions("The president dissolved parliament and called an early election for 9 June.")
    assert fields(first) == ("The president", "taken", "executive", "parliament")
    assert fields(second) == ("The president", "taken", "executive", "an early election for 9 June")


def test_the_act_in_an_object_relative_is_a_decision_of_its_own() -> None:
    first, second = decisions("The judges struck down quotas that Norway had imposed.")
    assert fields(first)[:3] == ("The judges", "taken", "court")
    assert fields(second) == ("Norway", "taken", "executive", "quotas")


@pytest.mark.parametrize(
    "text",
    [
        "Brokers doubt that the central bank will leave rates unchanged this month.",
        '"Ministers refuse to listen," the farmer said.',
        "Had the senate approved the merger, fares would have fallen.",
        "If the council approves the plan, fares will fall.",
        "The council might ban scooters.",
        "The council stays closed on Monday.",
        "Did the council ban scooters?",
    ],
)
def test_opinions_conditions_and_kinds_of_people_give_no_decision(text: str) -> None:
    assert decisions(text) == []


@pytest.mark.parametrize(
    ("text", "decider", "status", "category", "about"),
    [
        # the body of the sentence before
        ("Norway's parliament sat until midnight. The bill was passed by a wide margin.",
          "Norway's parliament", "taken", "legislative", "The bill"),
        # the speaker
        ("Finance minister Anna Lund said a new fund would be set up next year.", "Anna Lund", "proposed", "executive",
         "a new fund"),
        # the owner of what is decided on
        ("EU tariffs imposed on Chile in May will stay, officials said.", "EU", "taken", "executive", "EU tariffs"),
        ("Estonian plans to close the border were criticised.", "Estonian", "proposed", "executive",
         "close the border"),
        # the place
        ("The deportation order was blocked in the high court on Monday.", "high court", "taken", "court",
         "The deportation order"),
    ],
)  # fmt: skip
def test_who_decides_is_named_beside_a_verb_whose_subject_is_decided_on(
    text: str, decider: str, status: str, category: str, about: str
) -> None:
    found = decisions(text)
    assert [fields(d) for d in found if d.cue and d.cue.text != "stay"] == [(decider, status, category, about)]


def test_an_announcement_and_the_act_it_announces_are_one_decision() -> None:
    text = "Party leader Jan Novak announced on Sunday that the Greens are leaving the coalition."
    assert [fields(d)[3] for d in decisions(text)] == ["the Greens are leaving the coalition"]


def test_what_a_court_blocks_is_a_decision_of_a_court() -> None:
    (one,) = decisions("A federal court blocked the deportation order on Monday.")
    assert fields(one) == ("federal court", "rejected", "court", "the deportation order")


@pytest.mark.parametrize(
    "text",
    [
        "Serbia stays committed to the talks.",
        "Nato supported the UN by intervening in the war.",
        "The parliament reopened on Monday.",
        "The proposal, backed by most MPs, is to be debated.",
        "Minister Peter Lang left on Friday.",
    ],
)
def test_verbs_without_the_object_that_makes_them_an_act_give_no_decision(text: str) -> None:
    assert decisions(text) == []


def test_acts_that_no_date_lifts_to_the_threshold_are_scored_without_dates() -> None:
    text = (
        "The council banned cars on Monday. The minister walked home on Tuesday. On 6 May the cabinet liked its lunch. "
        "The commission will approve the merger in June, and the mayor praised the plan last week."
    )
    words = load_lexicon("en")
    assert words is not None
    doc = read_document(Article(id="a", url="https://news.example/a", text=text, language="en"), words)
    ctx, scorer = event_context(doc), load_scorer("en", "decision")
    assert ctx is not None
    assert scorer is not None
    undated, dated = undated_acts(ctx), decision_acts(ctx)
    gains = [scorer.score(b.features) - scorer.score(a.features) for a, b in zip(undated, dated, strict=True)]
    assert max(gains) > 0.0
    assert all(gain <= scorer.max_gain(DATE_GROUPS) for gain in gains)
