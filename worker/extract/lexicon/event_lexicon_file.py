"""The tables of `lexicon/<language>_events.toml` as written.  The comments of the file explain each list."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from worker.schema import Category, DecisionStatus


class EventWordTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file.  Every string is a list of words separated by blanks, see `word_set`."""


class ModalityWords(EventWordTable, frozen=True, kw_only=True):
    """Verbs, modals and adverbs from which the status of an event follows: planned, cancelled, denied, …."""

    planned: str
    proposed: str
    passive_only: str
    cancelled: str
    denied: str
    disclaiming: str
    failed: str
    unwilling: str
    awaiting: str
    due_date_prepositions: str
    intention_prepositions: str
    accepting: str
    transparent: str
    future_modals: str
    conditional_modals: str
    possibility_modals: str
    obligation_modals: str
    conditional_conjunctions: str
    habitual_adverbs: str
    object_control: str


class MeetingWords(EventWordTable, frozen=True, kw_only=True):
    """Verbs, nouns and prepositions of meetings."""

    meet: str
    meet_with: str
    discuss: str
    negotiate: str
    occasion_prepositions: str
    date_prepositions: str
    term_prepositions: str
    participant_participles: str
    ahead_of_phrases: str
    seat_prepositions: str
    host: str
    visit: str
    travel: str
    call: str
    ambiguous_call: str
    invite: str
    convene: str
    gather: str
    brief: str
    light_verbs: str
    talks_nouns: str
    meal_nouns: str
    light_verb_links: str
    attending: str
    acts_of_meetings: str
    phases: str
    ending: str
    audiences: str
    private_modifiers: str
    attitudes: str
    long_periods: str
    sittings: str
    party_heads: str
    met_requirements: str
    other_occasions: str
    temporal_conjunctions: str
    perfect: str
    habitual_modifiers: str
    summit_modifiers: str
    press_nouns: str
    referring_to_call: str
    exchange: str
    exchanged: str
    ordinals: str
    anaphoric_verbs: str
    visit_nouns: str
    call_nouns: str
    summit_nouns: str
    press_conference_nouns: str
    excluding_modifiers: str
    assembly_nouns: str
    exchange_nouns: str
    frame_prepositions: str
    presiding: str
    record_nouns: str
    contest_verbs: str
    topic_ends: str
    occasion_names: str
    phase_nouns: str
    plain_holding: str
    object_relatives: str
    occasion_relatives: str
    relative_prepositions: str
    adverbial_prepositions: str
    addressing: str
    partitive_nouns: str
    by_phone: str
    with_: str = msgspec.field(name="with")
    between: str
    by: str
    of: str
    place_prepositions: str
    place_nouns: str
    deictic_places: str
    tours: str
    departure: str
    departure_prepositions: str
    holding: str
    unique_places: str
    realms: str
    sequence_prepositions: str
    relative_adverbs: str
    including: str
    destination_prepositions: str
    topic_prepositions: str
    topic_verbs: str
    topic_barriers: str
    sideline_nouns: str
    verb_classes: dict[str, str]
    noun_classes: dict[str, str]
    modifier_classes: dict[str, str]
    determiners: dict[str, str]


class DecisionVerbClass(EventWordTable, frozen=True, kw_only=True):
    """Verbs that report a decision, with the conditions under which they do."""

    verbs: str
    category: Category
    status: DecisionStatus = "taken"
    object_classes: str = ""
    """Names of object classes (keys of `[decision.objects]`) or single words; the object must contain a word of one of
    them.  Empty: any object.
    """
    allows_person: bool = True
    """Whether a person without an office can be the decider; otherwise only an institution or office holder can."""
    intransitive: bool = False
    """Whether the verb needs no object."""
    political: bool = False
    """Whether the verb alone shows that a person whose role is unknown decides as a politician."""
    future_only: bool = False
    """Whether only the announcement is a decision ("will send troops"), not the execution."""
    negated_only: bool = False
    """Whether only the negated verb is a decision ("will not attend")."""


class ChoiceVerbs(EventWordTable, frozen=True, kw_only=True):
    """Verbs whose complement is the decision: "decided to …"."""

    taken: str
    agreed: str
    voted: str
    rejected: str
    proposed: str
    announced: str
    pending: str
    object_taking: str
    rhetorical: str
    stative: str
    intention_verbs: str
    favour_nouns: str
    vote_count_words: str
    empty_objects: str
    resignation_prepositions: str
    object_prepositions: str
    speech_verbs: str


class DecisionNouns(EventWordTable, frozen=True, kw_only=True):
    """Nouns that denote a decision."""

    taken: str
    rejected: str
    proposed: str
    policy: str
    agreed: str
    event_nouns: str
    objective_genitive: str
    without_complement: str
    categories: dict[Category, str]
    complement_openers: str
    anaphoric: str
    bills: str
    presenting: str
    expected: str
    withholding: str
    deniable: str
    reporting_verbs: str
    open_question_verbs: str


class Deciders(EventWordTable, frozen=True, kw_only=True):
    """Head nouns of deciders, by the category of all their decisions."""

    court: str
    legislative: str
    executive: str
    campaign: str


class DecisionWords(EventWordTable, frozen=True, kw_only=True):
    """Verbs, objects, deciders and nouns of decisions."""

    objects: dict[str, str]
    verbs: list[DecisionVerbClass]
    choice: ChoiceVerbs
    deciders: Deciders
    nouns: DecisionNouns


class ExtentWords(EventWordTable, frozen=True, kw_only=True):
    """Words at which an object or topic ends, or with which it continues."""

    adjunct_openers: str
    clause_openers: str
    limit_openers: str
    clause_verbs: str
    comparatives: str
    inclusion: str
    company_suffixes: str
    document_nouns: str
    place_prepositions: str
    occasion_prepositions: str
    occasion_nouns: str
    time_relatives: str
    anticipation: str
    ballot_prepositions: str
    ballot_nouns: str
    complement_openers: str
    complement_prepositions: str
    adjunct_prepositions: str


class ActorWords(EventWordTable, frozen=True, kw_only=True):
    """Head nouns that determine whether an actor can be a political decider or participant."""

    institutions: str
    offices: str
    guest_groups: str
    anaphoric_determiners: str
    both: str
    quantity_nouns: str
    identifying_verbs: str
    quantifiers: str
    exceptive_quantifiers: str
    joiners: str
    origin_prepositions: str
    office_prepositions: str
    member_nouns: str
    members: str
    campaigners: str
    legal_offices: str
    followers: str
    country_nouns: str
    side_nouns: str
    pairs: str
    person_nouns: str
    campaigning_roles: str
    private: str
    business_roles: str
    sector_roles: str
    shared_offices: str
    shared_bodies: str
    ambiguous_bodies: str
    political_attributes: str
    world_regions: str
    non_actors: str
