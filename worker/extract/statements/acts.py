"""The act of a statement: that of its cue, or the act that the content itself performs.

"X criticised Y" criticises by its cue.  Where the cue only says: "X said Oslo must pay" demands, "“We will pay,” X
said" promises, "X said it was a disgrace" criticises, "X said Oslo had lied" accuses.  The content's act is read from
the subject, verb and predicate of its main clauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.document import Document
from worker.extract.statements.ambiguous_cues import act_of_ambiguous_cue
from worker.extract.statements.content_clauses import clause_end, clause_subject, content_sentences
from worker.extract.statements.cues import cue_of_verb
from worker.extract.statements.phrase_kinds import TokenRange, is_party

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.cue_words import Cue
    from worker.extract.statements.candidate import StatementCandidate
    from worker.schema import Act, Actor

_PREDICATE = 8
"""Longest predicate that is read after "is", in tokens: "is a “very serious and costly mistake”"."""


def act_of_statement(doc: Document, candidate: StatementCandidate, speaker: Actor | None) -> Act:
    """Return the act of a statement: its cue's act, or the content's act if the cue is a neutral verb of speech.

    "decline" if the content opens with a refusal; "say" if neither cue nor content performs another act.
    """
    if candidate.act != "say":
        return act_of_ambiguous_cue(doc, candidate, speaker)
    of_person = speaker is not None and speaker.type not in {"organisation", "country"}
    if _opens_with_refusal(doc, candidate.content[0][0], of_person=of_person):
        return "decline"
    return "say" if candidate.thought else act_of_content(doc, candidate.content, of_person=of_person)


def act_of_cue(doc: Document, verb: VerbGroup, cue: Cue) -> Act:
    """Return the speech act of a verb that is a cue: the act listed for the cue, or "decline" for a refusal to speak.

    "Would not say" and "neither confirmed nor denied" have the act "decline".
    """
    if cue.act == "deny" and doc.text.lower[max(0, verb.first - 1)] == "nor":
        return "decline"
    following = (
        doc.chunks.noun_phrase(verb.last)
        if cue.lemma in doc.lexicon.closed_classes.dismissal_verbs and not verb.negated
        else None
    )
    if following is not None and doc.text.lower[following.head] in doc.lexicon.judgement["claims"]:
        return "deny"  # "rejected the claim that …"
    if cue.lemma in doc.lexicon.closed_classes.insistence_verbs and _governs_subjunctive(doc, verb):
        return "demand"
    if verb.negated and verb.modal >= 0 and cue.lemma in doc.lexicon.deeds["withheld"]:
        return "decline"  # "could not say when"
    if (
        verb.negated
        and verb.modal >= 0
        and cue.act == "say"
        and doc.text.lower[verb.modal] in doc.lexicon.closed_classes.refusal_modals
    ):
        return "decline"
    return cue.act


def _governs_subjunctive(doc: Document, verb: VerbGroup) -> bool:
    """Return whether a that-clause with a base form follows the verb: "insisted | that the court release her"."""
    text, at = doc.text, verb.last
    if text.lower[at : at + 1] != ["that"]:
        return False
    following = next((v for i in range(at + 1, min(at + _PREDICATE, len(text.words)))
                      if (v := doc.chunks.verb_group(i)) is not None), None)  # fmt: skip
    subject = doc.chunks.noun_phrase(following.first - 1) if following is not None else None
    bare = following is not None and text.tags[following.head] == "VB" and following.first == following.head
    return bare and subject is not None and text.tags[subject.head] not in {"NNS", "PRP"}


def _opens_with_refusal(doc: Document, first: int, *, of_person: bool) -> bool:
    """Return whether content opens with the speaker's refusal: "(that) they will not attend", "“We won't sign”".

    "It" refers to the speaker only if the speaker is no person (a ministry).
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
    """Return the act of the first clause of the content that performs one; "say" where none does.

    `of_person`: the speaker is a person or group, so "he" and "they" may refer to the speaker.  Questions are skipped.
    """
    for first, last in content_sentences(doc, content):
        if doc.text.words[last - 1] == "?":
            continue
        act = _act_of_sentence(doc, first, last, of_person=of_person)
        if act is not None:
            return act
    first, last = content[-1]
    return _act_of_predicate(doc, first, last) or "say"


def _act_of_predicate(doc: Document, first: int, last: int) -> Act | None:
    """Return "criticise" or "praise" if the tokens `first` up to `last` are an object and a judgement of it; else None.

    "(called) the plan | a farce", "(described) Oslo | as lost".
    """
    text, judgements = doc.text, doc.lexicon.judgement
    noun_phrase = doc.chunks.noun_phrase(first)
    if noun_phrase is None or noun_phrase.last >= last or doc.chunks.has_finite_verb(first, last):
        return None
    at = next((i for i in range(noun_phrase.last, last) if text.lower[i] == "as"), noun_phrase.last)
    following = doc.chunks.noun_phrase(at)
    if text.lower[at] != "as" and text.quotation_of[at] < 0 and (following is None or following.first != at):
        return None
    for i in range(at, min(at + _PREDICATE, last)):
        if text.lower[i] in judgements["bad"]:
            return "criticise"
        if text.lower[i] in judgements["good"]:
            return "praise"
    return None


def _act_of_sentence(doc: Document, first: int, last: int, *, of_person: bool) -> Act | None:
    """Return the act of the first finite verb of the sentence that performs one.

    A conditional clause, and a subordinate clause that opens the sentence, are skipped up to the next comma.
    """
    text, at = doc.text, first
    negation = next((i for i in range(first, last) if text.lower[i] in doc.lexicon.negations), last)
    while at < last:
        verb = doc.chunks.verb_group(at)
        if text.tags[at] in {"SC", "WP"} and (
            text.lower[at] in doc.lexicon.closed_classes.hypothetical_subordinators or at == first
        ):
            opens, at = at == first, clause_end(doc, at, last)  # "If it rains …", "what we need …"
            first = at if opens else first
            continue
        if verb is not None and verb.finite:
            act = _act_of_clause_verb(doc, verb, first, last, of_person=of_person, negated=negation < verb.first)
            if act is not None:
                return act
        at = max(at + 1, verb.last if verb is not None else 0)
    return None


def _act_of_clause_verb(
    doc: Document, verb: VerbGroup, first: int, last: int, *, of_person: bool, negated: bool
) -> Act | None:
    """Return the act of a finite verb with its subject and predicate; None if there is none.

    `negated`: a negation precedes the verb in its sentence, the tokens `first` up to `last`.  A quoted sentence that
    opens with a base form is an imperative and demands.
    """
    text = doc.text
    subject = clause_subject(doc, verb, first)
    if subject is None:
        bare = verb.first == first and text.tags[verb.head] == "VB" and verb.modal < 0
        return (
            "demand"
            if bare and text.quotation_of[first] >= 0 and not _is_discourse_marker(doc, text.lower[first])
            else None
        )
    word = text.lower[subject.head]
    own_pronouns = {"he", "she", "they"} if of_person else {"it"}
    if word in {"i", "we"} or (
        word in own_pronouns and text.quotation_of[verb.head] < 0 and _is_first_clause(doc, first, subject.first)
    ):
        act = _act_of_own_deed(doc, verb, word)
        if act is not None or word != "it":
            return act
    if _expresses_obligation(doc, verb) or (word == "it" and _expresses_necessity(doc, verb, last)):
        return "demand"
    if negated:
        return None  # "not one of them is a criminal"
    return _act_of_judgement(
        doc,
        verb,
        last,
        of_referent=word not in doc.lexicon.closed_classes.impersonal_subjects,
        of_party=is_party(doc, subject),
    )


def _is_first_clause(doc: Document, first: int, subject: int) -> bool:
    """Return whether no finite verb precedes the subject, so that "it" can only be the speaker."""
    return not doc.chunks.has_finite_verb(first, subject)


def _act_of_own_deed(doc: Document, verb: VerbGroup, word: str) -> Act | None:
    """Return the act of a clause about the speaker: a promise, a denial, or the performed act ("we condemn").

    "We must" demands.  `word` is the subject pronoun.
    """
    text = doc.text
    if word == "we" and _expresses_obligation(doc, verb):
        return "demand"
    modal = text.lower[verb.modal] if verb.modal >= 0 else ""
    state = text.lower[verb.head] in doc.lexicon.be or text.lower[verb.head] in doc.lexicon.have
    cue = cue_of_verb(doc, verb)
    if modal:
        closed = doc.lexicon.closed_classes
        intends = modal in (
            closed.promise_modals if text.quotation_of[verb.head] >= 0 else closed.reported_promise_modals
        )
        only_says = cue is not None and cue.act == "say" and text.quotation_of[verb.head] >= 0  # "I will tell you"
        return "promise" if intends and not (verb.negated or state or only_says) else None
    if word in {"i", "we"} and cue is not None and not (verb.negated or cue.thought or cue.act == "say"):
        return cue.act if text.tags[verb.head] in {"VB", "VBP", "VBG"} else None
    past = text.lower[verb.first] == "had" or text.tags[verb.head] == "VBD"  # "had not taken it", "never took it"
    return "deny" if verb.negated and past and cue is None and not state else None


def _expresses_necessity(doc: Document, verb: VerbGroup, last: int) -> bool:
    """Return whether the verb's predicate is a necessity: "It is essential that …", "it is time to …"."""
    at = verb.last
    while at < last and doc.text.tags[at] == "RB":
        at += 1
    affirmed = doc.text.lower[verb.head] in doc.lexicon.be and not verb.negated
    return affirmed and at < last and doc.text.lower[at] in doc.lexicon.judgement["needed"]


def _is_discourse_marker(doc: Document, word: str) -> bool:
    """Return whether an imperative is no demand: "Look, …", "Remember that …"."""
    cue = doc.lexicon.cues.get(word)
    return word in doc.lexicon.closed_classes.discourse_markers or (cue is not None and cue.thought)


def _expresses_obligation(doc: Document, verb: VerbGroup) -> bool:
    """Return whether the verb expresses an obligation: "must", "should", "ought to", "needs to", "has to"."""
    text = doc.text
    if verb.modal >= 0:
        return text.lower[verb.modal] in doc.lexicon.closed_classes.obligation_modals
    following = doc.chunks.verb_group(verb.last) if verb.last < len(text.words) else None
    return (
        text.lower[verb.head] in doc.lexicon.closed_classes.need_verbs
        and following is not None
        and following.infinitive
    )


def _act_of_judgement(doc: Document, verb: VerbGroup, last: int, *, of_referent: bool, of_party: bool) -> Act | None:
    """Return the act of a judgement: "lied" accuses, "is a disgrace" and "was not fit" criticise, "is a hero" praises.

    `of_referent` is False for an impersonal subject: "it is a great day" praises no one.  `of_party`: the subject is a
    person, group or organisation.
    """
    text, judgements = doc.text, doc.lexicon.judgement
    head = text.lower[verb.head]
    verbs = {head, _chained_infinitive(doc, verb)}
    if verbs & judgements["wrong"] and not verb.negated and not verb.passive and verb.modal < 0 and of_party:
        return "accuse"
    if verbs & judgements["failing"] and not verb.negated and not verb.passive and verb.modal < 0 and of_party:
        return "criticise"
    if (
        verb.modal >= 0
        and text.lower[verb.modal] in doc.lexicon.closed_classes.reported_promise_modals
        and _has_harm_as_object(doc, verb)
    ):
        return "threaten"
    if head not in doc.lexicon.be and head not in judgements["copulas"]:
        return None
    at = verb.last
    negated = verb.negated or (at < last and text.lower[at] in doc.lexicon.negations)
    negated = negated or text.lower[at : at + 2] in (["anything", "but"], ["far", "from"])
    for i in range(at, min(at + _PREDICATE, last)):
        word = text.lower[i]
        negated = negated or word in doc.lexicon.negations  # "is actually not so crazy"
        if word in judgements["guilty"] and of_referent:
            return None if negated else "accuse"
        if word in judgements["bad"]:
            return None if negated else "criticise"
        if word in judgements["good"]:
            return "criticise" if negated else "praise" if of_referent else None
        if text.tags[i] not in {"DT", "RB", "JJ", "CC", "PUNCT"} and word not in {"anything", "but", "from"}:
            break
    return None


def _chained_infinitive(doc: Document, verb: VerbGroup) -> str:
    """Return the infinitive that the verb governs: "is seeking | to undermine"; "" if it governs none."""
    infinitive = (
        doc.chunks.verb_group(verb.last) if doc.text.lower[verb.head] in doc.lexicon.subject_control_verbs else None
    )
    return doc.text.lower[infinitive.head] if infinitive is not None and infinitive.infinitive else ""


def _has_harm_as_object(doc: Document, verb: VerbGroup) -> bool:
    """Return whether the verb's object is a harm: "will face trial", "would suffer the consequences"."""
    affected = doc.chunks.noun_phrase(verb.last) if not verb.negated else None
    return affected is not None and doc.text.lower[affected.head] in doc.lexicon.judgement["harm"]
