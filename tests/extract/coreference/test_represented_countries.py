"""The country that a speaker represents: institutions, titles, parties, places and the article, never a default."""

import pytest

from tests.extract.coreference.speakers import speakers

KENYA = "Kenya is dry. Kenyan herders left Nairobi for the hills.\n\n"
TURKEY = "Turkey is dry. Turkish herders left Ankara for the hills.\n\n"


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        # institutions of one country need no other word
        ("The Bundesbank said rain fell.", "DE"),
        ("Ofcom said rain fell.", "GB"),
        ("The Knesset said rain fell.", "IL"),
        ("The Tories said rain fell.", "GB"),
        ("Bank of Italy officials said rain fell.", "IT"),
        ("Lok Sabha members said rain fell.", "IN"),
        # intergovernmental and non-governmental organisations have none
        ("The African Union said rain fell.", None),
        ("The European Central Bank said rain fell.", None),
        ("Amnesty International said rain fell.", None),
        # names that many countries use are of none without an article about one of them
        ("The Supreme Court said rain fell.", None),
        ("The House of Representatives said rain fell.", None),
        ("The Treasury said rain fell.", None),
        ("Congress said rain fell.", None),
        # bodies of one of these states belong to it where the text says so
        ("The Security Council said rain fell.", None),
        ("Russia's Security Council said rain fell.", "RU"),
        ("The Russian Security Council said rain fell.", "RU"),
        ("The Parole Board said rain fell.", None),
        ("The Joint Chiefs of Staff said rain fell.", "US"),
    ],
)
def test_the_country_of_an_institution(sentence: str, country: str | None) -> None:
    assert [speaker.country for speaker in speakers(sentence)] == [country]


@pytest.mark.parametrize(
    "sentence",
    [
        "The Supreme Court said rain fell.",
        "The House of Representatives said rain fell.",
        "A finance ministry spokesman said rain fell.",
        "Committee chairman Otieno Were said rain fell.",
        "Two campaign aides said that rain fell.",
        "A trade official said rain fell.",
        "Central bank president Otieno Were said rain fell.",
        "Senators said rain fell.",
        "The Were administration said rain fell.",
        "The prime minister's office said rain fell.",
        "One of the senators said rain fell.",
    ],
)
def test_an_office_or_body_of_any_state_belongs_to_the_country_of_the_article(sentence: str) -> None:
    assert [speaker.country for speaker in speakers(KENYA + sentence)] == ["KE"]
    assert [speaker.country for speaker in speakers(TURKEY + sentence)] == ["TR"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The company's president, Otieno Were, said rain fell.",
        "Professor Otieno Were said rain fell.",
        "A spokesman for Were Ferries said rain fell.",
        "Campaign group leader Otieno Were said rain fell.",
        "The minister's critics said rain fell.",
        "Friends of the minister said that rain fell.",
        "Otieno Were, an ambassador for the brewery, said rain fell.",
        "The UN envoy, Otieno Were, said rain fell.",
        "Oxfam director Otieno Were said rain fell.",
    ],
)
def test_private_and_international_actors_represent_no_country(sentence: str) -> None:
    assert [speaker.country for speaker in speakers(KENYA + sentence)] == [None]


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("President Nandi Moyo of Zambia said rain fell.", "ZM"),
        ("Zambia's president, Nandi Moyo, said rain fell.", "ZM"),
        ("Texas senator Jo Fry said rain fell.", "US"),
        ("Jo Fry (D-Ohio) said rain fell.", "US"),
        ("Labour MP Jo Fry said rain fell.", None),
        ("Shadow chancellor Jo Fry said rain fell.", "GB"),
        ("The mayor of Lyon, Jo Fry, said rain fell.", "FR"),
        ("State-run Zambian news agency Wire said rain fell.", "ZM"),
        ("Some senior Tory members said rain fell.", "GB"),
        ("The parliamentary committee on Norway said rain fell.", None),
    ],
)
def test_the_owner_in_the_phrase_precedes_the_article_but_a_field_does_not(sentence: str, country: str | None) -> None:
    assert [speaker.country for speaker in speakers(KENYA + sentence)] == [country]


@pytest.mark.parametrize(
    ("sentence", "country"),
    [
        ("The Security Council said rain fell.", "RU"),
        ("The UN was silent. The Security Council said rain fell.", None),
        ("The State Department said rain fell.", "US"),
        ("The Council of Ministers said rain fell.", "RU"),
    ],
)
def test_an_organ_of_the_united_nations_is_none_of_the_state_that_the_article_is_about(
    sentence: str, country: str | None
) -> None:
    text = f"Russia is dry. Russian herders left Moscow for the hills.\n\n{sentence}"
    assert [speaker.country for speaker in speakers(text)][-1:] == [country]


def test_a_party_of_several_countries_belongs_to_that_of_the_article() -> None:
    sentence = "Labour's Jo Fry said rain fell."
    found = [speakers(place + sentence)[0] for place in ("Oslo is in Norway. Norwegian rain fell.\n\n", KENYA)]
    assert [(fry.name, fry.role, fry.country) for fry in found] == [
        ("Jo Fry", "Labour", "NO"),
        ("Jo Fry", "Labour", None),
    ]


def test_the_name_of_a_party_that_begins_another_name_is_no_evidence() -> None:
    (leader,) = speakers(
        "Tirana is wet. Albanian voters of the Democratic League met.\n\nPresident Luan Prifti said rain fell."
    )
    assert leader.country == "AL"


def test_a_country_named_later_than_another_needs_more_evidence_to_be_that_of_all_offices() -> None:
    text = "Zambia is near Kenya. Kenyan herders left.\n\nPrime Minister Nandi Moyo said rain fell."
    assert [speaker.country for speaker in speakers(text)] == [None]
    text = text.replace("Zambia is near Kenya", "Kenya is near Zambia")
    assert [speaker.country for speaker in speakers(text)] == ["KE"]


def test_a_capital_named_once_is_not_the_home_of_all_offices() -> None:
    (minister,) = speakers("A ship came from Warsaw.\n\nPrime Minister Davit Gelava said rain fell.")
    assert minister.country is None


def test_a_country_named_often_is_not_that_of_a_foreign_president() -> None:
    text = "The US sent a ship. The US was silent, and the US waited.\n\nPresident Nandi Moyo of Zambia said rain fell."
    assert [(speaker.name, speaker.country) for speaker in speakers(text)] == [("Nandi Moyo", "ZM")]


def test_a_ministry_of_a_country_with_two_names_is_not_the_country() -> None:
    (ministry,) = speakers("Bosnia and Herzegovina's foreign ministry said that the bridge was open.")
    expected = ("Bosnia and Herzegovina's foreign ministry", "organisation", "BA")
    assert (ministry.name, ministry.type, ministry.country) == expected


@pytest.mark.parametrize(
    "name", ["Amnesty International", "Human Rights Watch", "Harbour Help International", "Grace Watch"]
)
def test_a_non_governmental_organisation_is_no_person(name: str) -> None:
    (speaker,) = speakers(f"{name} said it was late.")
    assert (speaker.name, speaker.type, speaker.country) == (name, "organisation", None)


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        # the only country is that of the other party's office
        ("Foreign Minister Luan Prifti told Latvian Economy Minister Anna Ozola that rain fell.", [None]),
        ("Foreign Minister Luan Prifti told US Secretary of State Jo Fry that rain fell.", [None]),
        ("The president of Latvia was silent. Foreign Minister Luan Prifti said rain fell.", [None]),
        # officials of one country do not make an article one about it
        (
            "Latvian Economy Minister Anna Ozola left. Latvia's president slept. Mayor Luan Prifti said rain fell.",
            [None],
        ),
        # a counterpart is not of the home country
        (
            "Latvia is dry. Latvian rain fell.\n\nMayor Luan Prifti told Latvian President Anna Ozola that rain fell.",
            [None],
        ),
        (
            "Latvia is dry. Latvian rain fell.\n\nLatvian MPs slept, and Mayor Luan Prifti said rain fell.",
            ["LV"],
        ),
        # a title that few countries have, without a country
        ("The shadow chancellor left. Shadow Chancellor Ida Hale slept. The minister said rain fell.", ["GB"]),
        # a body after the only office
        ("Latvian President Anna Ozola slept. The ministry said rain fell.", ["LV"]),
        ("Foreign Minister Luan Prifti met Latvian President Anna Ozola. The ministry said rain fell.", [None]),
        ("Her Latvian colleague, Mayor Luan Prifti, said rain fell.", ["LV"]),
    ],
)
def test_the_country_before_another_office_is_not_the_home_of_all_offices(
    text: str, countries: list[str | None]
) -> None:
    assert [speaker.country for speaker in speakers(text)] == countries


@pytest.mark.parametrize(
    ("home", "sentence", "country"),
    [
        ("The United States is dry. US herders left Washington.", "Economy Minister Luan Prifti said rain fell.", None),
        ("The United States is dry. US herders left Washington.", "Senator Luan Prifti said rain fell.", "US"),
        ("Norway is dry. Norwegian herders left Oslo.", "President Luan Prifti said rain fell.", None),
        ("Norway is dry. Norwegian herders left Oslo.", "Prime Minister Luan Prifti said rain fell.", "NO"),
        ("Brazil is dry. Brazilian herders left Brasilia.", "Prime Minister Luan Prifti said rain fell.", None),
        ("Brazil is dry. Brazilian herders left Brasilia.", "President Luan Prifti said rain fell.", "BR"),
    ],
)
def test_an_office_that_the_country_of_the_article_lacks_is_of_another_one(
    home: str, sentence: str, country: str | None
) -> None:
    assert [speaker.country for speaker in speakers(f"{home}\n\n{sentence}")] == [country]
