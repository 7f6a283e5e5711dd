"""What a statement does where its cue only says that it was said: the act that its content performs.

"X said Oslo must pay" demands, "“We will pay,” X said" promises, "X said it was a disgrace" criticises, "X said Oslo
had lied" accuses.  Read off the first clause of a sentence of the content: its subject, its verb and its predicate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_party
from worker.extract.statements.source.preverbal_subject import preverbal_subject

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.lexicon import Cue
    from worker.extract.statements.candidate import StatementCandidate
    from worker.schema import Act, Actor

_PREDICATE = 8
"""Tokens after "is" in which its predicate stands: "is a “very serious and costly mistake”"."""
_SENTENCES = 3
"""Sentences of a long quotation that are read."""


def act_of_statement(doc: Document, candidate: StatementCandidate, speaker: Actor | None) -> Act:
    """The cue's act; of one that only says so, and is no thought, the content's."""
    if candidate.act != "say":
        return candidate.act
    of_person = speaker is not None and speaker.type not in {"organisation", "country"}
    if _is_refusal(doc, candidate.content[0][0], of_person=of_person):
        return "decline"
    return "say" if candidate.thought else act_of_content(doc, candidate.content, of_person=of_person)


def act_of_cue(doc: Document, verb: VerbGroup, cue: Cue) -> Act:
    """The cue's act; "would not say", "neither confirmed nor denied" and "refused to comment" decline."""
    if cue.act == "deny" and doc.text.lower[max(0, verb.first - 1)] == "nor":
        return "decline"
    if (
        verb.negated
        and verb.modal >= 0
        and cue.act == "say"
        and doc.text.lower[verb.modal] in doc.lexicon.closed_classes.refusal_modals
    ):
        return "decline"
    return cue.act


def _is_refusal(doc: Document, first: int, *, of_person: bool) -> bool:
    """Whether content opens with the speaker's own refusal: "(that) they will not attend", "“We won't sign”".

    "It" is a ministry's own, but no person's.
    """
    text = doc.text
    at = first
    while at < len(text.words) and (text.words[at] in doc.lexicon.quotation_marks or text.lower[at] == "that"):
        at += 1
    if at >= len(text.words) or text.tags[at] != "PRP" or text.lower[at] in doc.lexicon.second_person:
        return False
    if of_person and text.lower[at] == "it":
        return False
    verb = doc.chunks.verb_group(at + 1) if at + 1 < len(text.words) else None
    return (
        verb is not None
        and verb.negated
        and verb.modal >= 0
        and text.lower[verb.modal] in doc.lexicon.closed_classes.refusal_modals
    )


def act_of_content(doc: Document, content: list[TokenRange], *, of_person: bool) -> Act:
    """Return the act of the first sentence of the content that performs one; "say" where none does.

    `of_person`: the speaker is a person or group, so that "he" and "they" may be the speaker's own.
    """
    for first, last in _clauses(doc, content):
        if doc.text.words[last - 1] == "?":
            continue
        act = _act(doc, first, last, of_person=of_person)
        if act is not None:
            return act
    first, last = content[-1]
    return _predicative(doc, first, last) or "say"


def _predicative(doc: Document, first: int, last: int) -> Act | None:
    """ "(called) the plan | a farce", "(described) Oslo | as a great success": what is said of an object."""
    text, judgements = doc.text, doc.lexicon.judgement
    thing = doc.chunks.noun_phrase(first)
    if thing is None or thing.last >= last or doc.chunks.has_finite_verb(first, last):
        return None
    at = next((i for i in range(thing.last, last) if text.lower[i] == "as"), thing.last)
    following = doc.chunks.noun_phrase(at)
    if text.lower[at] != "as" and text.quotation_of[at] < 0 and (following is None or following.first != at):
        return None
    for i in range(at, min(at + _PREDICATE, last)):
        if text.lower[i] in judgements["bad"]:
            return "criticise"
        if text.lower[i] in judgements["good"]:
            return "praise"
    return None


def _clauses(doc: Document, content: list[TokenRange]) -> list[TokenRange]:
    """The content cut at sentence stops, and without what opens it: marks, "that", "and"."""
    text, found = doc.text, []
    for first, last in content:
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


def _act(doc: Document, first: int, last: int, *, of_person: bool) -> Act | None:
    """The first act that a finite verb of the sentence performs; what is only supposed performs none."""
    text, at = doc.text, first
    while at < last:
        verb = doc.chunks.verb_group(at)
        if text.tags[at] in {"SC", "WP"} and (
            text.lower[at] in doc.lexicon.closed_classes.hypothetical_subordinators or at == first
        ):
            at = _clause_end(doc, at, last)  # "If it rains …", "what we need …"
            continue
        if verb is not None and verb.finite:
            act = _act_of(doc, verb, first, last, of_person=of_person)
            if act is not None:
                return act
        at = max(at + 1, verb.last if verb is not None else 0)
    return None


def _clause_end(doc: Document, at: int, last: int) -> int:
    while at < last and doc.text.words[at] != ",":
        at += 1
    return at + 1


def _act_of(doc: Document, verb: VerbGroup, first: int, last: int, *, of_person: bool) -> Act | None:
    text = doc.text
    subject = _subject(doc, verb, first)
    if subject is None:
        bare = verb.first == first and text.tags[verb.head] == "VB" and verb.modal < 0
        return "demand" if bare and text.quotation_of[first] >= 0 and not _is_marker(doc, text.lower[first]) else None
    word = text.lower[subject.head]
    own = {"he", "she", "they"} if of_person else {"it"}
    if word in {"i", "we"} or (
        word in own and text.quotation_of[verb.head] < 0 and _is_first(doc, first, subject.first)
    ):
        act = _own(doc, verb, word)
        if act is not None or word != "it":
            return act
    if _obliges(doc, verb) or (word == "it" and _is_necessary(doc, verb, last)):
        return "demand"
    if any(text.lower[i] in doc.lexicon.negations for i in range(first, verb.first)):
        return None  # "not one of them is a criminal"
    return _judgement(
        doc,
        verb,
        last,
        of_somebody=word not in doc.lexicon.closed_classes.impersonal_subjects,
        of_party=is_party(doc, subject),
    )


def _is_first(doc: Document, first: int, subject: int) -> bool:
    """Whether no clause stands before a subject, so that "it" can only be the speaker."""
    return not doc.chunks.has_finite_verb(first, subject)


def _subject(doc: Document, verb: VerbGroup, first: int) -> NounPhrase | None:
    """The verb's subject, also over an aside and where a quotation parts the verb: "Oslo had “made a mistake”"."""
    text, at = doc.text, verb.first - 1
    if at > first and text.words[at] in doc.lexicon.quotation_marks:
        auxiliary = doc.chunks.verb_group(at - 1)
        verb = auxiliary if auxiliary is not None else verb
    source = preverbal_subject(doc, verb, first) if verb.first > first else None
    return doc.chunks.noun_phrase(source[0]) if source is not None else None


def _own(doc: Document, verb: VerbGroup, word: str) -> Act | None:
    """What one says of oneself: a promise, a denial, what "we condemn" performs, or with "we must" a demand."""
    text = doc.text
    if word == "we" and _obliges(doc, verb):
        return "demand"
    modal = text.lower[verb.modal] if verb.modal >= 0 else ""
    state = text.lower[verb.head] in doc.lexicon.be or text.lower[verb.head] in doc.lexicon.have
    cue = cue_of_verb(doc, verb)
    if modal:
        closed = doc.lexicon.closed_classes
        wills = modal in (
            closed.promise_modals if text.quotation_of[verb.head] >= 0 else closed.reported_promise_modals
        )
        tells = cue is not None and cue.act == "say" and text.quotation_of[verb.head] >= 0  # "I will tell you"
        return "promise" if wills and not (verb.negated or state or tells) else None
    if word in {"i", "we"} and cue is not None and not (verb.negated or cue.thought or cue.act == "say"):
        return cue.act if text.tags[verb.head] in {"VB", "VBP", "VBG"} else None
    past = text.lower[verb.first] in {"did", "had"} or text.tags[verb.head] == "VBD"
    return "deny" if verb.negated and past and cue is None and not state else None


def _is_necessary(doc: Document, verb: VerbGroup, last: int) -> bool:
    """ "It is essential that …", "it is time to …"."""
    at = verb.last
    while at < last and doc.text.tags[at] == "RB":
        at += 1
    is_ = doc.text.lower[verb.head] in doc.lexicon.be and not verb.negated
    return is_ and at < last and doc.text.lower[at] in doc.lexicon.judgement["needed"]


def _is_marker(doc: Document, word: str) -> bool:
    """Tell "Look, …" and "Remember that …" from an imperative that asks for a deed."""
    cue = doc.lexicon.cues.get(word)
    return word in doc.lexicon.closed_classes.discourse_markers or (cue is not None and cue.thought)


def _obliges(doc: Document, verb: VerbGroup) -> bool:
    """ "must", "should", "ought to", "needs to", "has to"."""
    text = doc.text
    if verb.modal >= 0:
        return text.lower[verb.modal] in doc.lexicon.closed_classes.obligation_modals
    following = doc.chunks.verb_group(verb.last) if verb.last < len(text.words) else None
    return (
        text.lower[verb.head] in doc.lexicon.closed_classes.need_verbs
        and following is not None
        and following.infinitive
    )


def _judgement(doc: Document, verb: VerbGroup, last: int, *, of_somebody: bool, of_party: bool) -> Act | None:
    """ "lied", "is a disgrace", "was not fit"; what is merely good ("it is a great day") praises nobody."""
    text, judgements = doc.text, doc.lexicon.judgement
    head = text.lower[verb.head]
    deeds = {head, _led_to(doc, verb)}
    if deeds & judgements["wrong"] and not verb.negated and not verb.passive and verb.modal < 0:
        return "accuse"
    if deeds & judgements["failing"] and not verb.negated and not verb.passive and verb.modal < 0 and of_party:
        return "criticise"
    if (
        verb.modal >= 0
        and text.lower[verb.modal] in doc.lexicon.closed_classes.reported_promise_modals
        and _is_harm(doc, verb)
    ):
        return "threaten"
    if head not in doc.lexicon.be and head not in judgements["copulas"]:
        return None
    at = verb.last
    negated = verb.negated or (at < last and text.lower[at] in doc.lexicon.negations)
    negated = negated or text.lower[at : at + 2] in (["anything", "but"], ["far", "from"])
    for i in range(at, min(at + _PREDICATE, last)):
        word = text.lower[i]
        if word in judgements["guilty"] and of_somebody:
            return None if negated else "accuse"
        if word in judgements["bad"]:
            return None if negated else "criticise"
        if word in judgements["good"]:
            return "criticise" if negated else "praise" if of_somebody else None
        if text.tags[i] not in {"DT", "RB", "JJ", "CC", "PUNCT"} and word not in {"anything", "but", "from"}:
            break
    return None


def _led_to(doc: Document, verb: VerbGroup) -> str:
    """The verb that one leads to: "is seeking | to undermine"; else ""."""
    led = doc.chunks.verb_group(verb.last) if doc.text.lower[verb.head] in doc.lexicon.subject_control_verbs else None
    return doc.text.lower[led.head] if led is not None and led.infinitive else ""


def _is_harm(doc: Document, verb: VerbGroup) -> bool:
    """ "will face trial", "would suffer the consequences"."""
    thing = doc.chunks.noun_phrase(verb.last) if not verb.negated else None
    return thing is not None and doc.text.lower[thing.head] in doc.lexicon.judgement["harm"]
