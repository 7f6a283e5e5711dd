"""Quotations, including incorrectly set ones."""

from tests.extract.grammar.annotation import annotated


def quotations(string: str) -> list[str]:
    text = annotated(string)
    return [text.slice(q.first, q.last) for q in text.quotations]


def test_every_style_of_quotation_marks_is_recognised() -> None:
    for left, right in ("“”", "«»", "„“", '""', ("''", "''"), "\u2018\u2019", "''"):
        assert quotations(f"He said {left}we will stay{right} and left.") == [f"{left}we will stay{right}"]


def test_apostrophes_are_not_quotation_marks() -> None:
    assert quotations("The workers' boats didn't leave; rock 'n' roll was Smith's in the '90s.") == []


def test_an_unclosed_quotation_ends_with_its_paragraph_and_may_continue() -> None:
    found = annotated('She said: "We stay.\n\n"We never left," she added.\n\nThe end.')
    assert [found.slice(q.first, q.last) for q in found.quotations] == ['"We stay.', '"We never left,"']
    assert [(q.closed, q.continues) for q in found.quotations] == [(False, False), (True, True)]


def test_a_quotation_without_an_opening_mark_starts_with_its_sentence() -> None:
    assert quotations("He spoke. We will stay,” she said.") == ["We will stay,”"]
