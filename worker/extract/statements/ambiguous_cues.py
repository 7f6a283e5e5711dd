"""The act of cues whose act depends on speaker or content: "demand", "propose", "warn"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document

if TYPE_CHECKING:
    from worker.extract.statements.candidate import StatementCandidate
    from worker.extract.statements.phrase_kinds import TokenRange
    from worker.schema import Act, Actor


def act_of_ambiguous_cue(doc: Document, candidate: StatementCandidate, speaker: Actor | None) -> Act:
    """Return the act of a candidate whose cue names an act: that of the cue, unless speaker or content give another."""
    if candidate.act == "demand":
        if _is_question(doc, candidate.content[0]):
            return "ask"
        return "announce" if _proposes_own_plan(doc, candidate, speaker) else "demand"
    if candidate.act == "threaten" and _is_warning(doc, candidate):
        return _act_of_warning(doc, candidate)
    return candidate.act


def _proposes_own_plan(doc: Document, candidate: StatementCandidate, speaker: Actor | None) -> bool:
    """Return whether a government or office proposes, and so announces its own plan; others demand by a proposal."""
    if speaker is None or doc.lexicon.closed_classes.proposal_words.isdisjoint(doc.text.lower[slice(*candidate.cue)]):
        return False
    words = f"{speaker.role or ''} {speaker.name}".lower().replace(",", " ").split()
    executive = doc.lexicon.speaker_kinds.get("executive", frozenset())
    return speaker.type == "country" or not executive.isdisjoint([w.removesuffix("s") for w in words] + words)


def _act_of_warning(doc: Document, candidate: StatementCandidate) -> Act:
    """Return the act of "warned …": "demand", "threaten" or "say".

    "Warned them to leave" is a demand.  A condition, a harm or an act of the speaker makes a threat: "warned of strikes
    unless …", "that they would be sued", "that it would fire".  "Warned that snow was likely" only says.
    """
    text = doc.text
    starts = [text.lower[first : first + 2] for first, _ in candidate.content]  # a passive's content has two spans
    if any(start[0] in {"to", "against"} or start == ["not", "to"] for start in starts):
        return "demand"
    words = {word for start, last in candidate.content for word in text.lower[start:last]}
    closed, judgement = doc.lexicon.closed_classes, doc.lexicon.judgement
    if not words.isdisjoint(closed.threat_words) or not words.isdisjoint(judgement["harm"]):
        return "threaten"
    return "threaten" if _announces_own_act(doc, candidate) else "say"


def _is_warning(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether the cue is "warn" or "warning", which is a threat only with some contents."""
    warning = doc.lexicon.closed_classes.warning_words
    return not warning.isdisjoint(doc.text.lower[slice(*candidate.cue)])


def _announces_own_act(doc: Document, candidate: StatementCandidate) -> bool:
    """Return whether the content begins with a pronoun and a modal or verb of intention: "we will …"."""
    text = doc.text
    at, last = candidate.content[0]
    while at < last and (text.tags[at] == "PUNCT" or text.lower[at] == "that"):
        at += 1
    verb = doc.chunks.verb_group(at + 1) if at + 1 < last else None
    if verb is None or text.tags[at] != "PRP" or text.lower[at] in doc.lexicon.second_person:
        return False
    intends = verb.modal >= 0 and text.lower[verb.modal] in doc.lexicon.closed_classes.reported_promise_modals
    return intends or text.lower[verb.head] in doc.lexicon.attitudes["intentions"]


def _is_question(doc: Document, content: TokenRange) -> bool:
    """Return whether content asks for an answer: "(demanded) why …", "(demanded) to know whether …"."""
    first, last = content
    opening = doc.text.lower[first : min(first + 2, last)]
    return opening == ["to", "know"] or (opening[0] in doc.lexicon.wh_openers and opening[0] != "that")
