"""The page's files: references resolve, nothing is loaded from other hosts, labels match the schema."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from worker.coding.ontology import CAMEO
from worker.gateway.assets import CONTENT_SECURITY_POLICY, WEB
from worker.gateway.spec.vocabulary import make_vocabulary
from worker.schema import KINDS, Act, DecisionStatus, MeetingStatus
from worker.schema.fleet import HEARTBEAT_TIMEOUT_S
from worker.schema.rules import describe_rule

INDEX = (WEB / "index.html").read_text(encoding="utf-8")
MODULES = sorted(path for path in WEB.glob("*.js") if path.name != "theme.js")
SOURCES = sorted(path for path in WEB.rglob("*") if path.suffix in {".js", ".css", ".html"})


def test_every_file_that_index_html_names_exists() -> None:
    named = re.findall(r'(?:href|src)="static/([^"]+)"', INDEX)
    assert named
    assert [name for name in named if not (WEB / name).is_file()] == []


def test_every_module_is_preloaded() -> None:
    preloaded = set(re.findall(r'rel="modulepreload" href="static/([^"]+)"', INDEX))
    assert preloaded | {"main.js"} == {path.name for path in MODULES}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_imported_name_is_exported(path: Path) -> None:
    for names, module in re.findall(
        r'^import \{ ([^}]+) \} from "\./([^"]+)";$', path.read_text("utf-8"), re.MULTILINE
    ):
        exported = (WEB / module).read_text("utf-8")
        for name in names.split(", "):
            assert re.search(
                rf"^export (?:const|class|async function|function\*?|async function\*) {name}\b", exported, re.MULTILINE
            ), name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_other_hosts_and_no_string_becomes_markup(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    foreign = set(re.findall(r"(?:https?:|[\"(])//[a-z0-9.-]+\.[a-z]{2,}", source)) - {"http://www.w3.org"}
    assert not foreign
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source)


def test_the_page_has_no_inline_script_or_style() -> None:
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=", INDEX)


def test_the_content_security_policy_allows_only_this_server() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"


# ---------------------------------------------------------------- labels
def test_every_rule_is_described_as_in_the_terminal() -> None:
    told = make_vocabulary().rules
    assert set(told) == set(KINDS)
    assert all(words and words == describe_rule(kind, rule) for kind in KINDS for rule, words in told[kind].items())


def test_the_vocabulary_has_every_code_act_and_status() -> None:
    words = make_vocabulary()
    assert words.cameo.keys() == CAMEO.keys()
    assert words.acts == get_args(Act)
    assert words.statuses == {"meeting": get_args(MeetingStatus), "decision": get_args(DecisionStatus)}


def test_a_country_is_found_by_its_name_its_people_and_its_seat_of_government() -> None:
    places = make_vocabulary().places["en"]
    assert {places["Norway"], places["Norwegian"], places["Oslo"]} == {"NO"}


def test_the_heartbeat_timeout_is_that_of_the_fleet() -> None:
    [told] = re.findall(r"HEARTBEAT_TIMEOUT_S = (\d+);", (WEB / "health.js").read_text(encoding="utf-8"))
    assert float(told) == HEARTBEAT_TIMEOUT_S


def test_the_page_has_a_label_for_every_act_and_status() -> None:
    source = "".join((WEB / name).read_text(encoding="utf-8") for name in ("grammar.js", "labels.js"))
    known = set(re.findall(r"^  (\w+): (?:\"|\[\")", source, re.MULTILINE))
    assert {*get_args(Act), *get_args(MeetingStatus), *get_args(DecisionStatus)} <= known
