"""The end of content."""

import pytest

from tests.extract.statements.test_statements import attributions


@pytest.mark.parametrize(
    ("text", "cue", "content"),
    [
        ("Hale described the port as unsafe for ferries.", "described", "the port as unsafe for ferries"),
        ("Hale criticised the owner as he left the quay.", "criticised", "the owner"),
        ("Hale cited delays in recent weeks at the port.", "cited", "delays in recent weeks at the port"),
        ("Hale criticised the owner on Friday.", "criticised", "the owner"),
        ("Hale called the owner a liar over the weekend.", "called", "the owner a liar"),
        ("Hale criticised the plan as too late.", "criticised", "the plan as too late"),
        ("Hale promised clean water within a year.", "promised", "clean water within a year"),
        ("Hale criticised the owner in an interview.", "criticised", "the owner"),
        ("Hale blamed three ferries, including the oldest.", "blamed", "three ferries, including the oldest"),
        ("Hale supported the new fees and sold two ferries.", "supported", "the new fees"),
        ("Hale praised the crew who stayed and worked.", "praised", "the crew who stayed and worked"),
        ("Hale said the port was shut, and the ferries left.", "said", "the port was shut"),
        (
            "Hale said that the port was shut, and the ferries left.",
            "said",
            "that the port was shut, and the ferries left",
        ),
        ("Hale urged the crew to leave, after a dam had burst.", "urged", "the crew to leave"),
        ("Hale vowed not to leave the port.", "vowed", "not to leave the port"),
        ("Hale assured the crew of her support.", "assured", "her support"),
        ("Hale asked the owner about the fees.", "asked", "the fees"),
        ("Hale spoke warmly to the crew about his youth.", "spoke", "his youth"),
        ("Hale pointed to the higher fees.", "pointed to", "the higher fees"),
    ],
)
def test_content_ends_before_adverbials_and_other_clauses(text: str, cue: str, content: str) -> None:
    assert [(c, content) for _, c, content in attributions(text)] == [(cue, [content])]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("Officials who praised the fees agreed that it rains.", "the fees"),
        ("Hale, who has mocked the plan, praised the crew.", "the plan"),
        ("Hale, who vowed to stay, left the port.", "to stay"),
        ("Hale, who said that he would sue the port, did not attend.", "that he would sue the port"),
        ("Skippers who warned that fees would rise were proved right.", "that fees would rise"),
        ("Hale, who says the crew said the port was shut, left early.", "the crew said the port was shut"),
        ("Hale, who said that the ferry he bought was late, left early.", "that the ferry he bought was late"),
    ],
)
def test_content_in_a_relative_clause_ends_before_the_matrix_verb(text: str, content: str) -> None:
    assert [content for who, _, content in attributions(text) if who == "who"] == [[content]]


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("Hale praised the crew and has said that it rains.", ["the crew", "that it rains"]),
        ("Hale left, urging the crew to stay and promising to return.", ["the crew to stay", "to return"]),
        ("Hale said it rains, while adding that it snows.", ["it rains", "that it snows"]),
        ("Hale asked for a ferry and Low said it was late.", ["a ferry", "it was late"]),
        ("Hale said it rains, and Low insisted that it snows.", ["it rains", "that it snows"]),
    ],
)
def test_another_attribution_ends_the_content_of_the_first(text: str, contents: list[str]) -> None:
    assert [content for _, _, content in attributions(text)] == [[content] for content in contents]
