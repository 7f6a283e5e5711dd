"""The words that describe people and bodies, one TOML file per language, decoded strictly."""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files

import msgspec
from msgspec import Struct

from worker.extract.lexicon.lexicon_file import word_set

Words = frozenset[str]


class PersonWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """How people are described; what each table is for stands in the file."""

    past: str
    renowned: str
    unofficial: str
    private: str
    kin: str
    relations: str
    rulings: str
    messages: str
    state_bodies: str
    servants: str
    sent: str
    ranks: str
    spelled_out: dict[str, str]
    kinds: dict[str, str]
    bodies: dict[str, str]

    @cached_property
    def past_modifiers(self) -> Words:
        """Words that say that a role is held no more."""
        return word_set(self.past)

    @cached_property
    def renowned_roles(self) -> Words:
        """Roles whose holders readers know."""
        return word_set(self.renowned)

    @cached_property
    def unofficial_roles(self) -> Words:
        """Those of them that can be held beside any office."""
        return word_set(self.unofficial)

    @cached_property
    def private_roles(self) -> Words:
        """Those of them that are no office."""
        return word_set(self.private)

    @cached_property
    def relatives(self) -> Words:
        """Wife, father and the like."""
        return word_set(self.kin)

    @cached_property
    def sent_abroad(self) -> Words:
        """Roles whose "to" names another country than the one that they represent."""
        return word_set(self.sent)

    @cached_property
    def relational(self) -> Words:
        """Rival, counterpart and the like."""
        return word_set(self.relations)

    @cached_property
    def of_courts(self) -> Words:
        """Documents that courts speak through."""
        return word_set(self.rulings)

    @cached_property
    def of_speakers(self) -> Words:
        """Documents that whoever spoke last speaks through."""
        return word_set(self.messages)

    @cached_property
    def of_states(self) -> Words:
        """Bodies of states, parties and armed forces."""
        return word_set(self.state_bodies)

    @cached_property
    def serving(self) -> Words:
        """Those who serve a state or a party without an office."""
        return word_set(self.servants)

    @cached_property
    def rank_words(self) -> Words:
        """Ranks and courtesies."""
        return word_set(self.ranks)

    @cached_property
    def narrower(self) -> dict[str, Words]:
        """Role -> the roles that its holder may be introduced by."""
        return {role: word_set(listed) for role, listed in self.kinds.items()}

    @cached_property
    def called(self) -> dict[str, Words]:
        """Word for a body -> last words of the names of such bodies."""
        return {kind: word_set(listed) | {kind} for kind, listed in self.bodies.items()}

    @cached_property
    def long_forms(self) -> dict[str, tuple[str, ...]]:
        """Short form -> the words it stands for."""
        return {short: tuple(long.split()) for short, long in self.spelled_out.items()}

    def spell_out(self, words: list[str]) -> Words:
        """Return the words of a role, short forms as what they stand for; marks of punctuation are no words."""
        spelled: set[str] = set()
        for word in words:
            bare = word.rstrip(".") or word
            spelled.update(self.long_forms.get(bare, (bare if bare in self.rank_words else word,)))
        return frozenset(w for w in spelled if w[0].isalnum())


@cache
def load_person_words(language: str) -> PersonWords:
    """Return the language's words; a broken or missing file raises."""
    file = files("worker.extract") / "lexicon" / f"{language}_people.toml"
    return msgspec.toml.decode(file.read_bytes(), type=PersonWords)
