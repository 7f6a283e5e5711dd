"""Modality of a verb: whether its event is presented as past, planned, proposed, cancelled, denied or unreal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.grammar.governors import Governor
    from worker.extract.lexicon.event_lexicon import EventLexicon

ImpliedOutcome = Literal["planned", "proposed", "cancelled", "denied"]
Modal = Literal["", "will", "would", "perhaps", "obliged"]
"""No modal, future, counterfactual, possibility, obligation."""

_CONDITION_WINDOW = 14
"""Tokens before a verb that are searched for the "if" of its clause."""

_WITHOUT = "without"
"""The preposition that negates a gerund: "left without meeting"."""


class VerbModality(NamedTuple):
    """The modality of a verb: its auxiliaries and its governors, the words on which it depends."""

    modal: Modal
    negated: bool
    conditional: bool
    """Whether the verb's clause begins with "if" or "whether"."""
    habitual: bool
    """Whether an adverb says that the event is repeated: "regularly meets"."""
    governors: list[Governor]
    outcome: ImpliedOutcome | None
    """Outcome implied by the nearest governor that implies one; None if none does."""
    governor: Governor | None
    """The governor that implies `outcome`."""


def read_modality(clauses: ClauseParser, lexicon: EventLexicon, group: VerbGroup) -> VerbModality:
    """Return the modality of a verb group."""
    governors = clauses.governors(group)
    outer = next((g.group for g in reversed(governors) if g.group is not None), group)
    main = None if governors else _verb_sharing_auxiliaries(clauses, group) or clauses.main_verb(group)
    bare = clauses.text.tags[group.head] == "VB"
    modal = _modal_of(clauses, lexicon, group) or _modal_of(clauses, lexicon, outer)
    modal = modal or (_modal_of(clauses, lexicon, main) if main else "")
    outcome, governor = _governor_outcome(clauses, lexicon, governors)
    if outcome is None and _is_disclaimed(clauses, lexicon, outer):
        outcome = "denied"
    return VerbModality(
        modal=modal,
        negated=_is_negated(clauses, group)
        or (_is_negated(clauses, outer) and outcome not in {"denied", "cancelled"})
        or (main is not None and bare and _is_negated(clauses, main)),
        conditional=_is_conditional(clauses, lexicon, outer),
        habitual=any(
            clauses.text.lower[i] in word_set(lexicon.modality.habitual_adverbs)
            for i in _adjacent_tokens(clauses, group)
        ),
        governors=governors,
        outcome=outcome,
        governor=governor,
    )


def _verb_sharing_auxiliaries(clauses: ClauseParser, group: VerbGroup) -> VerbGroup | None:
    """Return the verb whose modal also applies to a bare coordinated verb: "[will not sit] and allow it"; else None."""
    before = clauses.finite_verb_before(group) if clauses.text.tags[group.first - 1 : group.first] == ["CC"] else None
    bare = group.modal < 0 and not group.infinitive and clauses.text.tags[group.head] == "VB"
    return before if before is not None and bare and before.modal >= 0 else None


def _adjacent_tokens(clauses: ClauseParser, group: VerbGroup) -> range:
    return range(max(0, group.first - 1), min(len(clauses.text.words), group.last + 2))


def _is_negated(clauses: ClauseParser, group: VerbGroup) -> bool:
    """Return whether a negation precedes the main verb, or "without" its gerund; not in "decided not to"."""
    if group.first > 0 and clauses.text.lower[group.first - 1] == _WITHOUT:
        return True
    return group.negated and any(w in clauses.lexicon.negations for w in clauses.text.lower[group.first : group.head])


def _modal_of(clauses: ClauseParser, lexicon: EventLexicon, group: VerbGroup) -> Modal:
    if group.first == group.head and group.modal < 0:
        return ""  # fast path for most verbs
    known = word_set(lexicon.modality.possibility_modals)
    written = (w for w in clauses.text.lower[group.first : group.head] if w in known)  # "cannot" is tagged as an adverb
    word = clauses.text.lower[group.modal] if group.modal >= 0 else next(written, "")
    if not word:
        return ""
    if word in word_set(lexicon.modality.future_modals) or word == "to":  # "Hale to visit Oslo" in a headline
        return "will"
    if word in word_set(lexicon.modality.conditional_modals) and "have" in clauses.text.lower[group.first : group.head]:
        return "would"  # "would have met": it did not happen
    if word in word_set(lexicon.modality.conditional_modals):
        return "will" if _is_reported_future(clauses, group) else "would"
    return "obliged" if word in word_set(lexicon.modality.obligation_modals) else "perhaps"


def _is_reported_future(clauses: ClauseParser, group: VerbGroup) -> bool:
    """Return whether "would" follows a verb of reporting as the past of "will": "said it would"."""
    before = clauses.finite_verb_before(group)
    cue = clauses.lexicon.cues.get(clauses.text.lower[before.head]) if before is not None else None
    return cue is not None and cue.clause and not cue.thought


def _governor_outcome(
    clauses: ClauseParser, lexicon: EventLexicon, governors: list[Governor]
) -> tuple[ImpliedOutcome | None, Governor | None]:
    for governor in governors:
        lemma = lexicon.lemma(clauses.text.lower[governor.token])
        if lemma in clauses.lexicon.be:
            return "planned", governor  # "is to meet"
        if _is_negated_noun(clauses, governor):
            return "denied", governor
        active = governor.group is not None and not governor.group.passive
        if active and lemma in word_set(lexicon.modality.passive_only):
            continue  # "is set to", never "set up a panel to"
        outcome = outcome_of(lexicon, lemma, _particle_after(clauses, governor)) or _object_outcome(
            clauses, lexicon, governor
        )
        if outcome is not None:
            return outcome, governor
    return None, None


def _is_negated_noun(clauses: ClauseParser, governor: Governor) -> bool:
    """Return whether the noun that governs a verb, or the object of its governor, is negated: "no plans to meet"."""
    noun = clauses.noun_phrase(governor.token) if governor.group is None else governor.object
    return noun is not None and clauses.text.lower[noun.first] in clauses.lexicon.negations


def _object_outcome(clauses: ClauseParser, lexicon: EventLexicon, governor: Governor) -> ImpliedOutcome | None:
    """Return the outcome implied by the noun between a verb and its infinitive: "made an offer to meet"."""
    return outcome_of(lexicon, clauses.text.lower[governor.object.head]) if governor.object is not None else None


def outcome_of(lexicon: EventLexicon, lemma: str, particle: str = "") -> ImpliedOutcome | None:
    """Return the outcome that a governor implies for an event, by its lemma and next word; None if it implies none."""
    o = lexicon.modality
    for phrase in (f"{lemma} {particle}", lemma) if particle else (lemma,):
        if phrase in word_set(o.denied):
            return "denied"
        if phrase in word_set(o.cancelled):
            return "cancelled"
        if phrase in word_set(o.proposed):
            return "proposed"
        if phrase in word_set(o.planned):
            return "planned"
    return None


def _particle_after(clauses: ClauseParser, governor: Governor) -> str:
    at = governor.token + 1
    return clauses.text.lower[at] if at < len(clauses.text.lower) else ""


def _is_disclaimed(clauses: ClauseParser, lexicon: EventLexicon, group: VerbGroup) -> bool:
    """Return whether the clause depends on a denial and "that": "denied (reports) that he had met"."""
    before = clauses.finite_verb_before(group) if group.finite else None
    if before is None or lexicon.lemma(clauses.text.lower[before.head]) not in word_set(lexicon.modality.disclaiming):
        return False
    between = clauses.text.lower[before.last : group.first]
    return before.negated is False and "that" in between and before.head < group.first


def _is_conditional(clauses: ClauseParser, lexicon: EventLexicon, group: VerbGroup) -> bool:
    text, groups = clauses.text, clauses.chunks.group_at
    openers = word_set(lexicon.modality.conditional_conjunctions)
    start = max(text.sentence_range(group.head)[0], group.first - _CONDITION_WINDOW)
    before = clauses.chunks.last_finite(start, group.first)
    start = before.last if before is not None else start
    if openers.isdisjoint(text.lower[start : group.first]):
        return False
    return any(text.lower[at] in openers and groups[at] is None for at in range(start, group.first))
