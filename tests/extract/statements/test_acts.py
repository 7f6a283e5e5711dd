"""The act of a statement with a neutral cue."""

import pytest

from tests.extract.statements.test_statements import statements_in


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Hale said Oslo must lower the fees.", "demand"),
        ("“Oslo has to lower the fees,” Hale said.", "demand"),
        ("“Lower the fees,” Hale said.", "demand"),
        ("“We will lower the fees,” Hale said.", "announce"),
        ("Hale said he would lower the fees.", "announce"),
        ("Hale said the ferry firm had cheated its passengers.", "accuse"),
        ("Hale said the plan was a disgrace.", "criticise"),
        ("“The captain is not competent,” Hale said.", "criticise"),
        ("“The captain is really not competent,” Hale said.", "criticise"),
        ("Hale demanded why the port was shut.", "ask"),
        ("The government proposed a new quay.", "announce"),
        ("The union proposed a new quay.", "demand"),
        ("Hale warned that snow was likely.", "say"),
        ("Hale warned them to leave the port.", "demand"),
        ("Residents were warned by Hale not to swim.", "demand"),
        ("Hale warned that he would shut the port.", "threaten"),
        ("Hale warned that the owners could be sued unless the fees fell.", "threaten"),
        ("Hale said the wind was threatening the port.", "say"),
        ("Hale said he did not see the boat.", "say"),
        ("Hale demanded to know whether the port was shut.", "ask"),
        ("Hale demanded that the port be shut.", "demand"),
        ("Hale said the captain was brave.", "praise"),
        ("Hale said two pumps had failed.", "say"),
        ("Hale said the government had failed.", "criticise"),
        ("Hale said they would not attend.", "decline"),
        ("The ministry said it would not attend.", "decline"),
        ("Hale said it won't be finished.", "say"),
        ("Hale said it was essential that the fees fall.", "demand"),
        ("“We call on Oslo to act,” Hale said.", "demand"),
        ("“We condemn the fees,” Hale said.", "criticise"),
        ("Hale said the owner, despite his words, was undermining the talks.", "accuse"),
        ("Hale said the rain was expected but that Oslo had sabotaged the pumps.", "accuse"),
        ("Hale said Oslo was behind the leak.", "accuse"),
        ("Hale said Oslo was seeking to sabotage the pumps.", "accuse"),
        ("Hale called the plan a farce.", "criticise"),
        ("Hale described the ferry as a great success.", "praise"),
        ("Hale said Oslo had failed the islands.", "criticise"),
        ("Hale said the owner had “made a serious mistake”.", "criticise"),
        ("Hale said the plan represented a dangerous step.", "criticise"),
        ("Hale said the owner was anything but honest.", "criticise"),
        ("Hale said the owners would face trial.", "threaten"),
        ("Hale said he had not taken the boat.", "deny"),
        ("The ministry said it would open the port.", "announce"),
    ],
)
def test_the_content_determines_the_act_of_a_neutral_cue(text: str, act: str) -> None:
    assert [s.act for s in statements_in(text)] == [act]


@pytest.mark.parametrize(
    "text",
    [
        "Hale said the port was shut.",
        "“Look, the port is shut,” Hale said.",
        "“I will tell you a story,” Hale said.",
        "“How can we praise the owner?” Hale said.",
        "Hale said the island would face rain.",
        "Hale said it was a great day for a walk.",
        "Hale said the plan was no disgrace.",
        "Hale said that if Oslo must pay, it pays.",
    ],
)
def test_content_that_performs_no_act_has_the_act_say(text: str) -> None:
    assert [s.act for s in statements_in(text)] == ["say"]
