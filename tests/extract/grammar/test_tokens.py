"""Tokens and paragraphs."""

from tests.extract.grammar.annotation import annotated


def test_clitics_are_split_and_abbreviations_are_not() -> None:
    assert annotated("Mr. Tamm didn't meet the U.S. envoy's team.").words == [
        *("Mr.", "Tamm", "did", "n't", "meet", "the", "U.S.", "envoy", "'s", "team", "."),
    ]


def test_a_hard_wrapped_line_continues_its_paragraph() -> None:
    assert len(annotated("The minister said\nthat talks failed.\n\nHe left.").paragraphs) == 2
