"""Noun phrases and verb groups: the chunks that rules name instead of patterns of strings.

Both come from one pass over the word classes of a text, so they cost linear time.  A noun phrase here is a base one
("the Ukrainian defense minister", "Ukraine's allies", "he"), without what follows its head; `extent` adds of-phrases,
appositions and relatives where a rule wants the whole phrase.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.lexicon import Lexicon
from worker.extract.text import Text

_NOUNS = frozenset({"NN", "NNS", "NNP", "CD", "FW"})
_HEADS = frozenset({"NN", "NNS", "NNP"})
_PRONOUNS = frozenset({"PRP", "EX", "WP"})
_OPENERS = frozenset({"DT", "PRP$", "JJ", "CD", "NN", "NNS", "NNP", "FW"})
_MODIFIERS = frozenset({"JJ", "CD", "NN", "NNS", "NNP", "FW", "POS"})
_SUBJECTS = frozenset({"NNP", "NNS", "PRP"})
_VERBS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
_FINITE_FORMS = FINITE | {"VB"}
"""A base form that nothing governs is a plural present ("officials say") that the tagger took for an infinitive."""


class NounPhrase(Struct, frozen=True, gc=False):
    """A base noun phrase: tokens `first` up to `last`, its head noun at `head`."""

    first: int
    last: int
    head: int


class VerbGroup(Struct, frozen=True, gc=False):
    """A verb with its auxiliaries, negation, adverbs before it and particle after it: "has not yet pointed out"."""

    first: int
    last: int
    head: int
    """The main verb."""
    finite: bool
    infinitive: bool
    """Opened by "to"."""
    negated: bool
    passive: bool
    modal: int
    """The modal's token ("will", "could"), or -1."""


class Phrases(Struct, frozen=True, eq=False):
    """All chunks of a text in order, and which one covers a token (-1: none)."""

    nouns: list[NounPhrase]
    verbs: list[VerbGroup]
    noun_at: list[int]
    verb_at: list[int]

    def noun(self, token: int) -> NounPhrase | None:
        """Return the noun phrase over a token."""
        at = self.noun_at[token] if 0 <= token < len(self.noun_at) else -1
        return self.nouns[at] if at >= 0 else None

    def verb(self, token: int) -> VerbGroup | None:
        """Return the verb group over a token."""
        at = self.verb_at[token] if 0 <= token < len(self.verb_at) else -1
        return self.verbs[at] if at >= 0 else None


def chunk(text: Text, lexicon: Lexicon) -> Phrases:
    """Find every noun phrase and verb group of a text."""
    size = len(text.words)
    found = Phrases(nouns=[], verbs=[], noun_at=[-1] * size, verb_at=[-1] * size)
    tags, at = text.tags, 0
    while at < size:
        tag = tags[at]
        if tag in _PRONOUNS:
            end = at + 1
            _add_noun(found, NounPhrase(at, end, at))
        elif tag in _OPENERS or (tag == "RB" and at + 1 < size and tags[at + 1] in {"JJ", "CD"}):
            end, head = _noun_phrase(text, at, size, lexicon)
            _add_noun(found, NounPhrase(at, end, head))
        elif tag in _VERBS or tag == "TO" or (tag == "RB" and _opens_verb_group(tags, at, size)):
            end = _verb_group(text, at, size, lexicon, found)
        else:
            end = at + 1
        at = end
    return found


def _add_noun(found: Phrases, phrase: NounPhrase) -> None:
    found.noun_at[phrase.first : phrase.last] = [len(found.nouns)] * (phrase.last - phrase.first)
    found.nouns.append(phrase)


# ---------------------------------------------------------------- noun phrases
def _noun_phrase(text: Text, at: int, size: int, lexicon: Lexicon) -> tuple[int, int]:
    """End and head of the noun phrase that opens at a token."""
    tags, limit = text.tags, min(size, text.paragraph(at)[1])
    end, head = at, -1
    while end < limit:
        tag = tags[end]
        if tag in _MODIFIERS:
            if (tag == "POS" and head < 0) or (head >= 0 and _begins_another(text, at, end, lexicon)):
                break
            if tag in _HEADS or (tag == "CD" and head < 0):
                head = end
        elif tag in {"DT", "PRP$"}:
            if not _may_follow_determiner(text, at, end):
                break
        elif not _is_inner(text, end, limit, head) and not _is_name_particle(text, end, limit, lexicon):
            break
        end += 1
    return max(end, at + 1), head if head >= 0 else max(end, at + 1) - 1


def _begins_another(text: Text, first: int, at: int, lexicon: Lexicon) -> bool:
    """A name right after a common noun that is no role ("as a result Ukraine …"), or a plural right after a titled name."""
    tags, before = text.tags, text.lower[at - 1]
    if tags[at] == "NNP":
        return tags[at - 1] in {"NN", "NNS"} and text.words[at - 1][0].islower() and before not in lexicon.roles
    if tags[at] != "NNS" or tags[at - 1] != "NNP" or at - first < 3 or tags[at - 2] != "NNP":  # noqa: PLR2004
        return False
    run = at
    while run > first and tags[run - 1] == "NNP":
        run -= 1
    return run > first and text.lower[run - 1] in lexicon.roles


def _may_follow_determiner(text: Text, first: int, at: int) -> bool:
    """Only the phrase's first words, or a possessor, let a determiner follow ("all the", "half a")."""
    return at == first or (
        at == first + 1 and text.tags[first] == "DT" and text.lower[first] in {"all", "both", "half", "such", "what"}
    )


def _is_inner(text: Text, at: int, limit: int, head: int) -> bool:
    """An adverb, participle or joint that stands inside the phrase, because a noun or adjective goes on after it."""
    tag = text.tags[at]
    following = text.tags[at + 1] if at + 1 < limit else ""
    if tag == "RB":
        return following in {"JJ", "CD", "VBN", "VBG", "RB"} and head < 0
    if tag in {"VBN", "VBG"}:
        return head < 0 and following in _MODIFIERS
    word = text.words[at]
    if word in {"$", "£", "€", "#"}:
        return following == "CD"
    return word == "&" and following == "NNP"


def _is_name_particle(text: Text, at: int, limit: int, lexicon: Lexicon) -> bool:
    """Is this the "van der" of a name, with capitals on both sides?"""
    if text.lower[at] not in lexicon.name_particles or text.tags[at - 1] not in {"NNP", "FW"}:
        return False
    following = at + 1
    while following < limit and following < at + 3 and text.lower[following] in lexicon.name_particles:
        following += 1
    return following < limit and text.words[following][0].isupper()


# ---------------------------------------------------------------- verb groups
def _opens_verb_group(tags: list[str], at: int, size: int) -> bool:
    """Adverbs right before a verb belong to its group."""
    end = at
    while end < size and tags[end] == "RB" and end < at + 4:
        end += 1
    return end < size and (tags[end] in _VERBS or tags[end] == "TO")


def _verb_group(text: Text, at: int, size: int, lexicon: Lexicon, found: Phrases) -> int:
    tags, lower = text.tags, text.lower
    limit = min(size, text.paragraph(at)[1])
    end, head, modal = at, -1, -1
    infinitive = negated = passive = False
    last_auxiliary = ""
    while end < limit:
        tag, word = tags[end], lower[end]
        if word in lexicon.negations and tag in {"RB", "DT", "CC"}:
            if tag != "RB" and head >= 0:
                break
            negated = True
        elif tag == "RB":
            if not _verb_follows(tags, end, limit) or (head >= 0 and not last_auxiliary):
                break
        elif tag == "TO" and head < 0 and not infinitive:
            infinitive = True
        elif tag in _VERBS:
            if head >= 0 and not last_auxiliary:
                break
            if head >= 0 and tag in FINITE:
                break
            if tag == "MD":
                modal = end
            passive = tag == "VBN" and last_auxiliary == "be"
            head = end
            last_auxiliary = _auxiliary(word, tag, lexicon)
        else:
            break
        end += 1
    if head < 0:
        return end if end > at else at + 1
    end = _with_particle(text, head + 1, limit, lexicon) if end == head + 1 else head + 1
    finite = not infinitive and (tags[_first_verb(tags, at, head)] in _FINITE_FORMS or _is_past(text, at, head, limit, lexicon))
    found.verb_at[at:end] = [len(found.verbs)] * (end - at)
    found.verbs.append(VerbGroup(at, end, head, finite, infinitive, negated, passive, modal))
    return end


def _is_past(text: Text, at: int, head: int, limit: int, lexicon: Lexicon) -> bool:
    """Is a participle without auxiliary the past of its subject ("Tamm emphasized: …", "officials noted that …")?"""
    if text.tags[head] != "VBN" or at != head or at == 0 or text.tags[at - 1] not in _SUBJECTS or head + 1 >= limit:
        return False
    cue = lexicon.cues.get(text.lower[head])
    if cue is not None and text.lower[head + 1] in cue.prepositions:
        return True
    return text.words[head + 1] in {":", "“", '"', "''"} or text.tags[head + 1] in {"SC", "PRP", "DT", "NNP", "PRP$"}


def _first_verb(tags: list[str], at: int, head: int) -> int:
    while tags[at] not in _VERBS and at < head:
        at += 1
    return at


def _auxiliary(word: str, tag: str, lexicon: Lexicon) -> str:
    """The auxiliary class that lets another verb follow in the same group, or ""."""
    if tag == "MD":
        return "modal"
    if word in lexicon.be:
        return "be"
    if word in lexicon.have:
        return "have"
    return "do" if word in lexicon.do and tag != "VBN" else ""


def _verb_follows(tags: list[str], at: int, limit: int) -> bool:
    end = at
    while end < limit and end < at + 4 and tags[end] == "RB":
        end += 1
    return end < limit and tags[end] in _VERBS


def _with_particle(text: Text, end: int, limit: int, lexicon: Lexicon) -> int:
    """Take in the particle ("pointed out") where the tagger saw one, or where the verb is listed with it."""
    if end >= limit:
        return end
    particle = text.lower[end]
    if text.tags[end] == "RP" or (
        particle in lexicon.particles and f"{text.lower[end - 1]} {particle}" in lexicon.cues
    ):
        return end + 1
    return end
