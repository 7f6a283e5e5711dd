"""Names: the metaphors that were replaced do not come back, and each class has one home."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages import ROOT

WORKER = ROOT / "worker"
PYTHON = sorted(WORKER.rglob("*.py"))
JAVASCRIPT = sorted((WORKER / "gateway" / "web").rglob("*.js"))


def words(text: str) -> set[str]:
    """Return the words of a text."""
    return set(text.split())


RETIRED_MODULES = words(
    """
    account answers asking authors batch bodies circumstances clusters collectives counted denotations digest
    discourse door embedded endings evidence figures finds fleet forwarding frames grades handling health_eyes
    hearsay hub identities ids institutions items limits log nominals occasions openings outlook
    overview parenthesis parentheses patience people people_lexicon persons place plan position pulse readers
    report resumptions run screen settling site spellings stretches surroundings tables tag_lines tally turns
    view vitals walks warm
    """
)
"""Module names of the first layout: each was a metaphor, or named the wrong thing."""
KEPT_MODULES = {"schema/fleet", "cli/run", "demo/site", "cli/batch", "fetch/addresses"}
"""Modules that bear such a name in its usual sense."""

RETIRED = words(
    """
    Pulse Part MARGIN_S trouble Beat Trouble Letter BEAT_S SILENT_S FORGOTTEN_S Heart farewell survey tell_of
    Eyes watched Look _turning counted surroundings Surroundings SURROUNDINGS Digest Lap Settling Handling
    tell_end patience persist REFUSALS AWAY PATIENCE_S browse Extent Restorable unfit Alone Shared _let_go
    _looked_at Asking Asked Turns Turn take_turn give_back Door LEFT OPEN asked_as limited_as Choirs Choir
    asked_filter asked_place asked_word asked_number Tally _doubted _unsure BEGUN_ANEW spelt Placed Item Ending
    lean FOR_GOOD Figures Account Post _judge Gone Collector Folder abandon spoken alarming Feed _Told Putting
    recorded Complaints exported WORTH_ANOTHER_TRY heeding _learn means Votes _Ballot _Signs FURNITURE Linked
    Mistake Wanted Unrecorded bury put_off move_due Find Traits Mood Denotations Identities Discourse Bodies
    Walk
    Answer Begin Client Content Fleet History Hub Lag Place Position Reader Report Screen Watch Window Word _enter
    _hold _more _round account announcements asking beat circle collectives credits denotations event_tables floor
    forwarding hearsay house hub identities lap lexicon_people lexicon_tables lose nominals occasions openings outlook
    past_tense people_lexicon resumptions rewind speaker_after stretches subject_before tag_lines tally ties traits
    walks warm word_classes
    """
)
"""Classes, functions, methods and constants by their former names, as far as the name has no usual sense."""

RETIRED_JAVASCRIPT = {"circle", "line", "marks", "picture", "ties", "words"}


def definitions(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines at any depth: classes, functions, assigned names and fields."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.arg():
                yield node.arg


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(WORKER)))
def test_no_retired_name_is_defined(path: Path) -> None:
    assert set(definitions(ast.parse(path.read_text(encoding="utf-8")))) & RETIRED == set()


def test_no_module_has_a_retired_name() -> None:
    modules = {str(path.relative_to(WORKER).with_suffix("")) for path in PYTHON} - KEPT_MODULES
    assert {module for module in modules if module.rpartition("/")[2] in RETIRED_MODULES} == set()


def test_no_javascript_module_has_a_retired_name() -> None:
    assert {path.stem for path in JAVASCRIPT} & RETIRED_JAVASCRIPT == set()


def test_every_class_has_one_home() -> None:
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for path in PYTHON:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name.lstrip("_")].add(str(path.relative_to(WORKER)))
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}


def test_every_public_constant_has_one_home() -> None:
    homes: defaultdict[str, set[str]] = defaultdict(set)
    for path in PYTHON:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                    homes[name].add(str(path.relative_to(WORKER)))
    shared = {name for name, found in homes.items() if len(found) > 1 and not name.startswith("_")}
    assert shared - {"T", "log"} == set()  # a type variable, and each module's logger


MARKS = re.compile(r"\b(?:anew|of ours|for good|fell silent|farewell|whoever)\b")


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name)
def test_the_pages_are_free_of_the_old_idiom(page: Path) -> None:
    assert MARKS.findall(page.read_text(encoding="utf-8")) == []
