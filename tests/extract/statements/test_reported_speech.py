"""Statements report words, spoken or written; thoughts, findings, gifts and other deeds are none."""

import pytest

from tests.extract.statements.test_statements import attributions, statements_in

INTRODUCTION = "Anna Hale leads the port of Brem. "


@pytest.mark.parametrize(
    "text",
    [
        "Hale believes that the plan is late.",
        "Hale hopes to stay.",
        "Hale saw the “new” ferry.",
        "Hale was afraid that it rains.",
        "The ferry is expected to sail on Friday.",
        "The plan is known as “Brem first”.",
    ],
)
def test_thoughts_wishes_and_perceptions_are_no_statements(text: str) -> None:
    assert attributions(INTRODUCTION + text) == []


def test_a_thought_in_quoted_words_was_said() -> None:
    text = INTRODUCTION + "Hale believes that the plan is “the end of the port”."
    assert attributions(text) == [("Hale", "believes", ["that the plan is “the end of the port”"])]


@pytest.mark.parametrize(
    "text",
    [
        "One study in 20 sailors showed that rain harms the rope.",
        "Two polls suggest that voters want the ferry.",
        "The figures indicate that the harbour is full.",
        "A forecast released Thursday suggests that it rains.",
    ],
)
def test_findings_of_studies_and_figures_are_no_statements(text: str) -> None:
    assert attributions(text) == []


def test_a_report_and_the_finding_of_a_court_are_statements() -> None:
    assert attributions("The report said the harbour was full.") == [("The report", "said", ["the harbour was full"])]
    assert attributions("The court found that Hale lied.") == [("The court", "found", ["that Hale lied"])]


@pytest.mark.parametrize(
    "text",
    [
        "Hale offered her seat to the guest.",
        "Hale offered no evidence of the flood.",
        "Hale issued a statement.",
        "Hale released two videos of the ferry.",
        "Hale has not released further papers on the crash.",
        "Hale shares your dreams.",
        "The officers called an ambulance.",
        "Sailors call the ship Marlin.",
        "The crew responded to the fire.",
        "Prosecutors charged Hale with theft.",
        "Hale rejected the plan.",
        "Hale supports the plan.",
        "Hale ordered an inquiry.",
        "Hale sought to calm the crowd.",
        "Hale left without supporting the plan.",
        "Hale was fined for describing the boat.",
        "The team beat the defending champion Brem.",
        "Hale could offer a hint of the price.",
    ],
)
def test_deeds_are_no_statements(text: str) -> None:
    assert attributions(INTRODUCTION + text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hale offered condolences to the crew.", ("Hale", "offered", ["condolences to the crew"])),
        ("Hale issued a warning of floods.", ("Hale", "issued", ["a warning of floods"])),
        ("Hale called the plan unworkable.", ("Hale", "called", ["the plan unworkable"])),
        ("Hale called for talks.", ("Hale", "called for", ["talks"])),
        ("Hale rejected the claim.", ("Hale", "rejected", ["the claim"])),
        ("Hale has backed the plan.", ("Hale", "has backed", ["the plan"])),
        ("Hale ordered the crew to leave.", ("Hale", "ordered", ["to leave"])),
        ("Hale left, citing the rain.", ("Hale", "citing", ["the rain"])),
        ("Hale did not say whether it rains.", ("Hale", "did not say", ["whether it rains"])),
        ("Hale is critical of the plan.", ("Hale", "is critical of", ["the plan"])),
    ],
)
def test_words_handed_over_and_judgements_are_statements(text: str, expected: tuple[str, str, list[str]]) -> None:
    assert attributions(INTRODUCTION + text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "I told my neighbours that it rains.",
        "The sailors, who oppose the plan, left.",
        "That suggests that it rains.",
    ],
)
def test_a_pronoun_without_a_referent_makes_no_statement(text: str) -> None:
    assert [s for s in statements_in(text) if s.speaker is not None and s.speaker.name in {"I", "who", "That"}] == []


@pytest.mark.parametrize(
    "text",
    [
        "Awards\n\n“Down by the River Brem” — Anna Hale\n\nPublishers: Brem Songs is a part of Lunde Music.",
        "Review of Star Quest: The Return\n\nStar Quest: The Return is a game that asks much of its players.",
        "Gadgets\n\nDisclosure: This site may earn money from the things that are shown here.",
    ],
)
def test_titles_and_fields_of_a_list_are_no_statements(text: str) -> None:
    assert attributions(text) == []


def test_an_object_keeps_its_relative_clause() -> None:
    assert attributions(INTRODUCTION + "Hale underlined the part that guests had played.") == [
        ("Hale", "underlined", ["the part that guests had played"])
    ]
    assert attributions(INTRODUCTION + "Hale told the tale of a man who fell.") != [("Hale", "told", ["who fell"])]


def test_a_credit_after_a_reporting_clause_attributes_no_fragment() -> None:
    text = (
        INTRODUCTION + "“The ferry will sail in the spring,” Hale said at a virtual dinner, according to a pool report."
    )
    assert [s.content[0].text for s in statements_in(text)] == ["“The ferry will sail in the spring,”"]


def test_a_subordinate_clause_before_a_cue_without_content_is_no_content() -> None:
    text = INTRODUCTION + "As the papers were unsealed in Lund, Hale testified before the committee in Brem."
    assert attributions(text) == []


def test_a_person_described_by_a_list_is_the_speaker() -> None:
    text = "Votes\n\nPetra Vuil-Smith, an Ohio heating, pump and wiring fitter who helped with the vote, said she left."
    assert [s.speaker.name for s in statements_in(text) if s.speaker] == ["Petra Vuil-Smith"]


def test_a_body_named_after_two_fields_is_one_speaker() -> None:
    text = "News\n\nThe Danish Centre for Flood Control and Prevention said it had tested the dam."
    (statement,) = statements_in(text)
    assert statement.speaker is not None
    assert statement.speaker.type == "organisation"
    assert statement.speaker.name.startswith("Danish Centre for Flood Control")
    assert statement.content[0].text == "it had tested the dam"


def test_mr_with_the_first_of_three_names_is_the_family_name() -> None:
    text = (
        "News\n\nTan Wee Chung, head of Harbour Lines, said the fleet was old. Mr Tan said it would go. "
        "He added that it rains."
    )
    assert [s.speaker.name for s in statements_in(text) if s.speaker] == ["Tan Wee Chung"] * 3


def test_it_that_speaks_is_an_organisation_rather_than_a_country() -> None:
    text = (
        "Output\n\nHolt Bank said India's output fell. "
        "The fall differs from earlier ones because there is fear in India, it said."
    )
    assert [s.speaker.name for s in statements_in(text) if s.speaker] == ["Holt Bank"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "Hale did not offer a response on the ferry.",
        "The flood raised questions about the plan.",
        "Prosecutors decided to reopen the case.",
        "Hale ordered another set of ropes from the mill and sold them some of the old ones.",
        "Guests requiring a cabin to be cleaned left.",
        "Let's say they leave.",
        "The report was published by Hale.",
        "Hale is regarded as a leader.",
    ],
)
def test_refusals_findings_and_modifiers_are_no_statements(text: str) -> None:
    assert attributions(INTRODUCTION + text) == []


def test_a_recipient_before_a_quotation_is_no_content() -> None:
    text = INTRODUCTION + "Hale told the Harbour Committee, “I feared that the ferry would sink.”"
    assert attributions(text) == [("Hale", "told", ["“I feared that the ferry would sink.”"])]


def test_a_credit_may_part_an_auxiliary_from_its_verb() -> None:
    text = INTRODUCTION + "She had, according to Alex Horn, sold the ferry."
    assert attributions(text) == [("Alex Horn", "according to", ["She had", "sold the ferry"])]


@pytest.mark.parametrize("dateline", ["RIGA (Baltic Wire / Post - 29th April, 2026) ", "BERGEN: "])
def test_a_dateline_is_no_content(dateline: str) -> None:
    text = f"Ferries wait\n\n{dateline}It is too early to sail, Mayor Ida Hale said on Wednesday."
    assert [s.content[0].text for s in statements_in(text)] == ["It is too early to sail"]
