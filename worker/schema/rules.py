"""Descriptions of the extraction rules, which events name in their field `rule`; the texts are in `rules.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from worker.schema.kinds import KINDS, Kind


@cache
def rule_descriptions() -> dict[Kind, dict[str, str]]:
    """Return kind -> name of a rule -> one line that describes its construction.

    A rule of a statement may have a name of two parts, "<subject>_<complement>"; its line is composed of both.  The
    rule of a scored decision is the kind of act that its verb or noun denotes: "verb order", "noun veto".
    """
    raw = files("worker.schema").joinpath("rules.toml").read_bytes()
    table = msgspec.toml.decode(raw, type=dict[str, dict[str, str]])
    subjects, complements = table["subject"].items(), table["complement"].items()
    pairs = {f"{s}_{c}": f"{subject}; {complement}" for s, subject in subjects for c, complement in complements}
    words = ("verb", "noun")
    acts = {f"{word} {name}": f"a {word} of {act}" for word in words for name, act in table["act_kind"].items()}
    composed: dict[Kind, dict[str, str]] = {"statement": pairs, "decision": acts}
    return {kind: composed.get(kind, {}) | table.get(kind, {}) for kind in KINDS}


def describe_rule(kind: Kind, rule: str) -> str:
    """Return the line that describes a rule; "" for a rule that `rules.toml` does not list (of another version)."""
    return rule_descriptions()[kind].get(rule, "")
