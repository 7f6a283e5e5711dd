"""The complements of cue verbs."""

import pytest

from tests.extract.statements.test_statements import attributions


@pytest.mark.parametrize(
    ("text", "cue", "content"),
    [
        ("Hale cited no excuse.", "cited", "no excuse"),
        ("Hale lashed out at the owner.", "lashed out at", "the owner"),
        ("Hale ripped into the owner.", "ripped into", "the owner"),
        ("Hale mocked both plans.", "mocked", "both plans"),
        ("Hale cited only the fees.", "cited", "only the fees"),
        ("Hale proposed a new ferry last year.", "proposed", "a new ferry"),
        ("Hale promised to quietly leave.", "promised", "to quietly leave"),
        ("Hale pledged to “leave the port”.", "pledged", "to “leave the port”"),
        ("Hale declined comment.", "declined", "comment"),
        ("Hale said the same thing.", "said", "the same thing"),
        ("Hale vowed revenge.", "vowed", "revenge"),
        ("Hale persuaded the owner to stay.", "persuaded", "the owner to stay"),
        ("Hale convinced the crew that it rains.", "convinced", "that it rains"),
        ("Hale reported three arrests.", "reported", "three arrests"),
        ("Hale weighed in on the new fees.", "weighed in on", "the new fees"),
        ("Hale took issue with the new fees.", "took issue with", "the new fees"),
    ],
)
def test_a_cue_verb_takes_each_of_its_complements(text: str, cue: str, content: str) -> None:
    assert [(c, content) for _, c, content in attributions(text)] == [(cue, [content])]
