from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.parse.pages import PARAGRAPHS
from worker.parse.language import detect_language

ENGLISH = " ".join(PARAGRAPHS)
GERMAN = (
    "Verkehrsministerin Ilse Varga hat am Dienstag die Gouverneure der drei Inselbezirke getroffen, um zu klären, wer"
    " die Winterfähren bezahlt. Eine Entscheidung wurde nicht bekannt. Am Freitag soll weiter verhandelt werden."
)


@pytest.mark.parametrize("label", ["en", "en-GB", "en_US", "EN", "eng", None, "", "x-unknown", "utf-8", "utf", "jp"])
def test_a_label_that_does_not_contradict_is_irrelevant(label: str | None) -> None:
    assert detect_language(ENGLISH, label) == "en"


def test_the_code_of_a_country_is_no_language() -> None:
    text = (
        "교통부 장관은 화요일에 세 섬의 지사들을 만나 겨울 연락선 비용을 누가 낼지 논의했다. 회의는 금요일에 계속된다. "
        * 4
    )
    assert detect_language(text, "kr") == "ko"


def test_a_tag_of_three_letters_becomes_the_short_one() -> None:
    assert detect_language("Talks go on.", "deu") == "de"


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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("O goberno do porto di que os barcos non saen ata o luns, pero a xente xa agarda nas súas casas.", "gl"),
        ("El gobierno del puerto dice que los barcos no salen hasta el lunes, pero la gente ya espera en casa.", "es"),
        ("Havnens ledelse siger, at færgerne ikke sejler før mandag, men folk venter allerede hjemme nu.", "da"),
        ("Havnens ledelse sier at fergene ikke går før mandag, men folk venter allerede hjemme nå.", "no"),
        ("घाट के मंत्री ने कहा कि नाव सोमवार से पहले नहीं चलेगी और लोग घर पर ही इंतज़ार कर रहे हैं।", "hi"),
        ("UNgqongqoshe wezokuthutha uthe imikhumbi ngeke ihambe kodwa abantu balindile, ngoba uma kunjalo.", "zu"),
    ],
)
def test_function_words_decide_between_languages_that_are_spelt_alike(text: str, language: str) -> None:
    assert detect_language(text, None) == language


def test_a_language_that_is_read_as_a_close_one_keeps_its_label() -> None:
    text = "Ministar je rekao da brodovi neće ploviti prije ponedjeljka, ali ljudi već čekaju na obali. " * 3
    assert detect_language(text, "bs") == "bs"
    assert detect_language(text, "en") == "hr"


def test_every_list_of_function_words_is_of_a_language_tag_and_has_no_repetition() -> None:
    lists = msgspec.toml.decode(Path("worker/parse/function_words.toml").read_bytes(), type=dict[str, str])
    for language, words in lists.items():
        assert language.isalpha()
        assert len(set(words.split())) == len(words.split()) > 10
