"""Features by which the act of a statement is determined: its cue, its speaker, and the clauses of its content.

A feature is a string `group:value`.  The weights are learned from annotated articles (`tools/train_acts.py`).  Features
name classes of words, so that a word that no annotated article contains is judged as the others of its class.
If the cue names an act, the rules of `acts` decide.  If it is a neutral verb such as "say", the model decides
(`is_open`); the act that the rules derive from the content is one of its features.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from worker.extract.document import Document
from worker.extract.label_model import LabelModel
from worker.extract.lexicon.act_classes import load_act_classes, verb_lemmas
from worker.extract.statements.act_cue_features import cue_features
from worker.extract.statements.act_party_features import act_party_features
from worker.extract.statements.act_word_features import act_word_features
from worker.extract.statements.content_clauses import clauses_of_content
from worker.extract.statements.phrase_kinds import is_party

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses
    from worker.extract.statements.candidate import StatementCandidate
    from worker.schema import Act, Actor, Quotation

_TENSES = {"VBD": "past", "VBZ": "present", "VBP": "present", "VBN": "perfect", "VBG": "progressive", "VB": "base"}
_OWN_PRONOUNS = frozenset({"i", "we"})
_OTHER_PRONOUNS = frozenset({"he", "she", "they", "it"})


@cache
def load_act_model(language: str) -> LabelModel | None:
    """Return the model of acts of a language, read once per process; None if the language has none."""
    file = files("worker.extract") / "lexicon" / f"{language}_statement_act_weights.json"
    return msgspec.json.decode(file.read_bytes(), type=LabelModel) if file.is_file() else None


def is_open(doc: Document, candidate: StatementCandidate, ruled: Act) -> bool:
    """Return whether the model decides the act: the cue is neutral, and the rules find no act or an uncertain one.

    A promise is uncertain ("it will open" may be an announcement), and so is a demand with "must", "should" or "ought".
    """
    if candidate.act != "say" or candidate.thought:
        return False
    if ruled != "demand":
        return ruled in {"say", "promise"}
    obliging = doc.lexicon.closed_classes.obligation_modals
    return any(not obliging.isdisjoint(doc.text.lower[first:last]) for first, last in candidate.content)


def act_features(
    doc: Document, candidate: StatementCandidate, speaker: Actor | None, quotation: Quotation, ruled: Act
) -> set[str]:
    """Return the features of a statement's act; `ruled` is the act that the rules give."""
    side = _speaker_kind(doc, speaker)
    found = [f"rule:{ruled}", f"cue:{candidate.act}", f"cue+rule:{candidate.act}+{ruled}", f"quotation:{quotation}"]
    found += [f"side:{side}", f"side+rule:{side}+{ruled}", *cue_features(doc, candidate)]
    found += [*act_word_features(doc, candidate.content, speaker, side)]
    found += act_party_features(doc, candidate.content, speaker, side)
    classes = load_act_classes(doc.lexicon.language)
    for number, (subject, verb) in enumerate(clauses_of_content(doc, candidate.content)):
        clause = _clause_features(doc, subject, verb, speaker, classes)
        found += [f"first-{feature}" for feature in clause] if not number else []
        found += [f"any-{feature}" for feature in clause]
    return set(found)


def _speaker_kind(doc: Document, speaker: Actor | None) -> str:
    """Return the kind of the speaker by its role and name: "opposition", "executive", …; else its type, or "none"."""
    if speaker is None:
        return "none"
    words = set(f"{speaker.role or ''} {speaker.name}".lower().replace(",", " ").split())
    return next((kind for kind, listed in doc.lexicon.speaker_kinds.items() if words & listed), speaker.type)


def _clause_features(
    doc: Document, subject: NounPhrase | None, verb: VerbGroup, speaker: Actor | None, classes: ActClasses | None
) -> list[str]:
    """Return the features of one clause: subject, modality, classes of the verb, and pairs of them."""
    who, how = _subject_kind(doc, subject, speaker, quoted=doc.text.quotation_of[verb.head] >= 0), _modality(doc, verb)
    verbs = _verb_classes(doc, verb, classes)
    found = [f"subject:{who}", f"modality:{how}", f"subject+modality:{who}+{how}", *(f"verb:{kind}" for kind in verbs)]
    if verb.passive:
        found.append("voice:passive")
    return found


def _subject_kind(doc: Document, subject: NounPhrase | None, speaker: Actor | None, *, quoted: bool) -> str:
    """Return how the subject of a clause relates to the speaker: own, own body, other party, thing, impersonal."""
    if subject is None:
        return "none"
    text = doc.text
    word = text.lower[subject.head]
    if word in _OWN_PRONOUNS:
        return "own"
    if word in _OTHER_PRONOUNS:
        return "other" if quoted else "own"
    if word in doc.lexicon.closed_classes.impersonal_subjects:
        return "impersonal"
    if text.tags[subject.first] == "PRP$" and text.lower[subject.first] in doc.lexicon.closed_classes.own_possessives:
        return "own thing"
    if speaker is not None and _is_own_body(doc, subject, word, speaker):
        return "own body"
    if text.tags[subject.head] == "NNP":
        return "name"
    if word in doc.lexicon.organisation_heads:
        return "body"
    return "party" if is_party(doc, subject) else "thing"


def _is_own_body(doc: Document, subject: NounPhrase, word: str, speaker: Actor) -> bool:
    """Return whether the subject is the speaker's own body: its name, "the company", "the government" of a minister."""
    if doc.text.slice(subject.first, subject.last).lower().removeprefix("the ") in _names(speaker):
        return True
    office = word in doc.lexicon.closed_classes.own_state_nouns and _speaker_kind(doc, speaker) in {
        "executive",
        "spokesman",
    }
    return office or (speaker.type != "person" and word in doc.lexicon.closed_classes.own_body_nouns)


def _names(speaker: Actor) -> set[str]:
    """Return names by which content may refer to the speaker or its body."""
    role = (speaker.role or "").lower()
    return {speaker.name.lower(), *speaker.name.lower().split(), *role.split()}


def _modality(doc: Document, verb: VerbGroup) -> str:
    """Return the modality, tense and polarity of a verb group: "will", "must", "plans", "not past"."""
    text, closed = doc.text, doc.lexicon.closed_classes
    polarity = "not " if verb.negated else ""
    modal = text.lower[verb.modal] if verb.modal >= 0 else ""
    head = text.lower[verb.head]
    if modal in closed.obligation_modals:
        return f"{polarity}must"
    if modal in closed.reported_promise_modals or modal in closed.refusal_modals:
        return f"{polarity}will"
    if modal:
        return f"{polarity}can"
    following = doc.chunks.verb_group(verb.last) if verb.last < len(text.words) else None
    if following is not None and following.infinitive:
        if head in closed.need_verbs:
            return f"{polarity}must"
        return f"{polarity}{'plan' if head in doc.lexicon.attitudes['intentions'] else 'chain'}"
    auxiliary = text.lower[verb.first] if verb.first < verb.head else ""
    if auxiliary in doc.lexicon.have or (auxiliary == "'s" and text.tags[verb.head] == "VBN" and not verb.passive):
        return f"{polarity}perfect"
    tag = text.tags[verb.head]
    if verb.passive:
        return f"{polarity}{'past' if auxiliary in {'was', 'were'} else 'present'}"
    return f"{polarity}{_TENSES.get(tag, 'other')}"


def _verb_classes(doc: Document, verb: VerbGroup, classes: ActClasses | None) -> list[str]:
    """Return the classes of a verb and of the infinitive that it governs: acts, copulas, cues."""
    text, found = doc.text, []
    following = doc.chunks.verb_group(verb.last) if verb.last < len(text.words) else None
    heads = [verb.head] + ([following.head] if following is not None and following.infinitive else [])
    for head in heads:
        word = text.lower[head]
        if word in doc.lexicon.be:
            found.append("be")
        elif word in doc.lexicon.have:
            found.append("have")
        cue = doc.lexicon.cues.get(word)
        if cue is not None:
            found.append(f"cue-{'think' if cue.thought else cue.act}")
        if classes is not None:
            lemma = verb_lemmas(doc.lexicon.language).get(word, word)
            entry = classes.verb_entry(lemma, text.lower[head + 1 : head + 3])
            found += classes.classes_of_verb.get(entry, ())
    return found
