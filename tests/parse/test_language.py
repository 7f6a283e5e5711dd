from __future__ import annotations

import pytest

from tests.parse.pages import PARAGRAPHS
from worker.parse.language import detect_language

ENGLISH = " ".join(PARAGRAPHS)
GERMAN = (
    "Verkehrsministerin Ilse Varga hat am Dienstag die Gouverneure der drei Inselbezirke getroffen, um zu klären, wer"
    " die Winterfähren bezahlt. Eine Entscheidung wurde nicht bekannt. Am Freitag soll weiter verhandelt werden."
)


@pytest.mark.parametrize("label", ["en", "en-GB", "en_US", "EN", None, "", "x-unknown", "utf-8"])
def test_a_label_that_does_not_contradict_is_irrelevant(label: str | None) -> None:
    assert detect_language(ENGLISH, label) == "en"


def test_the_text_overrides_a_clearly_wrong_label() -> None:
    assert detect_language(GERMAN, "en-US") == "de"


def test_a_short_text_does_not_override_the_label() -> None:
    assert detect_language("Talks go on.", "de") == "de"


def test_the_label_decides_between_similar_languages() -> None:
    text = "Regjeringen vil ikke si noe om saken før møtet på fredag. Statsråden reiste hjem mandag kveld. " * 3
    assert detect_language(text, "nb") in {"nb", "no"}


@pytest.mark.parametrize("text", ["", "12 345 678 " * 30])
def test_a_text_without_words_keeps_its_label(text: str) -> None:
    assert detect_language(text, "fr") == "fr"
