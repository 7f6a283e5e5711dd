"""Events get their codes: one invented sentence for each distinction of the coding table."""

from datetime import UTC, datetime

import pytest

from worker.coding.ontology import CAMEO, PLOVER_TYPES
from worker.pipeline.extract_events import extract_events
from worker.schema import KINDS, Article, Event, Kind, article_id


def events_of_kind(text: str, kind: Kind) -> list[Event]:
    url = "https://news.example/1"
    when = datetime(2025, 3, 5, tzinfo=UTC)
    article = Article(id=article_id(url), url=url, text=text, language="en", published_at=when)
    return [e for e in extract_events(article) if e.__struct_config__.tag == kind]


def codes_text(event: Event) -> str:
    mode = f"-{event.plover.mode}" if event.plover and event.plover.mode else ""
    return f"{event.cameo or '-'} {event.plover.type if event.plover else '-'}{mode}"


STATEMENTS = {
    "Prime Minister Ana Belm said the ferries would run all winter.": "010 -",
    "Prime Minister Ana Belm said she hoped for a mild winter, and hopes that the ice melts soon.": "010 -",
    "Foreign Minister Ana Belm declined to comment on the ferries.": "011 -",
    "Foreign Minister Ana Belm denied that the ferry had been sold.": "016 -",
    "Foreign Minister Ana Belm admitted that the ferry had been sold.": "015 -",
    "Foreign Minister Ana Belm apologised for the late ferry.": "055 CONCEDE",
    "Foreign Minister Ana Belm praised the crew of the ferry.": "051 SUPPORT",
    "Foreign Minister Ana Belm condemned the strike at the port.": "111 ACCUSE-disapprove",
    "Foreign Minister Ana Belm accused Norland of espionage.": "1125 ACCUSE-allege",
    "Foreign Minister Ana Belm accused the harbour master of corruption.": "1121 ACCUSE-allege",
    "Foreign Minister Ana Belm accused Norway of torturing the crew.": "1122 ACCUSE-allege",
    "Foreign Minister Ana Belm accused Norway of painting ferries green.": "112 ACCUSE-allege",
    "Foreign Minister Ana Belm demanded that Norway lift the sanctions.": "1054 REQUEST-yield",
    "Foreign Minister Ana Belm demanded that Norway release the hostages.": "1053 REQUEST-yield",
    "Foreign Minister Ana Belm called for a ceasefire on the river.": "1056 REQUEST-yield",
    "Foreign Minister Ana Belm called on the harbour master to resign.": "1041 REQUEST-change",
    "Foreign Minister Ana Belm urged Norway to return to the negotiating table.": "106 REQUEST-meet",
    "Foreign Minister Ana Belm demanded more weapons from Norway.": "1032 REQUEST-assist",
    "Foreign Minister Ana Belm demanded that the gulls be counted.": "100 REQUEST",
    "Foreign Minister Ana Belm said every island must decide how it uses its old weapons.": "100 REQUEST",
    "Foreign Minister Ana Belm appealed for humanitarian aid.": "0233 -",
    "Foreign Minister Ana Belm asked whether the ferry had been sold.": "010 -",
    "Foreign Minister Ana Belm promised to send humanitarian aid to the islands.": "0333 AGREE",
    "Foreign Minister Ana Belm threatened to impose sanctions on Norway.": "1312 THREATEN-restrict",
    "Foreign Minister Ana Belm threatened to attack the islands.": "138 THREATEN-violence",
    "Foreign Minister Ana Belm warned that the winter would be hard.": "012 -",
}

MEETINGS = {
    "Finnish Prime Minister Aino Ranta met Estonian Prime Minister Liis Tamm on Monday.": "040 CONSULT",
    "Finnish Prime Minister Aino Ranta met Estonian Prime Minister Liis Tamm in Norway.": "044 CONSULT-third-party",
    "Finnish Prime Minister Aino Ranta met Estonian Prime Minister Liis Tamm in Estonia.": "040 CONSULT",
    "Finnish Prime Minister Aino Ranta spoke by phone with Estonian Prime Minister Liis Tamm.": "041 CONSULT-phone",
    "Finnish Prime Minister Aino Ranta visited Estonia on Monday.": "042 CONSULT-visit",
    "Finnish Prime Minister Aino Ranta hosted Estonian Prime Minister Liis Tamm on Monday.": "043 CONSULT-visit",
    "Finland held negotiations with Estonia on Monday.": "046 CONSULT",
    "Finnish Prime Minister Aino Ranta will meet Estonian Prime Minister Liis Tamm on Friday.": "036 AGREE",
    "Finnish Prime Minister Aino Ranta proposed to meet Estonian Prime Minister Liis Tamm.": "106 REQUEST-meet",
    "Finnish Prime Minister Aino Ranta refused to meet Estonian Prime Minister Liis Tamm.": "125 REJECT-meet",
    "Finnish Prime Minister Aino Ranta did not meet Estonian Prime Minister Liis Tamm.": "- -",
    "Finland cancelled talks with Estonia on Monday.": "164 SANCTION-withdraw",
}

DECISIONS = {
    "Norway imposed sanctions on Estonia.": "163 COERCE-restrict",
    "Norway lifted the sanctions on Estonia.": "085 RETREAT",
    "Norway decided to lift the sanctions on Estonia.": "085 RETREAT",
    "The president vetoed the bill.": "129 REJECT-yield",
    "Norway and Estonia signed a treaty on herring.": "057 SUPPORT",
    "The Norwegian parliament ratified the treaty with Estonia.": "057 SUPPORT",
    "Norway approved military aid to Estonia.": "072 AID",
    "Norway suspended military aid to Estonia.": "1622 SANCTION-discontinue",
    "Norway cut diplomatic ties with Estonia.": "161 SANCTION-withdraw",
    "Norway expelled three diplomats.": "166 SANCTION-expel",
    "The Norwegian government imposed a curfew.": "1723 COERCE-curfew",
    "The Norwegian government banned the Herring Party.": "1722 COERCE-ban",
    "Norway recognised the independence of the islands.": "054 SUPPORT",
    "Norway refused to release the prisoners.": "1243 REJECT-yield",
    "Norway rejected the ceasefire proposal.": "1246 REJECT-yield",
    "Norway pledged to impose further sanctions.": "1312 THREATEN-restrict",
    "Norway pledged to lift the sanctions.": "0354 AGREE",
    "The Norwegian government threatened to leave the alliance.": "1313 THREATEN-relations",
    "Prosecutors charged the mayor with fraud.": "173 COERCE-arrest",
    "The Norwegian police opened an investigation into the ferry.": "090 ACCUSE-investigate",
    "Finance Minister Ana Belm resigned on Monday.": "- RETREAT-resign",
    "The president appointed Ana Belm ambassador.": "- -",
    "The Norwegian government postponed the election.": "- -",
    "The Norwegian government is considering a proposal on gulls.": "014 -",
    "The newspaper endorsed Ana Belm.": "051 SUPPORT",
}

CASES = [
    pytest.param(text, kind, expected, id=text)
    for kind, cases in zip(KINDS, (STATEMENTS, MEETINGS, DECISIONS), strict=True)
    for text, expected in cases.items()
]


@pytest.mark.parametrize(("text", "kind", "expected"), CASES)
def test_an_event_has_the_codes_that_its_words_imply(text: str, kind: Kind, expected: str) -> None:
    assert [codes_text(event) for event in events_of_kind(text, kind)][:1] == [expected]


def test_every_code_of_an_article_exists() -> None:
    text = "\n\n".join([*STATEMENTS, *MEETINGS, *DECISIONS])
    events = [event for kind in KINDS for event in events_of_kind(text, kind)]
    assert len(events) > 50
    assert {event.cameo for event in events} - {None} <= set(CAMEO)
    assert {event.plover.type for event in events if event.plover} <= set(PLOVER_TYPES)


def test_a_negated_content_is_not_coded_by_the_measure_that_it_names() -> None:
    (event,) = events_of_kind("Foreign Minister Ana Belm demanded that Norway not lift the sanctions.", "statement")
    assert codes_text(event) == "100 REQUEST"
