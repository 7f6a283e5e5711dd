"""What tells a sure statement from a doubtful one: the traits that its confidence is made of.

"The minister said" by a verb in the past, with a name for its source and a whole sentence for its content, is sure;
"hopes", a pronoun of nobody and a content of one word are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.confidence import Features
    from worker.extract.document import Document
    from worker.extract.statements.candidate import StatementCandidate
    from worker.schema import Actor, Quotation

RESOLUTION = "resolution"
"""Whom the speaker's words mean.  Annotated articles say only which words name the speaker: set by hand."""
_LONG_SOURCE = 6
"""Words from which a source is long."""
_LENGTHS = ((1, "one word"), (3, "2-3 words"), (7, "4-7 words"), (15, "8-15 words"), (40, "16-40 words"))
_FORMS = {"VBD": "past", "VBZ": "present", "VBP": "present", "VBG": "participle", "VBN": "past participle"}


def statement_features(
    doc: Document, find: StatementCandidate, speaker: Actor | None, quotation: Quotation
) -> Features:
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
        **({RESOLUTION: "doubtful"} if find.source and doc.mentions.is_ambiguous(*find.source) else {}),
    }


def _cue(doc: Document, find: StatementCandidate) -> str:
    """The lemma of the cue, or what the cue is where it is no verb that we know."""
    words = doc.text.lower[slice(*find.cue)]
    known = (doc.lexicon.cues[word] for word in reversed(words) if word in doc.lexicon.cues)
    cue = next(known, None)
    if cue is None:
        return "thought" if find.thought else "other"
    return cue.lemma


def _form(doc: Document, find: StatementCandidate) -> str:
    """The tense or mood of the cue: "said", "says", "would say", "did not say", "to say"."""
    verb = doc.chunks.verb_group(find.cue[0])
    if verb is None:
        return "no verb"
    if verb.negated:
        return "negated"
    if verb.modal >= 0:
        return "modal"
    return _FORMS.get(doc.text.tags[verb.head], "other") if verb.last - verb.first == 1 else "several words"


def _speaker(doc: Document, find: StatementCandidate, speaker: Actor | None) -> str:
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
