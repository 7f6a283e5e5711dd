"""Attributions without the usual marks: a time before the preposition, no comma, a ticker symbol, a resumed subject."""

import pytest

from tests.extract.statements.test_constructions import Fields, fields


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The rowers' union called on Thursday for a new quay.",
            [("rowers' union", "called on Thursday for", ["a new quay"], "demand")],
        ),
        (
            "The rowers' union called last week for a new quay.",
            [("rowers' union", "called last week for", ["a new quay"], "demand")],
        ),
        (
            "The rowers' union called again for a new quay.",
            [("rowers' union", "called again for", ["a new quay"], "demand")],
        ),
        ("The minister warned on Monday of a flood.", [("The minister", "warned on Monday of", ["a flood"], "say")]),
        ("The minister spoke on Monday of a thaw.", [("The minister", "spoke on Monday of", ["a thaw"], "say")]),
    ],
)
def test_time_between_verb_and_preposition(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Captains believe the lock will hold, our correspondent added.",
            [("our correspondent", "added", ["Captains believe the lock will hold"], "say")],
        ),
        (
            "The Harbour Board is worried. Between 2011 and 2014, the number of wrecks rose by 8%, it said.",
            [("Harbour Board", "said", ["Between 2011 and 2014, the number of wrecks rose by 8%"], "say")],
        ),
    ],
)
def test_past_tense_that_looks_like_a_participle(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Norvik <NVK.OL> said it lost money.", [("Norvik", "said", ["it lost money"], "say")]),
        (
            "Anna Early, deputy mayor, told Brem Radio the lock was safe.",
            [("Anna Early", "told", ["the lock was safe"], "say")],
        ),
        (
            "Ivo Tamm, from the Rowers Federation union said there should be a pause.",
            [("Ivo Tamm", "said", ["there should be a pause"], "demand")],
        ),
    ],
)
def test_subjects_with_tickers_names_like_times_and_open_appositions(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The board closed the lock in May and shortly after announced it was selling the barge.",
            [("board", "announced", ["it was selling the barge"], "announce")],
        ),
        (
            "Rowers and pilots have said the sums are wrong and claim it would cost lives.",
            [
                ("Rowers and pilots", "have said", ["the sums are wrong"], "criticise"),
                ("Rowers and pilots", "claim", ["it would cost lives"], "say"),
            ],
        ),
        (
            "Mr Tamm derided the rowers' plan saying the union had got its sums wrong.",
            [
                ("Tamm", "derided", ["the rowers' plan"], "criticise"),
                ("Tamm", "saying", ["the union had got its sums wrong"], "criticise"),
            ],
        ),
        (
            "Mr Tamm has rejected that idea, saying it is late.",
            [("Tamm", "has rejected", ["that idea"], "criticise"), ("Tamm", "saying", ["it is late"], "say")],
        ),
        (
            "The board proposed a levy after the high judges said bans without trial broke the law.",
            [
                ("board", "proposed", ["a levy"], "demand"),
                ("the high judges", "said", ["bans without trial broke the law"], "say"),
            ],
        ),
        (
            "The pilots dismissed its role and the lock was kept.",
            [("The pilots", "dismissed", ["its role"], "criticise")],
        ),
        (
            "As Mr Tamm announced the levy in a short speech, the union urged him to wait.",
            [("Tamm", "announced", ["the levy"], "announce"), ("union", "urged", ["him to wait"], "demand")],
        ),
    ],
)
def test_boundaries_between_two_attributions(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The mayor's office issued a statement saying the lock would close.",
            [("mayor's office", "saying", ["the lock would close"], "announce")],
        ),
        ("He received a letter saying the lock was closed.", [("a letter", "saying", ["the lock was closed"], "say")]),
        (
            "Prime Minister Tamm, who vowed to tackle fraud when he took office, left.",
            [("Tamm", "vowed", ["to tackle fraud"], "promise")],
        ),
        (
            "Anna Hale met retailers that said they raised prices.",
            [("retailers", "said", ["they raised prices"], "say")],
        ),
        ("While slow for a boat that boasts such a strong engine, it floats.", []),
        ("The dog barked, and nothing indicated that it rained.", []),
    ],
)
def test_documents_promises_and_relative_clauses(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "A government report found that 12 locks were unsafe.",
            [("government", "found", ["that 12 locks were unsafe"], "say")],
        ),
        ("A poll by Opinex suggests the levy is disliked.", [("Opinex", "suggests", ["the levy is disliked"], "say")]),
        (
            "The pilots concluded that the lock was unsafe.",
            [("The pilots", "concluded", ["that the lock was unsafe"], "say")],
        ),
        ("Polls show that the levy is disliked.", []),
    ],
)
def test_reports_and_polls_speak_for_their_issuer(text: str, expected: list[Fields]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("headline", "lead", "speaker"),
    [
        ("Boat signs 'must be clearer'", "Boats should carry larger signs, minister Ana Hale has said.", "Ana Hale"),
        ("Ministers 'naive' over locks", "The cabinet is naive about the lock, envoy Ivo Tamm has said.", "Ivo Tamm"),
    ],
)
def test_headline_that_quotes_the_first_speaker(headline: str, lead: str, speaker: str) -> None:
    assert fields(f"{headline}\n\n{lead}")[0][:3] == (speaker, None, [headline])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "TAMM SAYS U.S. STILL PROBING HARBOUR LEAK\n\nIt rained on Monday.",
            [("TAMM", "SAYS", ["U.S. STILL PROBING HARBOUR LEAK"])],
        ),
        (
            "Mayor says harbour still closed\n\nIt rained on Monday.",
            [("Mayor", "says", ["harbour still closed"])],
        ),
        (
            "The lock should be repaired, pilots insist\n\nIt rained on Monday.",
            [("pilots", "insist", ["The lock should be repaired"])],
        ),
    ],
)
def test_headlines_without_auxiliaries(text: str, expected: list[tuple[str, str, list[str]]]) -> None:
    assert [found[:3] for found in fields(text)] == expected


def test_hyphen_as_a_dash_ends_the_content() -> None:
    text = "Lord Harrow called last week for observers at the vote - saying he feared months of delay."
    assert fields(text)[0][:3] == ("Harrow", "called last week for", ["observers at the vote"])
