"""Roles and bodies of a state or party, by their words: "the committee chairman", but not "the club chairman"."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.lexicon.lexicon_file import Words
from worker.extract.lexicon.person_words import load_person_words


class StateRoles(Struct, frozen=True):
    """The words of one language by which roles and bodies of a state are recognised; all in lower case."""

    offices: Words
    """Heads of roles that are offices by themselves, and of servants of a state."""
    officials: Words
    """Heads of roles that are offices of a state by themselves or with a modifier: "chairman"."""
    persons: Words
    """Heads of roles of a person in the service of a state, their plurals included."""
    sovereign: Words
    """Heads that only states have, whatever modifies them."""
    bodies: Words
    """Heads of bodies of a state or party."""
    group_heads: Words
    """Heads of groups that represent the country of an institution that they name, names of members included."""
    known: Words
    """Words with which a role or body remains one of the state."""
    public: Words
    """Words of which one must be in a role or body without a sovereign head."""
    departments: Words
    department_heads: Words
    quantities: Words
    """Words before "of" whose phrase is about the noun after it: "some of", "a group of"."""
    prepositions: Words
    titles: Words
    """Titles and ranks after a role and before a name: "Interior Minister General Tamm"."""

    heads: Words
    """Words of which one must be in the phrase of a group or unnamed person that represents a state."""

    def head_of(self, words: list[str]) -> str:
        """Return the head of a role or phrase: the last word before its first preposition that is no title.

        "The prime minister's office" has the head "minister", "two of the Republicans" the head "republicans".  "" if
        there is none.
        """
        if not words:
            return ""
        of = words.index("of") if "of" in words[1:-1] else 0
        start = of + 1 if of and words[of - 1] in self.quantities else 0
        end = next((i for i in range(start + 1, len(words)) if words[i] in self.prepositions), len(words))
        while end > 1 and words[end - 1] in self.titles:
            end -= 1
        if end > 1 and words[end - 1] == "office":
            end -= 1
        return words[end - 1]

    def includes(self, words: list[str], *, campaign: bool) -> bool:
        """Return whether the words are a role or body of a state.

        `campaign`: whether they contain the common noun "campaign", which the name of any politician may modify.
        """
        head = self.head_of(words)
        if head not in self.officials and head not in self.bodies:
            return False
        if head in self.sovereign or (head in self.department_heads and not self.departments.isdisjoint(words)):
            return True
        return (campaign or self.known.issuperset(words)) and not self.public.isdisjoint(words)


@cache
def load_state_roles(language: str) -> StateRoles:
    """Return the words of a language, derived once per process.  Raises ValueError for a language without a lexicon."""
    lexicon, words = load_lexicon(language), load_person_words(language)
    if lexicon is None:
        raise ValueError(language)
    members = frozenset(name.lower() for name in load_institutions(language).classes if " " not in name)
    officials = lexicon.offices | words.servant_roles | words.institution_roles | words.sovereign_offices
    heads = officials | lexicon.state_offices | words.institution_roles | members | lexicon.documents | {"campaign"}
    modifiers = lexicon.state_words | lexicon.role_modifiers | words.past_modifiers | words.public_modifiers
    return StateRoles(
        offices=lexicon.offices | words.servant_roles,
        officials=officials,
        persons=_persons(officials, lexicon.roles | lexicon.titles),
        sovereign=words.sovereign_offices,
        bodies=lexicon.state_offices | {"campaign"},
        group_heads=words.institution_roles | members,
        known=officials | lexicon.state_offices | modifiers,
        public=lexicon.state_offices | words.public_modifiers,
        departments=lexicon.departments,
        department_heads=words.department_roles,
        quantities=lexicon.closed_classes.quantifiers | words.quantity_nouns,
        prepositions=lexicon.closed_classes.role_prepositions,
        heads=heads | {f"{word}." for word in heads},
        titles=((lexicon.titles - lexicon.offices) | words.rank_words | {"sheikh"}) - words.sovereign_offices,
    )


def _persons(officials: Words, roles: Words) -> Words:
    """Return the heads of state roles that denote persons, and their plurals."""
    return frozenset(word for word in officials if word in roles or (word[-1] == "s" and word[:-1] in roles))
