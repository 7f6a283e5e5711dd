"""Chunking: base noun phrases and verb groups, found in one pass over the tags of a text, in linear time.

A base noun phrase ends with its head ("the Estonian transport minister", "Estonia's ports", "he").  Postmodifiers and
appositions are added by `worker.extract.statements.source` where a rule needs the whole phrase.
"""

from __future__ import annotations

from itertools import accumulate

from msgspec import Struct, structs

from worker.extract.grammar.conjoined_names import join_conjoined_names
from worker.extract.grammar.nicknames import join_nicknames
from worker.extract.grammar.noun_phrases import CURRENCIES, find_noun_phrase_end
from worker.extract.grammar.past_or_participle import FINITE
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon

_NOUNS = frozenset({"NN", "NNS", "NNP", "CD", "FW"})
_PRONOUNS = frozenset({"PRP", "EX", "WP"})
_OPENERS = frozenset({"DT", "PRP$", "JJ", "CD", "NN", "NNS", "NNP", "FW"})
_SUBJECTS = frozenset({"NNP", "NNS", "PRP"})
_VERBS = frozenset({"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"})
_FINITE_FORMS = FINITE | {"VB"}
"""VB counts as finite if nothing governs it: a plural present ("officials say") that was tagged as an infinitive."""


class NounPhrase(Struct, frozen=True, gc=False):
    """A base noun phrase: the tokens from `first` up to but not including `last`, with the head noun at `head`."""

    first: int
    last: int
    head: int


class VerbGroup(Struct, frozen=True, gc=False):
    """A verb with its auxiliaries, negation, preceding adverbs and particle: "has not yet pointed out"."""

    first: int
    last: int
    head: int
    """Token of the main verb."""
    finite: bool
    infinitive: bool
    """Whether the group begins with "to"."""
    negated: bool
    passive: bool
    modal: int
    """Token of the modal ("will", "could"); -1 if there is none."""


class Chunks(Struct, frozen=True, eq=False):
    """The chunks of a text in order, and for each token the index of its chunk (-1 if there is none)."""

    noun_phrases: list[NounPhrase]
    verb_groups: list[VerbGroup]
    noun_phrase_of: list[int]
    verb_group_of: list[int]
    finite_groups: list[VerbGroup] = []
    """The finite verb groups in order."""
    finite_started: list[int] = []
    """For each token, and the end, the number of finite verb groups that begin before it."""
    phrase_at: list[NounPhrase | None] = []
    """For each token its noun phrase."""
    group_at: list[VerbGroup | None] = []
    """For each token its verb group."""

    def noun_phrase(self, token: int) -> NounPhrase | None:
        """Return the noun phrase at a token; None if there is none."""
        try:
            return self.phrase_at[token] if token >= 0 else None
        except IndexError:
            return None

    def has_finite_verb(self, first: int, last: int) -> bool:
        """Return whether a finite verb group covers one of the tokens."""
        return first < last and self.last_finite(max(first, 0), min(last, len(self.group_at))) is not None

    def last_finite(self, first: int, last: int) -> VerbGroup | None:
        """Return the last finite verb group of which a token is in [first, last); None if there is none."""
        count = self.finite_started[last]
        group = self.finite_groups[count - 1] if count else None
        return group if group is not None and group.last > first else None

    def verb_group(self, token: int) -> VerbGroup | None:
        """Return the verb group at a token; None if there is none."""
        try:
            return self.group_at[token] if token >= 0 else None
        except IndexError:
            return None


def chunk(text: AnnotatedText, lexicon: Lexicon) -> Chunks:
    """Return the noun phrases and verb groups of a text."""
    size = len(text.words)
    found = Chunks(noun_phrases=[], verb_groups=[], noun_phrase_of=[-1] * size, verb_group_of=[-1] * size)
    for first, last in text.paragraphs:
        _chunk_paragraph(text, found, first, last, lexicon)
    join_conjoined_names(text, found, lexicon)
    join_nicknames(text, found)
    for first, last in text.sentences:
        if first in text.layout.introductions:
            _govern_item(text, found, first, last)
        elif text.is_headline(first):
            _complete_headline(text, found, first, last)
        _ensure_finite_verb(text, found, first, last)
    found.phrase_at[:] = [found.noun_phrases[n] if n >= 0 else None for n in found.noun_phrase_of]
    found.group_at[:] = [found.verb_groups[n] if n >= 0 else None for n in found.verb_group_of]
    found.finite_groups[:] = [group for group in found.verb_groups if group.finite]
    firsts = {group.first for group in found.finite_groups}
    found.finite_started[:] = accumulate([at in firsts for at in range(size)], initial=0)
    return found


def _govern_item(text: AnnotatedText, found: Chunks, first: int, last: int) -> None:
    """Join the verb of a list item to the end of the introducing line: "decided to: | lift …", "will: | lift …"."""
    number = next((n for n in found.verb_group_of[first:last] if n >= 0), -1)
    before = text.layout.introductions[first] - 1
    if number < 0 or text.tags[found.verb_groups[number].head] != "VB":
        return
    verb = found.verb_groups[number]
    if text.lower[before] == "to":
        found.verb_groups[number] = structs.replace(verb, finite=False, infinitive=True)
    elif text.tags[before] == "MD":
        found.verb_groups[number] = structs.replace(verb, finite=True, modal=before)


def _complete_headline(text: AnnotatedText, found: Chunks, first: int, last: int) -> None:
    """Supply the auxiliary that a headline leaves out, unless it has a finite verb.

    "Hale | to visit Oslo" is "will visit", with "to" as the modal; "minister | sacked over leak" is a passive.
    """
    numbers = sorted({n for n in found.verb_group_of[first:last] if n >= 0})
    if not numbers or any(found.verb_groups[n].finite for n in numbers):
        return
    verb = found.verb_groups[numbers[0]]
    if verb.first == first or found.noun_phrase_of[verb.first - 1] < 0:
        return
    if verb.infinitive:
        found.verb_groups[numbers[0]] = structs.replace(verb, finite=True, infinitive=False, modal=verb.first)
    elif text.tags[verb.head] == "VBN":
        found.verb_groups[numbers[0]] = structs.replace(verb, finite=True, passive=True)


def _chunk_paragraph(text: AnnotatedText, found: Chunks, first: int, last: int, lexicon: Lexicon) -> None:
    """Append the noun phrases and verb groups of a paragraph, the tokens `first` up to `last`, to `found`.

    They do not overlap; tokens that belong to none are skipped.
    """
    words, tags, at = text.words, text.tags, first
    while at < last:
        tag = tags[at]
        if tag in _PRONOUNS:
            end = at + 1
            _add_noun(found, NounPhrase(at, end, at))
        elif (
            tag in _OPENERS
            or (words[at] in CURRENCIES and _starts_sum(text, at))
            or (tag == "RB" and at + 1 < last and tags[at + 1] in {"JJ", "CD"})
        ):
            end, head = find_noun_phrase_end(text, at, last, lexicon)
            _add_noun(found, NounPhrase(at, end, head))
        elif tag in _VERBS or tag == "TO" or (tag == "RB" and _starts_verb_group(tags, at, last)):
            end = _verb_group(text, at, last, lexicon, found)
        else:
            end = at + 1
        at = end


def _ensure_finite_verb(text: AnnotatedText, found: Chunks, first: int, last: int) -> None:
    """Mark the first participle after a noun phrase as finite if a sentence has no finite verb."""
    numbers = sorted({n for n in found.verb_group_of[first:last] if n >= 0})
    if any(found.verb_groups[n].finite for n in numbers):
        return
    for number in numbers:
        verb = found.verb_groups[number]
        if (
            text.tags[verb.head] == "VBN"
            and not verb.passive
            and verb.first > first
            and found.noun_phrase_of[verb.first - 1] >= 0
        ):
            found.verb_groups[number] = structs.replace(verb, finite=True)
            return


def _starts_sum(text: AnnotatedText, at: int) -> bool:
    """Return whether a number follows the currency mark at a token."""
    return at + 1 < len(text.words) and text.tags[at + 1] == "CD"


def _add_noun(found: Chunks, phrase: NounPhrase) -> None:
    found.noun_phrase_of[phrase.first : phrase.last] = [len(found.noun_phrases)] * (phrase.last - phrase.first)
    found.noun_phrases.append(phrase)


def _starts_verb_group(tags: list[str], at: int, size: int) -> bool:
    """Return whether a verb follows within three adverbs; the adverbs belong to its group."""
    end = at
    while end < size and tags[end] == "RB" and end < at + 4:
        end += 1
    return end < size and (tags[end] in _VERBS or tags[end] == "TO")


class _PartialVerbGroup(Struct):
    """A verb group that is still being extended."""

    head: int = -1
    modal: int = -1
    infinitive: bool = False
    negated: bool = False
    passive: bool = False
    auxiliary: str = ""
    """Class of the last auxiliary ("be", "have", "do", "modal"); "" once the main verb is known."""


def _verb_group(text: AnnotatedText, at: int, limit: int, lexicon: Lexicon, found: Chunks) -> int:
    """Append the verb group that starts at a token to `found`; return the position after it."""
    group, end = _PartialVerbGroup(), at
    while end < limit and _extend(text, end, limit, group, lexicon):
        end += 1
    head = group.head
    if head < 0:
        return max(end, at + 1)
    end = _end_with_particle(text, head + 1, limit, lexicon) if end == head + 1 else head + 1
    past = text.tags[_first_verb(text.tags, at, head)] in _FINITE_FORMS or _is_past_tense(text, at, head, lexicon)
    finite = past and not group.infinitive
    found.verb_group_of[at:end] = [len(found.verb_groups)] * (end - at)
    found.verb_groups.append(
        VerbGroup(at, end, head, finite, group.infinitive, group.negated, group.passive, group.modal)
    )
    return end


def _extend(text: AnnotatedText, at: int, limit: int, group: _PartialVerbGroup, lexicon: Lexicon) -> bool:
    """Add the token to the group and return True, or return False if it does not belong to it."""
    tag, word = text.tags[at], text.lower[at]
    complete = group.head >= 0 and not group.auxiliary
    if word in lexicon.negations and tag in {"RB", "DT", "CC"}:
        group.negated = group.negated or tag == "RB" or group.head < 0
        return tag == "RB" or group.head < 0
    if tag == "RB":
        return not complete and _verb_follows(text.tags, at, limit)
    if tag == "TO" and group.head < 0 and not group.infinitive:
        group.infinitive = True
        return True
    if tag not in _VERBS or complete or (group.head >= 0 and tag in FINITE):
        return False
    group.modal = at if tag == "MD" else group.modal
    group.passive = tag == "VBN" and group.auxiliary == "be" and not _is_perfect(text, at, limit)
    group.auxiliary = _auxiliary(word, tag, lexicon)
    group.head = at
    return True


def _is_perfect(text: AnnotatedText, participle: int, limit: int) -> bool:
    """Return whether "'s" before a participle is "has": an object or clause follows ("he's said he will …")."""
    if text.lower[participle - 1] != "'s" or participle + 1 >= limit:
        return False
    return text.tags[participle + 1] in {"PRP", "DT", "SC", "PRP$", "NNP", "NNS", "WP"}


def _is_past_tense(text: AnnotatedText, at: int, head: int, lexicon: Lexicon) -> bool:
    """Return whether a participle without an auxiliary is the past tense of its subject.

    So it is in "Tamm emphasized: …" and "officials noted that …": a subject before it and a complement after it.
    """
    if (
        text.tags[head] != "VBN"
        or at != head
        or at == 0
        or text.tags[at - 1] not in _SUBJECTS
        or head + 1 >= len(text.tags)
    ):
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
    """Return the class of an auxiliary that another verb may follow in the same group; "" for other verbs."""
    if tag == "MD":
        return "modal"
    if word in lexicon.be:
        return "be"
    if word in lexicon.have:
        return "have"
    return "do" if word in lexicon.do and tag != "VBN" else ""


def _verb_follows(tags: list[str], at: int, limit: int) -> bool:
    """Return whether a verb follows within three adverbs."""
    end = at
    while end < limit and end < at + 4 and tags[end] == "RB":
        end += 1
    return end < limit and tags[end] in _VERBS


def _end_with_particle(text: AnnotatedText, end: int, limit: int, lexicon: Lexicon) -> int:
    """Return `end`, the end of a verb group, moved past a following particle: "pointed | out".

    The word is a particle if it has the tag RP and is in the lexicon; either is enough if verb and particle are a cue.
    """
    if end >= limit:
        return end
    particle = text.lower[end]
    listed, tagged = particle in lexicon.particles, text.tags[end] == "RP"
    if (tagged and listed) or (f"{text.lower[end - 1]} {particle}" in lexicon.cues and (tagged or listed)):
        return end + 1
    return end
