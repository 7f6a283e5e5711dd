"""`extract --explain`: evidence with its parts marked, resolved mentions, and the rule's description."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from worker.demo.story import load_stories
from worker.extract.statements.content.content_start import ContentForm as Complement
from worker.pipeline.extract_events import extract_events
from worker.schema import KINDS, Actor, Article, Category, Decision, Event, Meeting, Plover, Span, Statement, kind_of
from worker.schema.rules import describe_rule
from worker.terminal.explain import explain_events, mark_evidence

TEXT = """\
Mayor Ana Belm meets the ferrymen

“The ferries will sail all winter,” Belm said on Radio Skerry.

“Nobody is left behind.” She accused the Union of Pilots of delay. The council postponed the vote in Oslo on Friday.
"""


def span(words: str, after: int = 0) -> Span:
    start = TEXT.index(words, after)
    return Span(start=start, end=start + len(words), text=words)


BELM = Actor(name="Ana Belm", mention=span("Belm", 40), type="person", role="Mayor", country=None)
UNION = Actor(name="the Union of Pilots", mention=span("the Union of Pilots"), type="organisation")
COUNCIL = Actor(name="The council", mention=span("The council"), type="organisation", country="NO")

QUOTED = Statement(
    id="s1", url="", confidence=0.97, rule="quotation_source_cue", act="promise", quotation="direct",
    sentence=span(TEXT[TEXT.index("“The") : TEXT.index(" She")]), cue=span("said"), speaker=BELM,
    content=[span("“The ferries will sail all winter,”"), span("“Nobody is left behind.”")],
    venue=span("Radio Skerry"), said_on=date(2026, 3, 4), via=["Skerry Post", "DPX"],
)  # fmt: skip
ACCUSED = Statement(
    id="s2", url="", confidence=0.7, rule="source_cue_phrase", act="accuse", quotation="indirect",
    sentence=span("She accused the Union of Pilots of delay."), cue=span("accused"),
    speaker=msgspec.structs.replace(BELM, mention=span("She")), target=UNION,
    content=[span("the Union of Pilots of delay")],
)  # fmt: skip
MET = Meeting(
    id="m", url="", confidence=0.8, rule="meet", form="talks", status="held", sentence=span(TEXT.splitlines()[0]),
    cue=span("meets"), participants=[msgspec.structs.replace(BELM, mention=span("Mayor Ana Belm")),
    Actor(name="the ferrymen", mention=span("the ferrymen"), type="group")], mentions=[span("meets"), span("meets")],
    attributed_to="s1",
)  # fmt: skip
POSTPONED = Decision(
    id="d", url="", confidence=0.75, rule="act legislative", status="postponed", category="legislative",
    sentence=span("The council postponed the vote in Oslo on Friday."), cue=span("postponed"),
    deciders=[COUNCIL], object=span("the vote in Oslo"), when=span("Friday"), decided_on=date(2026, 3, 6),
)  # fmt: skip

GOLDEN = """\
1  meeting  confidence 0.80
   [party Mayor Ana Belm] [cue meets] [party the ferrymen]
   meeting    talks, held
   party      Ana Belm (person, Mayor)
   party      the ferrymen (group)
   other cues “meets”
   reported   in statement 2
   rule       meet: a verb of meeting, its parties subject and object or with-phrase: “A met B”

2  statement  confidence 0.97
   [content “The ferries will sail all winter,”] [source Belm] [cue said] on [venue Radio Skerry]. ¶ \
[content “Nobody is left behind.”]
   speaker    Ana Belm (person, Mayor), mentioned as “Belm”, named in paragraph 1
   act        promise, direct
   venue      Radio Skerry
   said on    2026-03-04
   via        Skerry Post, DPX
   rule       quotation_source_cue: a quotation, then its subject and verb: “…,” X said

3  statement  confidence 0.70
   [source She] [cue accused] [content [target the Union of Pilots] of delay].
   speaker    Ana Belm (person, Mayor), mentioned as “She”, named in paragraph 1
   act        accuse, indirect
   target     the Union of Pilots (organisation)
   rule       source_cue_phrase: a verb of speech with its subject before it; the content is a phrase

4  decision  confidence 0.75
   [party The council] [cue postponed] [object the vote in Oslo] on [when Friday].
   decision   legislative, postponed
   party      The council (organisation, NO)
   object     the vote in Oslo
   when       Friday
   decided on 2026-03-06
   rule       act legislative: a verb that is itself a legislative act: “passed the bill”
"""


def plain(events: list[Event], text: str = TEXT) -> str:
    return "\n".join(block.plain for block in explain_events(events, text, colours=False))


def test_the_plain_form_matches_the_golden_text() -> None:
    assert plain([MET, QUOTED, ACCUSED, POSTPONED]) == GOLDEN


def test_the_coloured_form_has_the_same_words_without_brackets() -> None:
    shown = mark_evidence(ACCUSED, TEXT, colours=True)
    assert shown.plain == "She accused the Union of Pilots of delay."
    assert "[" not in "".join(block.plain for block in explain_events([ACCUSED], TEXT, colours=True))
    styled = {shown.plain[s.start : s.end]: str(s.style) for s in shown.spans}
    assert styled == {
        "She": "bold cyan",
        "accused": "bold yellow",
        "the Union of Pilots": "magenta underline",
        " of delay": "green",
    }


def test_crossing_parts_are_closed_and_opened_again() -> None:
    crossing = msgspec.structs.replace(
        ACCUSED, cue=span("accused the Union"), target=None, content=[span("the Union of")]
    )
    assert mark_evidence(crossing, TEXT, colours=False).plain == (
        "[source She] [cue accused [content the Union]][content  of] Pilots of delay."
    )


def test_an_actor_without_a_mention_is_marked_as_not_mentioned() -> None:
    unmentioned = msgspec.structs.replace(MET, participants=[msgspec.structs.replace(UNION, mention=None)])
    assert "party      the Union of Pilots (organisation), not mentioned here\n" in plain([unmentioned])


def test_a_statement_without_a_speaker_says_so() -> None:
    assert "speaker    not named\n" in plain([msgspec.structs.replace(QUOTED, speaker=None)])


# ---------------------------------------------------------------- hostile text
def quoted_whole(text: str) -> tuple[Statement, str]:
    whole = Span(start=0, end=len(text), text=text)
    return msgspec.structs.replace(
        QUOTED, sentence=whole, content=[whole], cue=None, speaker=None, venue=None, via=[]
    ), text


def test_control_characters_are_replaced() -> None:
    shown = plain([quoted_whole("a\x1b[2Jb\x07c\u202ed\r\n\r\ne")[0]], "a\x1b[2Jb\x07c\u202ed\r\n\r\ne")
    assert "[content a\ufffd[2Jb\ufffdcd ¶ e]" in shown


def test_right_to_left_text_is_isolated_from_the_brackets() -> None:
    shown = plain([quoted_whole("אבג")[0]], "אבג")
    assert "[content \u2068אבג\u2069]" in shown


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5))
def test_brackets_balance_and_lines_stay_whole_for_any_spans(text: str, pairs: list[tuple[int, int]]) -> None:
    text = text.replace("[", "(").replace("]", ")") or "."
    spans = [Span(start=a, end=b, text=text[a:b]) for a, b in pairs if a < b <= len(text)]
    event = msgspec.structs.replace(quoted_whole(text)[0], content=spans, cue=spans[0] if spans else None)
    shown = mark_evidence(event, text, colours=False).plain
    depth = 0
    for char in shown:
        depth += (char == "[") - (char == "]")
        assert depth >= 0
    assert depth == 0
    assert shown.isprintable() or {c for c in shown if not c.isprintable()} <= set("\u2068\u2069\u200c\u200d")
    assert isinstance(mark_evidence(event, text, colours=True), Text)


# ---------------------------------------------------------------- every rule has a description
EXTRACT = Path(__file__).parents[2] / "worker/extract"
PARAMETERS = {"kind": ["taken", "agreed", "voted", "rejected", "proposed", "announced", "pending"]}
PARAMETERS |= {"act.category": list(get_args(Category)), "name": ["with", "between", "of", "by"]}
"""Expression in an f-string of a rule's name -> the values it can have, where the function does not show them."""

Values = dict[str, list[str]]
Signatures = dict[str, list[list[str]]]
"""Name of a function -> the parameters of each function of that name."""


def rule_names() -> set[str]:
    """Every string that the code of the extractors passes on as a rule."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in EXTRACT.rglob("*.py")]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    signatures: Signatures = {}
    for f in functions:
        signatures.setdefault(f.name, []).append([a.arg for a in f.args.args if a.arg != "self"])
    return {name for f in functions for name in names_in(f, signatures)}


def names_in(function: ast.FunctionDef, signatures: Signatures) -> Iterator[str]:
    """The rules in a function: assigned to `rule`, or passed as a parameter of that name."""
    local = PARAMETERS | {
        target.id: list(strings(node.value, {}))
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "rule" for t in node.targets):
            yield from strings(node.value, local)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [k.value for k in node.keywords if k.arg == "rule"]
            for parameters in signatures.get(called, []):
                given += [a for a, name in zip(node.args, parameters, strict=False) if name == "rule"]
            yield from (name for value in given for name in strings(value, local))


def strings(value: ast.expr, known: Values) -> Iterator[str]:
    """The values a string expression can have; a placeholder is replaced by each of its known values."""
    match value:
        case ast.Constant(value=str(name)):
            yield name
        case ast.IfExp(body=yes, orelse=no):
            yield from [*strings(yes, known), *strings(no, known)]
        case ast.JoinedStr(values=parts):
            made = [""]
            for part in parts:
                words = known.get(ast.unparse(part.value), []) if isinstance(part, ast.FormattedValue) else None
                made = [m + w for m in made for w in (words if words is not None else strings(part, known))]
            yield from made


def test_the_rules_are_found_in_the_code() -> None:
    assert {"meet", "noun with", "act court", "taken to", "nominal", "passive", "transcript"} <= rule_names()
    assert {"interrupted_quotation", "content_cue_source"} <= rule_names()


@pytest.mark.parametrize("rule", sorted(rule_names()))
def test_every_rule_in_the_code_has_a_description(rule: str) -> None:
    assert any(describe_rule(kind, rule) for kind in KINDS)


def test_an_unknown_rule_is_shown_by_name() -> None:
    assert "   rule       unheard_of\n" in plain([msgspec.structs.replace(MET, rule="unheard_of")])


def test_codes_are_shown_with_their_names() -> None:
    third = msgspec.structs.replace(MET, cameo="044", plover=Plover(type="CONSULT", mode="third-party"))
    assert "   codes      CAMEO 044 Meet at a third location, PLOVER CONSULT-third-party\n" in plain([third])
    alone = msgspec.structs.replace(MET, plover=Plover(type="AGREE"))
    assert "   codes      PLOVER AGREE\n" in plain([alone])
    assert "   codes " not in plain([MET])


def test_an_unknown_code_is_shown_without_a_name() -> None:
    assert "   codes      CAMEO 999\n" in plain([msgspec.structs.replace(MET, cameo="999")])


@pytest.mark.parametrize("complement", get_args(Complement))
@pytest.mark.parametrize("subject", ["source_cue", "coordinated", "relative", "participle", "chained", "purpose"])
def test_every_subject_is_described_with_every_complement(subject: str, complement: str) -> None:
    assert "; the content is " in describe_rule("statement", f"{subject}_{complement}")


def test_every_event_of_the_demo_and_the_golden_articles_can_be_explain_events() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "golden").glob("*.txt")]
    texts += ["\n\n".join(story.paragraphs) for story in load_stories()]
    for text in texts:
        events = extract_events(Article(id="a", url="", text=text, language="en"))
        assert len(list(explain_events(events, text, colours=False))) == len(events)
        assert all(describe_rule(kind_of(event), event.rule) for event in events)
