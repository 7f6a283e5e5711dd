# ruff: noqa: RUF001 - dashes as newspapers set them
"""Lines, labels and list items of a text."""

import pytest

from tests.extract.grammar.annotation import annotated


def sentences(string: str) -> list[str]:
    text = annotated(string)
    return [text.slice(*sentence) for sentence in text.sentences]


@pytest.mark.parametrize(
    ("line", "dateline", "place"),
    [
        ("OSLO (NTB) – Ida Lunde left.", "OSLO (NTB) –", "OSLO"),
        ("Bergen, March 3 (Baltic Wire) -- Ida Lunde left.", "Bergen, March 3 (Baltic Wire) --", "Bergen"),
        ("ST. HELIER, Jersey — Ida Lunde left.", "ST. HELIER, Jersey —", "ST. HELIER"),
        ("London, 5 May 2026 — Ida Lunde left.", "London, 5 May 2026 —", "London"),
        ("Warsaw: Ida Lunde left.", "Warsaw:", "Warsaw"),
    ],
)
def test_a_dateline_is_no_part_of_the_sentence_after_it(line: str, dateline: str, place: str) -> None:
    text = annotated(line)
    assert sentences(line) == [dateline, "Ida Lunde left."]
    assert [text.slice(*found) for found in text.layout.datelines] == [place]


def test_an_agency_alone_is_a_dateline_without_a_place() -> None:
    assert sentences("(Norpress) – Ida Lunde left.") == ["(Norpress) –", "Ida Lunde left."]
    assert annotated("(Norpress) – Ida Lunde left.").layout.datelines == []


@pytest.mark.parametrize(
    "line",
    [
        "Lunde – the mayor – left.",
        "EXCLUSIVE – Ida Lunde leaves Oslo.",
        "MERLE: We never agreed to this.",
        "Oslo — then a small town — burned down.",
        "Sen. Ida Lunde (R-Oslo) — Announced in May",
        "NORWAY MAY TELL OSLO BANS CAN END - PORT PAPER",
    ],
)
def test_an_aside_a_kicker_and_a_speaker_label_are_no_datelines(line: str) -> None:
    assert annotated(line).layout.datelines == []


@pytest.mark.parametrize(
    ("line", "head"),
    [
        ("14:35 GMT Ida Lunde left.", "14:35 GMT"),
        ("14.35 – Ida Lunde left.", "14.35 –"),
        ("3.15pm: Ida Lunde left.", "3.15pm:"),
        ("1435 GMT: Ida Lunde left.", "1435 GMT:"),
        ("[09:20] Ida Lunde left.", "[09:20]"),
        ("11:30 a.m. Ida Lunde left.", "11:30 a.m."),
        ("3 March – Ida Lunde left.", "3 March –"),
        ("Monday: Ida Lunde left.", "Monday:"),
    ],
)
def test_a_clock_time_or_date_heads_an_entry(line: str, head: str) -> None:
    assert sentences(line) == [head, "Ida Lunde left."]
    assert annotated(line).layout.entries == {0}


@pytest.mark.parametrize("line", ["10:30 a.m. on Monday, Ida Lunde left.", "3.5 million left.", "At 14:35 Lunde left."])
def test_a_time_within_a_sentence_heads_no_entry(line: str) -> None:
    assert sentences(line) == [line]
    assert annotated(line).layout.entries == frozenset()


@pytest.mark.parametrize(
    "string",
    [
        "The council also:\n\n• hired a cook;\n• sold the ferry.",
        "The council also:\n\n1. hired a cook;\n\n2. sold the ferry.",
        "The council also:\n(a) hired a cook;\n(b) sold the ferry.",
        "The council also:\n\nhired a cook;\n\nsold the ferry.",
        "The council also: – hired a cook; – sold the ferry.",
    ],
)
def test_items_share_the_line_that_introduces_them(string: str) -> None:
    text = annotated(string)
    items = {text.slice(*text.sentence_range(first)): colon for first, colon in text.layout.introductions.items()}
    assert items == {"hired a cook;": 3, "sold the ferry.": 3}


def test_lines_without_bullets_complete_a_line_that_ends_with_to() -> None:
    text = annotated("The ministers agreed to:\n\nBan plastic bags\n\nFund new ferries\n\nThe talks go on.")
    assert text.layout.kinds == ["paragraph", "item", "item", "paragraph"]


def test_a_paragraph_after_a_list_is_no_item() -> None:
    text = annotated("The council also:\n\n• hired a cook.\n\nIda Lunde left.\n\n• sold the ferry")
    assert text.layout.kinds == ["paragraph", "item", "paragraph", "item"]
    assert len(text.layout.introductions) == 1


def test_lines_without_a_final_stop_are_headlines() -> None:
    text = annotated("Ferry sold\n\nThe council sold the ferry.\n\nWhat comes next\n\nQ: Why?\n\nA: It leaks.")
    assert text.layout.kinds == ["headline", "paragraph", "headline", "question", "answer"]
