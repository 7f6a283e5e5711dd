"""The features of a statement's confidence.

A past-tense "the minister said" with a name as source and a full sentence as content has a high confidence; "hopes",
an unresolved pronoun and one word of content have a low one.  The weights are in `lexicon/<language>_confidence.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.confidence import Features
    from worker.extract.document import Document
    from worker.extract.statements.candidate import StatementCandidate
    from worker.schema import Actor, Quotation

RESOLUTION = "resolution"
"""Feature group of the speaker's resolution.  Weighted by hand: too few annotated articles name the speaker."""
_LONG_SOURCE = 6
"""Words above which a source counts as long."""
_LENGTHS = ((1, "one word"), (3, "2-3 words"), (7, "4-7 words"), (15, "8-15 words"), (40, "16-40 words"))
"""Upper limit in words -> value of the feature "content"."""
_FORMS = {"VBD": "past", "VBZ": "present", "VBP": "present", "VBG": "participle", "VBN": "past participle"}
"""Part-of-speech tag of a one-word cue -> value of the feature "form"."""


def statement_features(
    doc: Document, candidate: StatementCandidate, speaker: Actor | None, quotation: Quotation
) -> Features:
    """Return the features of a candidate's confidence, group -> value.

    `speaker` is the resolved source, None where there is none.  The group "resolution" is present only where the
    reference is doubtful.
    """
    words = sum([w[0].isalnum() for first, last in candidate.content for w in doc.text.words[first:last]])
    return {
        "rule": candidate.rule,
        "cue": _cue(doc, candidate),
        "form": _form(doc, candidate),
        "speaker": _speaker(doc, candidate, speaker),
        "quotation": quotation,
        "content": next((name for limit, name in _LENGTHS if words <= limit), "longer"),
        "kind": _kind(speaker),
        "place": "headline" if doc.text.paragraph_of[candidate.cue[0]] == 0 else "body",
        **({RESOLUTION: "ambiguous"} if candidate.source and doc.mentions.is_ambiguous(*candidate.source) else {}),
    }


def _kind(speaker: Actor | None) -> str:
    """Return the type of the speaker, with the number of words of a person's name, and whether a role is known."""
    if speaker is None:
        return "none"
    if speaker.type != "person":
        return speaker.type
    named = "full name" if " " in speaker.name else "one name"
    return f"{named} with role" if speaker.role else named


def _cue(doc: Document, candidate: StatementCandidate) -> str:
    """Return the lemma of the cue verb; "thought" or "other" where the cue is not in the lexicon."""
    words = doc.text.lower[slice(*candidate.cue)]
    known = (doc.lexicon.cues[word] for word in reversed(words) if word in doc.lexicon.cues)
    cue = next(known, None)
    if cue is None:
        return "thought" if candidate.thought else "other"
    return cue.lemma


def _form(doc: Document, candidate: StatementCandidate) -> str:
    """Return the tense or mood of the cue: "said", "says", "would say", "did not say", "to say"."""
    verb = doc.chunks.verb_group(candidate.cue[0])
    if verb is None:
        return "no verb"
    if verb.negated:
        return "negated"
    if verb.modal >= 0:
        return "modal"
    return _FORMS.get(doc.text.tags[verb.head], "other") if verb.last - verb.first == 1 else "several words"


def _speaker(doc: Document, candidate: StatementCandidate, speaker: Actor | None) -> str:
    """Return how the source refers to the speaker (pronoun, name, description) and whether it was resolved."""
    if candidate.source is None or speaker is None:
        return "none"
    first, last = candidate.source
    tags = doc.text.tags[first:last]
    resolved = speaker.mention is None or speaker.name != speaker.mention.text
    if tags[0] in {"PRP", "PRP$", "WP"}:
        return "pronoun" if resolved else "unresolved pronoun"
    form = "name" if "NNP" in tags else "description"
    if form == "description" and resolved:
        form = "described person"
    return f"long {form}" if last - first > _LONG_SOURCE else form
