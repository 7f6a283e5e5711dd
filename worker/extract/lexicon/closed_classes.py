"""Function words grouped by the construction that a rule tests them for: `[closed_classes]` of a lexicon file."""

from __future__ import annotations

import msgspec

from worker.extract.lexicon.lexicon_file import StrictTable, word_set


class ClosedClasses(StrictTable, frozen=True):
    """Sets of function words in lower case, one per construction."""

    most_frequent: frozenset[str]
    """The most frequent words of the language, about one word in five of running text; used to guess its language."""
    # ------------------------------------------------------------ conjunctions and adverbial prepositions
    trailing_subordinators: frozenset[str]
    """Openers of an adverbial clause after reported content: "…, after the dam had burst"."""
    fronted_subordinators: frozenset[str]
    """Openers of an adverbial clause before its main clause: "While Hale said it rains, …", "By calling it …, …"."""
    setting_openers: frozenset[str]
    """Openers of an adverbial of place, time or manner after "he said"; no reported content follows them."""
    temporal_subordinators: frozenset[str]
    """Openers of a clause of time after a demand: "urged them to leave, after a dam had burst"."""
    conjunction_or_preposition: frozenset[str]
    """Words that are preposition or conjunction, so that a subject may follow: "after Hale said"."""
    adversative_conjunctions: frozenset[str]
    """Conjunctions that may join the words of two speakers: ", while Lunde praised it"."""
    conditional_conjunctions: frozenset[str]
    """Conjunctions that open a clause inside reported speech: "said if it rained the port would close"."""
    content_openers: frozenset[str]
    """Conjunctions that may open content with a subordinate clause: "said | since the day Hale left, …"."""
    hypothetical_subordinators: frozenset[str]
    """Openers of a hypothetical clause; a verb in it performs no speech act."""
    circumstance_openers: frozenset[str]
    """Words after which a headline gives the circumstances of its event: "Coalition meets | as crisis looms"."""
    adverbial_openers: frozenset[str]
    """First two words of an adverbial that opens content: "said | in addition to the cuts, …"."""
    relative_question_words: frozenset[str]
    """Question words that after a noun are relative pronouns: "found lawmakers | who oppose him"."""
    # ------------------------------------------------------------ prepositions
    locative_prepositions: frozenset[str]
    """Prepositions of an adverbial of place or time."""
    durative_prepositions: frozenset[str]
    """Prepositions of an adverbial of duration."""
    topic_prepositions: frozenset[str]
    """Prepositions of the topic of a speech rather than its addressee: "spoke about"."""
    gerund_prepositions: frozenset[str]
    """Prepositions that link a gerund to the word before it, whatever tag the tagger gave them: "close to signing"."""
    noun_modifier_prepositions: frozenset[str]
    """Prepositions of a noun's postmodifier: "a survey of voters", "the talks between them"."""
    affiliation_prepositions: frozenset[str]
    """Prepositions of a postverbal speaker's affiliation: "said a spokesman for the port"."""
    place_prepositions: frozenset[str]
    """Prepositions of a noun's location: "officials in Brussels"."""
    setting_prepositions: frozenset[str]
    """Prepositions before the country that a sentence is about: "In Latvia, the government …"."""
    scene_prepositions: frozenset[str]
    """Prepositions before the place of an event, which takes no part in it: "in Oslo"."""
    office_prepositions: frozenset[str]
    """Prepositions of an office's field or posting: "minister of transport", "envoy to Riga"."""
    role_prepositions: frozenset[str]
    """Prepositions that end the head part of a role: "deputy head | of the port"."""
    postmodifier_openers: frozenset[str]
    """Openers of the postmodifier of an organisation or group: "officials from Oslo"."""
    decision_complement_openers: frozenset[str]
    """Openers of the complement of an intransitive decision verb: "ruled that", "resigned as", "cooperate with"."""
    antecedent_prepositions: frozenset[str]
    """Prepositions between the antecedent and its relative pronoun: "the envoys to Riga, who …"."""
    comparative_openers: frozenset[str]
    """Openers of a comparison, after which a noun is not the subject of the clause: "more than officials say"."""
    prepositional_words: frozenset[str]
    """Words that form a preposition with "of": "ahead of"."""
    pairing_words: frozenset[str]
    """Words between two parties that "they" may refer to together: "Tamm spoke | to Lunde"."""
    correlatives: frozenset[str]
    """Correlatives and focus adverbs before a clause or its subject: "said both ports closed"."""
    comitative_adverbs: frozenset[str]
    """Adverbs before "with" that join a conjunct: "Oslo along with Riga"."""
    # ------------------------------------------------------------ determiners and pronouns
    predeterminers: frozenset[str]
    """Words that a determiner may follow: "all the ports"."""
    indefinite_determiners: frozenset[str]
    """Determiners of a referent that has not been mentioned before."""
    quantifiers: frozenset[str]
    """Quantifiers that, used alone, refer to members of the most salient group: "many said"."""
    subject_pronouns: frozenset[str]
    """Pronouns that are always subjects."""
    object_pronouns: frozenset[str]
    """Gendered pronouns that may be objects."""
    first_singular_pronouns: frozenset[str]
    """Singular pronouns of the first person."""
    impersonal_subjects: frozenset[str]
    """Subjects that refer to no person: "it", "there", "something"."""
    own_possessives: frozenset[str]
    """Possessives by which content refers to what belongs to its speaker: "our plan"."""
    # ------------------------------------------------------------ verbs
    obligation_modals: frozenset[str]
    """Modals of obligation, which express a demand."""
    need_verbs: frozenset[str]
    """Verbs of need, which express a demand before an infinitive: "needs to"."""
    promise_modals: frozenset[str]
    """Modals that express a promise in direct speech."""
    reported_promise_modals: frozenset[str]
    """Modals that express a promise in reported speech, where "will" becomes "would"."""
    refusal_modals: frozenset[str]
    """Modals that express a refusal when negated: "would not say", "won't"."""
    proposal_words: frozenset[str]
    """Forms of "propose": an announcement by a government, a demand by anyone else."""
    warning_words: frozenset[str]
    """Forms of "warn" and "warning": a threat only with a condition, a harm or an act of the speaker."""
    threat_words: frozenset[str]
    """Words of a condition, a risk or a price, which make a warning a threat."""
    discourse_markers: frozenset[str]
    """Imperatives that request nothing: "Look, …"."""
    dismissal_verbs: frozenset[str]
    """Lemmas of verbs that deny a claim and criticise anything else: "rejected the claim that …"."""
    insistence_verbs: frozenset[str]
    """Lemmas of verbs that demand before a subjunctive: "insisted that the board resign"."""
    reciprocal_pasts: frozenset[str]
    """Past tenses before "with" that are active in a headline: "met with"."""
    gerund_verbs: frozenset[str]
    """Verbs that govern a gerund: "starts building"."""
    headline_verbs: frozenset[str]
    """Short verbs that headlines prefer and running text seldom has: "axe", "mull", "oust"."""
    # ------------------------------------------------------------ labels of lines
    question_labels: frozenset[str]
    """Labels of the interviewer's turns: "Q:", "Reporter:"."""
    answer_labels: frozenset[str]
    """Labels of the turns of an interviewee who is named elsewhere: "A:", "Answer:"."""
    clock_words: frozenset[str]
    """Words after a clock time: halves of the day and time zones."""
    # ------------------------------------------------------------ nouns
    own_body_nouns: frozenset[str]
    """Nouns by which a body refers to itself: "the company"."""
    own_state_nouns: frozenset[str]
    """Nouns by which an office holder refers to the body of the office."""
    # ------------------------------------------------------------ words beside names
    courtesy_titles: frozenset[str]
    """Courtesy titles, without the full stop."""
    generational_suffixes: frozenset[str]
    """Suffixes that distinguish generations after a surname: "Jr.", "III"."""
    tenure_adverbs: frozenset[str]
    """Adverbs before an apposition: "Tamm, formerly the mayor"."""
    role_stopwords: frozenset[str]
    """Words of a role that do not describe its holder; determiners are listed separately."""


def closed_classes(lists: dict[str, str]) -> ClosedClasses:
    """Return each list as a set; raise `msgspec.ValidationError` if a class is missing or unknown."""
    return msgspec.convert({name: word_set(listed) for name, listed in lists.items()}, ClosedClasses)
