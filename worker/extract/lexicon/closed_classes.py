"""The closed classes of a language by what their words do where the rules meet them: `[closed_classes]` of its file."""

from __future__ import annotations

import msgspec

from worker.extract.lexicon.lexicon_file import StrictTable, word_set


class ClosedClasses(StrictTable, frozen=True):
    """Sets of function words, in lower case."""

    most_frequent: frozenset[str]
    """Of a running text they are one word in five."""
    # ------------------------------------------------------------ conjunctions and adverbial prepositions
    trailing_subordinators: frozenset[str]
    """After content they open what happened meanwhile or before: "…, after the dam had burst"."""
    fronted_subordinators: frozenset[str]
    """They open an adverbial clause before the main one: "While Hale said it rains, …", "By calling it …, …"."""
    setting_openers: frozenset[str]
    """After "he said" they open where, when or with what it was said, and no content."""
    temporal_subordinators: frozenset[str]
    """They open what happened before a demand: "urged them to leave, after a dam had burst"."""
    conjunction_or_preposition: frozenset[str]
    """Prepositions that are conjunctions too: what follows one may be a subject ("after Hale said")."""
    adversative_conjunctions: frozenset[str]
    """They may join one speaker's words to another's: ", while Lunde praised it"."""
    conditional_conjunctions: frozenset[str]
    """They open a clause within reported speech: "said if it rained the port would close"."""
    hypothetical_subordinators: frozenset[str]
    """What their clause says is only supposed, and performs no act."""
    # ------------------------------------------------------------ prepositions
    locative_prepositions: frozenset[str]
    """They open an adverbial of venue or time."""
    durative_prepositions: frozenset[str]
    """They open an adverbial of time alone."""
    topic_prepositions: frozenset[str]
    """They say what is spoken of, rather than who is spoken to."""
    gerund_prepositions: frozenset[str]
    """They tie a gerund to the word before it, whatever the tagger takes them for."""
    noun_modifier_prepositions: frozenset[str]
    """They tie a phrase to the noun before it: "a survey of voters", "the talks between them"."""
    affiliation_prepositions: frozenset[str]
    """They tie whom or what one belongs to to a speaker after the verb: "said a spokesman for the port"."""
    place_prepositions: frozenset[str]
    """They tie a place to a common noun: "officials in Brussels"."""
    office_prepositions: frozenset[str]
    """They tie its field to an office: "minister of transport", "envoy to Riga"."""
    role_prepositions: frozenset[str]
    """They open the part of a role that is not its head."""
    postmodifier_openers: frozenset[str]
    """They open what follows the head of a body's or group's name: "officials from Oslo"."""
    decision_complement_openers: frozenset[str]
    """They open what a verb without an object decides: "ruled that", "resigned as", "cooperate with"."""
    antecedent_prepositions: frozenset[str]
    """They tie a phrase to the noun that a relative pronoun means: "the envoys to Riga, who …"."""
    comparative_openers: frozenset[str]
    """They govern no subject though they stand before one: "more than officials say"."""
    correlatives: frozenset[str]
    """They may stand before a clause or its subject: "said both ports closed"."""
    # ------------------------------------------------------------ determiners and pronouns
    predeterminers: frozenset[str]
    """They let a determiner follow: "all the ports"."""
    indefinite_determiners: frozenset[str]
    """Determiners of what is not known yet."""
    quantifiers: frozenset[str]
    """Alone they mean so many of the group in focus."""
    subject_pronouns: frozenset[str]
    """Pronouns that are only ever subjects."""
    object_pronouns: frozenset[str]
    """Pronouns that may be objects, of whoever is known by gender."""
    first_singular_pronouns: frozenset[str]
    """Whoever writes or speaks."""
    impersonal_subjects: frozenset[str]
    """Subjects that are nobody."""
    # ------------------------------------------------------------ verbs
    obligation_modals: frozenset[str]
    """Modals that demand."""
    need_verbs: frozenset[str]
    """Verbs that demand before an infinitive: "needs to"."""
    promise_modals: frozenset[str]
    """Modals that promise in direct speech."""
    reported_promise_modals: frozenset[str]
    """And in reported speech, where "will" is "would"."""
    refusal_modals: frozenset[str]
    """Modals whose negation refuses: "would not say", "won't"."""
    discourse_markers: frozenset[str]
    """Imperatives that ask for no deed: "Look, …"."""
    # ------------------------------------------------------------ beside names
    courtesy_titles: frozenset[str]
    """Titles of everybody, without the full stop."""
    generational_suffixes: frozenset[str]
    """They tell father from son behind a surname."""
    tenure_adverbs: frozenset[str]
    """Adverbs before an apposition: "Tamm, formerly the mayor"."""
    role_stopwords: frozenset[str]
    """Words of a role that say nothing of its holder, determiners aside."""


def closed_classes(lists: dict[str, str]) -> ClosedClasses:
    """Return the lists as sets; `msgspec.ValidationError` where one is missing or has no use."""
    return msgspec.convert({name: word_set(listed) for name, listed in lists.items()}, ClosedClasses)
