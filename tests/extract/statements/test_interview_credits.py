"""The outlet of an interview is credited for later statements of the interviewee as well."""

import pytest

from tests.extract.statements.test_statements import statements_in


@pytest.mark.parametrize(
    ("text", "via"),
    [
        ("Ivar Moen told the Fjord Courier the lock was dry. He said it had rained.", [["Fjord Courier"]] * 2),
        ("Ivar Moen told the Fjord Courier it was dry. He told the newspaper it had rained. Moen added that he slept.",
         [["Fjord Courier"]] * 3),
        ("Ivar Moen told Reuters the lock was dry. Astrid Holm said it had rained.", [["Reuters"], []]),
        ("Ivar Moen told Reuters it was dry. He told reporters it had rained. He said he slept.",
         [["Reuters"], [], []]),
        ("Asked by Reuters, Ivar Moen said the lock was dry. He said it had rained.", [["Reuters"], []]),
        ("According to NRK, Ivar Moen said the lock was dry. He said it had rained.", [["NRK"], []]),
        ("Speaking on BBC Radio Harbour's Dawn programme, Ivar Moen said the lock was dry.",
         [["BBC Radio Harbour's Dawn programme"]]),
        ("Interviewed by the Fjord Courier, Ivar Moen said the lock was dry.", [["Fjord Courier"]]),
        ("Speaking on Friday, Ivar Moen said the lock was dry.", [[]]),
    ],
)  # fmt: skip
def test_an_interview_is_credited_until_the_speaker_talks_elsewhere(text: str, via: list[list[str]]) -> None:
    assert [s.via for s in statements_in(text)] == via


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("In an interview with the Fjord Courier, Ivar Moen accused Astrid Holm of fraud.", "Astrid Holm"),
        ("Ivar Moen told the Fjord Courier the lock was dry.", None),
    ],
)
def test_the_outlet_of_an_interview_is_no_target(text: str, target: str | None) -> None:
    found = statements_in(text)[0].target
    assert (found.name if found is not None else None) == target
