"""Tags and case of headlines and of list items."""

import pytest

from tests.extract.grammar.annotation import annotated


def tagged(string: str) -> str:
    text = annotated(string)
    return " ".join(f"{word}/{tag}" for word, tag in zip(text.words, text.tags, strict=True))


@pytest.mark.parametrize(
    ("headline", "tags"),
    [
        ("Cabinet hears report on ports", "Cabinet/NN hears/VBZ report/NN on/IN ports/NNS"),
        ("Cabinet pass ferry bill", "Cabinet/NN pass/VBP ferry/NN bill/NN"),
        ("Riga talks collapse", "Riga/NNP talks/NNS collapse/VBP"),
        ("Norway plans ban on nets", "Norway/NNP plans/VBZ ban/NN on/IN nets/NNS"),
        ("Lawmakers in Chile approve ferry reform", "Lawmakers/NNS in/IN Chile/NNP approve/VBP ferry/NN reform/NN"),
        ("Dockers strike hits ports", "Dockers/NNS strike/NN hits/VBZ ports/NNS"),
        ("Belm, Lunde clash over fees", "Belm/NNP ,/PUNCT Lunde/NNP clash/VBP over/IN fees/NNS"),
        ("Mayor sacked over leak", "Mayor/NNP sacked/VBN over/IN leak/NN"),
        ("Rates on hold", "Rates/NNS on/IN hold/NN"),
    ],
)
def test_a_headline_has_one_finite_verb_or_a_participle(headline: str, tags: str) -> None:
    assert tagged(headline) == tags


@pytest.mark.parametrize("headline", ["Court Blocks Ban On Nets", "COURT BLOCKS BAN ON NETS"])
def test_capitals_of_a_title_do_not_make_names(headline: str) -> None:
    assert tagged(headline) == "court/NN blocks/VBZ ban/NN on/IN nets/NNS"


@pytest.mark.parametrize("headline", ["Ida Lunde Meets NATO Envoy Over Chile", "IDA LUNDE MEETS NATO ENVOY OVER CHILE"])
def test_names_in_a_title_keep_their_capitals(headline: str) -> None:
    names = [word for word in annotated(headline).words if word[0].isupper()]
    assert names == ["Ida", "Lunde", "NATO", "Chile"]


@pytest.mark.parametrize(
    ("introduction", "item", "tags"),
    [
        ("The council also:", "• appointed a cook", "appointed/VBD a/DT cook/NN"),
        ("The ministers agreed to:", "• ban plastic bags", "ban/VB plastic/NN bags/NNS"),
        ("The ministers will:", "• reopen the port", "reopen/VB the/DT port/NN"),
    ],
)
def test_an_item_begins_with_the_verb_of_its_introduction(introduction: str, item: str, tags: str) -> None:
    assert tagged(f"{introduction}\n\n{item}").endswith(tags)
