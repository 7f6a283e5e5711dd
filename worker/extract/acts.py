"""What a statement does where its cue only says that it was said: the act that its content performs.

"X said Oslo must pay" demands, "“We will pay,” X said" promises, "X said it was a disgrace" criticises, "X said Oslo
had lied" accuses.  Read off the first clause of a sentence of the content: its subject, its verb and its predicate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Doc
from worker.extract.sources import Range

if TYPE_CHECKING:
    from worker.extract.phrases import VerbGroup
    from worker.schema import Act

_PREDICATE = 5
"""Tokens after "is" in which its predicate stands: "is a very serious mistake"."""
_SENTENCES = 3
"""Sentences of a long quotation that are read."""
_NOBODY = frozenset(
    {"it", "there", "this", "that", "these", "those", "what", "which", "everything", "nothing", "something"}
)
_MARKERS = frozenset({"let", "look", "listen", "watch", "see", "imagine", "say", "take", "thank", "welcome"})
_OBLIGED = frozenset({"must", "should", "ought"})
_NEEDED = frozenset({"need", "needs", "has", "have"})
_WILL = frozenset({"will", "'ll", "shall"})
_WOULD = frozenset({"would", "'d", *_WILL})


def act_of_content(doc: Doc, pieces: list[Range], *, of_person: bool) -> Act:
    """Return the act of the first sentence of the content that performs one; "say" where none does.

    `of_person`: the speaker is a person or group, so that "he" and "they" may be the speaker's own.
    """
    for first, last in _clauses(doc, pieces):
        act = _act(doc, first, last, of_person=of_person)
        if act is not None:
            return act
    return "say"


def _clauses(doc: Doc, pieces: list[Range]) -> list[Range]:
    """The content cut at sentence stops, and without what opens it: marks, "that", "and"."""
    text, found = doc.text, []
    for first, last in pieces:
        start = first
        for at in range(first, last):
            if text.words[at] in {".", "!", "?", ";"} or at == last - 1:
                while start < at and (text.tags[start] in {"PUNCT", "CC"} or text.lower[start] == "that"):
                    start += 1
                found.append((start, at + 1))
                start = at + 1
                if len(found) == _SENTENCES:
                    return found
    return found


def _act(doc: Doc, first: int, last: int, *, of_person: bool) -> Act | None:
    text = doc.text
    verb = next((v for i in range(first, last) if (v := doc.phrases.verb(i)) is not None and v.finite), None)
    if verb is None or any(text.tags[i] in {"SC", "WP"} for i in range(first, verb.first)):
        return None  # "If it rains …", "what we need …"
    subject = doc.phrases.noun(verb.first - 1) if verb.first > first else None
    if subject is None:
        bare = verb.first == first and text.tags[verb.head] == "VB" and verb.modal < 0
        return "demand" if bare and text.quoted[first] >= 0 and not _is_marker(doc, text.lower[first]) else None
    word = text.lower[subject.head]
    if word in {"i", "we"} or (of_person and word in {"he", "she", "they"} and text.quoted[verb.head] < 0):
        return _own(doc, verb, word)
    if _obliges(doc, verb):
        return "demand"
    if any(text.lower[i] in doc.lexicon.negations for i in range(first, verb.first)):
        return None  # "not one of them is a criminal"
    return _judgement(doc, verb, last, of_somebody=word not in _NOBODY)


def _own(doc: Doc, verb: VerbGroup, word: str) -> Act | None:
    """What one says of oneself: a promise, or with "we must" a demand."""
    if word == "we" and _obliges(doc, verb):
        return "demand"
    modal = doc.text.lower[verb.modal] if verb.modal >= 0 else ""
    state = doc.text.lower[verb.head] in doc.lexicon.be or doc.text.lower[verb.head] in doc.lexicon.have
    wills = modal in (_WILL if doc.text.quoted[verb.head] >= 0 else _WOULD)
    speaks = doc.text.lower[verb.head] in doc.lexicon.cues  # "I will tell you"
    return "promise" if wills and not (verb.negated or state or speaks) else None


def _is_marker(doc: Doc, word: str) -> bool:
    """Tell "Look, …" and "Remember that …" from an imperative that asks for a deed."""
    cue = doc.lexicon.cues.get(word)
    return word in _MARKERS or (cue is not None and cue.thought)


def _obliges(doc: Doc, verb: VerbGroup) -> bool:
    """ "must", "should", "ought to", "needs to", "has to"."""
    text = doc.text
    if verb.modal >= 0:
        return text.lower[verb.modal] in _OBLIGED
    following = doc.phrases.verb(verb.last) if verb.last < len(text.words) else None
    return text.lower[verb.head] in _NEEDED and following is not None and following.infinitive


def _judgement(doc: Doc, verb: VerbGroup, last: int, *, of_somebody: bool) -> Act | None:
    """ "lied", "is a disgrace", "was not fit"; what is merely good ("it is a great day") praises nobody."""
    text, judged = doc.text, doc.lexicon.judgement
    head = text.lower[verb.head]
    if head in judged["wrong"] and not verb.negated and not verb.passive and verb.modal < 0:
        return "accuse"
    if head not in doc.lexicon.be:
        return None
    at = verb.last
    negated = verb.negated or (at < last and text.lower[at] in doc.lexicon.negations)
    for i in range(at, min(at + _PREDICATE, last)):
        word = text.lower[i]
        if word in judged["bad"]:
            return None if negated else "criticise"
        if word in judged["good"]:
            return None if not of_somebody else "criticise" if negated else "praise"
        if text.tags[i] not in {"DT", "RB", "JJ", "CC", "PUNCT"}:
            break
    return None
