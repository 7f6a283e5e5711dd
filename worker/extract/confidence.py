"""How sure an event is: the probability that it is right, from what is known about how it was found.

A logistic model a kind of event.  What speaks for or against an event is a *trait*, a group and a value (rule:
according_to · speaker: pronoun); each adds its weight, in log-odds, to the bias.  A value without a weight adds
nothing.
The weights are data, `lexicons/<language>_confidence.toml`: those of statements are fitted to annotated articles by
`make calibrate`, so that of the events at 0.9 about nine in ten are right; those of meetings and decisions, which have
no such articles to be fitted to, are set by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import exp

import msgspec
from msgspec import Struct

from worker.extract.clusters import Candidate
from worker.extract.document import Doc
from worker.extract.finds import Find
from worker.schema import Actor, Quotation

Traits = dict[str, str]
"""Group -> value."""

RESOLUTION = "resolution"
"""Whom the speaker's words mean.  Annotated articles say only which words name the speaker: set by hand."""
_LEAST, _MOST = 0.01, 0.99
"""Nothing is certain, and two decimals are all that travels."""
_LONG_SOURCE = 6
"""Words from which a source is long."""
_LENGTHS = ((1, "one word"), (3, "2-3 words"), (7, "4-7 words"), (15, "8-15 words"), (40, "16-40 words"))
_FORMS = {"VBD": "past", "VBZ": "present", "VBP": "present", "VBG": "participle", "VBN": "past participle"}
_PARTIES = ("none", "one", "two", "more")


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights in log-odds; `bias` is that of an event without any trait that has one."""

    bias: float
    weights: dict[str, dict[str, float]] = {}
    """Group -> value -> weight."""

    def confidence(self, traits: Mapping[str, str]) -> float:
        """Return the probability that an event with these traits is right, to two decimals, inside (0, 1)."""
        odds = self.bias + sum(self.weights.get(group, {}).get(value, 0.0) for group, value in traits.items())
        return min(max(round(1 / (1 + exp(-odds)), 2), _LEAST), _MOST)


class Models(Struct, frozen=True, forbid_unknown_fields=True):
    """A language's file."""

    statement: Model
    meeting: Model
    decision: Model


@cache
def models(language: str) -> Models:
    """Return a language's models; every language with a lexicon has them."""
    file = files("worker.extract") / "lexicons" / f"{language}_confidence.toml"
    return msgspec.toml.decode(file.read_bytes(), type=Models)


# ---------------------------------------------------------------- statements
def statement_traits(doc: Doc, find: Find, speaker: Actor | None, quotation: Quotation) -> Traits:
    """Return what tells a sure statement from a doubtful one."""
    words = sum(doc.text.words[i][0].isalnum() for first, last in find.pieces for i in range(first, last))
    return {
        "rule": find.rule,
        "cue": _cue(doc, find),
        "form": _form(doc, find),
        "speaker": _speaker(doc, find, speaker),
        "quotation": quotation,
        "content": next((name for limit, name in _LENGTHS if words <= limit), "longer"),
        "place": "headline" if doc.text.paragraph_of[find.cue[0]] == 0 else "body",
        **({RESOLUTION: "doubtful"} if find.source and doc.mentions.doubtful(*find.source) else {}),
    }


def _cue(doc: Doc, find: Find) -> str:
    """The lemma of the cue, or what the cue is where it is no verb that we know."""
    words = doc.text.lower[slice(*find.cue)]
    known = (doc.lexicon.cues[word] for word in reversed(words) if word in doc.lexicon.cues)
    cue = next(known, None)
    if cue is None:
        return "thought" if find.thought else "other"
    return cue.lemma


def _form(doc: Doc, find: Find) -> str:
    """The tense or mood of the cue: "said", "says", "would say", "did not say", "to say"."""
    verb = doc.phrases.verb(find.cue[0])
    if verb is None:
        return "no verb"
    if verb.negated:
        return "negated"
    if verb.modal >= 0:
        return "modal"
    return _FORMS.get(doc.text.tags[verb.head], "other") if verb.last - verb.first == 1 else "several words"


def _speaker(doc: Doc, find: Find, speaker: Actor | None) -> str:
    """How the source names the speaker, and whether the article tells who is meant."""
    if find.source is None or speaker is None:
        return "none"
    first, last = find.source
    tags = doc.text.tags[first:last]
    resolved = speaker.mention is None or speaker.name != speaker.mention.text
    if tags[0] in {"PRP", "PRP$", "WP"}:
        return "pronoun" if resolved else "pronoun of nobody"
    form = "name" if "NNP" in tags else "description"
    if form == "description" and resolved:
        form = "described person"
    return f"long {form}" if last - first > _LONG_SOURCE else form


# ---------------------------------------------------------------- meetings and decisions
def candidate_traits(best: Candidate, status: str, mentions: int) -> Traits:
    """Return what tells a sure meeting or decision from a doubtful one."""
    return {
        "status": status,
        "parties": _PARTIES[min(len(best.parties), len(_PARTIES) - 1)],
        "told": "once" if mentions == 1 else "again",
    }
