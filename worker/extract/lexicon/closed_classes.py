"""The closed classes of a language by what their words do where the rules meet them: `[closed_classes]` of its file."""

from __future__ import annotations

import msgspec

from worker.extract.lexicon.lexicon_file import StrictTable, word_set


class ClosedClasses(StrictTable, frozen=True):
    """Sets of function words, in lower case."""

    commonest: frozenset[str]
    """Of a running text they are one word in five."""
    # ------------------------------------------------------------ conjunctions and adverbial prepositions
    circumstance: frozenset[str]
    """After content they open what happened meanwhile or before: "…, after the dam had burst"."""
    fronting: frozenset[str]
    """They open an adverbial clause before the main one: "While Hale said it rains, …", "By calling it …, …"."""
    setting: frozenset[str]
    """After "he said" they open where, when or with what it was said, and no content."""
    preceding: frozenset[str]
    """They open what happened before a demand: "urged them to leave, after a dam had burst"."""
    clause_or_noun: frozenset[str]
    """Prepositions that are conjunctions too: what follows one may be a subject ("after Hale said")."""
    adversative: frozenset[str]
    """They may join one speaker's words to another's: ", while Lunde praised it"."""
    conditional: frozenset[str]
    """They open a clause within reported speech: "said if it rained the port would close"."""
    supposing: frozenset[str]
    """What their clause says is only supposed, and performs no act."""
    # ------------------------------------------------------------ prepositions
    locative: frozenset[str]
    """They open an adverbial of venue or time."""
    durative: frozenset[str]
    """They open an adverbial of time alone."""
    topical: frozenset[str]
    """They say what is spoken of, rather than who is spoken to."""
    gerundial: frozenset[str]
    """They tie a gerund to the word before it, whatever the tagger takes them for."""
    modifying: frozenset[str]
    """They tie a phrase to the noun before it: "a survey of voters", "the talks between them"."""
    belonging: frozenset[str]
    """They tie whom or what one belongs to to a speaker after the verb: "said a spokesman for the port"."""
    situating: frozenset[str]
    """They tie a place to a common noun: "officials in Brussels"."""
    of_office: frozenset[str]
    """They tie its field to an office: "minister of transport", "envoy to Riga"."""
    of_role: frozenset[str]
    """They open the part of a role that is not its head."""
    after_head: frozenset[str]
    """They open what follows the head of a body's or group's name: "officials from Oslo"."""
    deciding: frozenset[str]
    """They open what a verb without an object decides: "ruled that", "resigned as", "cooperate with"."""
    of_antecedent: frozenset[str]
    """They tie a phrase to the noun that a relative pronoun means: "the envoys to Riga, who …"."""
    comparative: frozenset[str]
    """They govern no subject though they stand before one: "more than officials say"."""
    correlative: frozenset[str]
    """They may stand before a clause or its subject: "said both ports closed"."""
    # ------------------------------------------------------------ determiners and pronouns
    predeterminers: frozenset[str]
    """They let a determiner follow: "all the ports"."""
    indefinite: frozenset[str]
    """Determiners of what is not known yet."""
    quantities: frozenset[str]
    """Alone they mean so many of the group in focus."""
    nominative: frozenset[str]
    """Pronouns that are only ever subjects."""
    objective: frozenset[str]
    """Pronouns that may be objects, of whoever is known by gender."""
    first_singular: frozenset[str]
    """Whoever writes or speaks."""
    impersonal: frozenset[str]
    """Subjects that are nobody."""
    # ------------------------------------------------------------ verbs
    obliging: frozenset[str]
    """Modals that demand."""
    needing: frozenset[str]
    """Verbs that demand before an infinitive: "needs to"."""
    intending: frozenset[str]
    """Modals that promise in direct speech."""
    intending_reported: frozenset[str]
    """And in reported speech, where "will" is "would"."""
    unwilling: frozenset[str]
    """Modals whose negation refuses: "would not say", "won't"."""
    markers: frozenset[str]
    """Imperatives that ask for no deed: "Look, …"."""
    # ------------------------------------------------------------ beside names
    courtesies: frozenset[str]
    """Titles of everybody, without the full stop."""
    generations: frozenset[str]
    """They tell father from son behind a surname."""
    tenure: frozenset[str]
    """Adverbs before an apposition: "Tamm, formerly the mayor"."""
    small: frozenset[str]
    """Words of a role that say nothing of its holder, determiners aside."""


def closed_classes(lists: dict[str, str]) -> ClosedClasses:
    """Return the lists as sets; `msgspec.ValidationError` where one is missing or has no use."""
    return msgspec.convert({name: word_set(listed) for name, listed in lists.items()}, ClosedClasses)
