"""Disambiguation of words that are both noun and verb: "plans", "talks", "calls".

A clause has one finite verb; a verb has a subject before it and an object or clause after it; the word after a
determiner is a noun.
"""

from __future__ import annotations

from worker.extract.grammar.past_or_participle import FINITE
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.punctuation import SENTENCE_FINAL
from worker.extract.lexicon.cue_words import Cue
from worker.extract.lexicon.lexicon import Lexicon

_MAX_POSTMODIFIER = 14
"""Tokens of the longest postmodifier searched between a noun and its verb."""
_POSTMODIFIER_TAGS = frozenset({"IN", "DT", "NN", "NNS", "NNP", "JJ", "CC", "POS", "PRP$", "CD"})
_MAX_CLAUSE = 12
"""Tokens of a clause that are searched for its verb."""
_SHORTEST_REQUEST = 3
"""Tokens before the infinitive of the shortest request: "urged members to vote"."""
_MAX_REQUEST = 8
"""Tokens between a verb of request and the infinitive after its object."""
NOUN_OR_VERB_TAGS = frozenset({"NN", "NNS", "VBZ"})
_OBJECT_START = frozenset({"DT", "PRP$", "PRP", "NNP", "CD"})
_COMPLEMENT_START = _OBJECT_START | {"SC", "WP"}
_SINGULAR = frozenset({"NNP", "NN", "PRP"})
_HEADLINE_OBJECT = frozenset({"NN", "NNS", "JJ", "NNP", "CD"})
_COMPLEMENTISERS = frozenset({"that", "whether"})
_PAST_TAGS = frozenset({"VBD", "VBN"})
_SUBJECTS = frozenset({"NN", "NNS", "NNP", "PRP", "RB"})
_BEFORE_NOUN = frozenset({"DT", "JJ", "NN", "NNP", "POS", "PRP$"})


def resolve_noun_or_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon, sentence: tuple[int, int]) -> str:
    """Return the tag of the word at `i` (a noun or VBZ), corrected by its context; its present tag if that fits.

    VBZ becomes a plural in a clause that already has a verb, a plural VBZ in a clause without one.  A singular becomes
    a verb form if the lexicon or the complement after it requires one.
    """
    tag, low, known = tags[i], lower[i], load_tagger(lexicon.language).tag_dictionary
    if tag == "NN" and low not in known and lexicon.lemmas.get(low, low) != low and not low.endswith(("s", "ing")):
        return (
            "VBD" if i and tags[i - 1] in _SUBJECTS else "VBN"
        )  # an irregular past that is missing in the training data: "upheld"
    if tag == "NN" and low.endswith("ed") and not _PAST_TAGS.isdisjoint(known.get(low, ())):
        return "VBD" if i and tags[i - 1] in _SUBJECTS else "VBN"  # "the council [decided] on Monday"
    if tag == "NN" and i and tags[i - 1] == "TO" and tags[i + 1 : i + 2] and tags[i + 1] in _COMPLEMENT_START:
        return "VB"  # the tagger read the word before as infinitival "to": "to repeal the law"
    if tag == "NN" and _is_infinitive_of_request(tags, i, lower, lexicon) and "VB" in known.get(low, ()):
        return "VB"
    if tag == "NN" and low.endswith("ing") and _is_gerund_with_object(tags, i, lower, lexicon):
        return "VBG"  # "for meeting Hale"
    if tag == "NN" and low.endswith("ing") and low in lexicon.cues and _is_participle_with_clause(tags, i, lower):
        return "VBG"  # "a briefing announcing that"
    if tag == "VBZ" and low not in known and low[:-1] in lexicon.roles and low not in lexicon.lemmas:
        return "NNS"  # "When envoys met": no verb is made of the noun
    if tag == "VBZ" and "NNS" in known.get(low, ()) and _would_be_second_verb(tags, i, lower, lexicon):
        return "NNS"
    if tag == "NNS" and (
        _governs_infinitive(tags, i, lower, lexicon)
        or _is_reporting_verb(tags, i, lower, lexicon, sentence)
        or (i and tags[i - 1] == "NNP" and " ".join(lower[i : i + 2]) in lexicon.cues)  # "Hale points out"
    ):
        return "VBZ"
    return tag


def _is_participle_with_clause(tags: list[str], i: int, lower: list[str]) -> bool:
    """Return whether a that-clause follows a word in -ing that no determiner precedes: "a note | warning that …"."""
    return lower[i + 1 : i + 2] == ["that"] and not (i and tags[i - 1] == "DT")


def _is_infinitive_of_request(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether a bare noun after "to" is the infinitive of a request: "called on members | to vote"."""
    if i < _SHORTEST_REQUEST or lower[i - 1] != "to" or tags[i - 2] not in _SUBJECTS:
        return False
    ends = i + 1 == len(tags) or tags[i + 1] in {"PUNCT", "IN", "RB", "CC"}
    return ends and any(
        (cue := lexicon.cues.get(lower[j])) is not None and (cue.object_infinitive or "on" in cue.prepositions)
        for j in range(max(0, i - _MAX_REQUEST), i - 2)
    )


def resolve_ing_form(tags: list[str], i: int) -> str:
    """Return the tag of a word in -ing: NN in "an old [saying] down there", else VBG."""
    following = tags[i + 1] if i + 1 < len(tags) else ""
    if tags[i] == "VBD":  # no past tense ends in -ing
        return "NN" if i and tags[i - 1] in _BEFORE_NOUN and following not in _COMPLEMENT_START else "VBG"
    if i and tags[i - 1] == "DT" and following in {"SC", "WP", "IN", "PUNCT", "MD", "VBD", "VBZ"}:
        return "NN"  # "at a briefing that …"
    described = i > 1 and tags[i - 1] == "JJ" and tags[i - 2] in {"DT", "PRP$"}
    return "NN" if described and following in {"RB", "PUNCT", "VBZ", "VBD", "MD"} else "VBG"


def _is_reporting_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon, sentence: tuple[int, int]) -> bool:
    """Return whether a word tagged as a plural is the only finite verb of its clause.

    "Hale insists that it rains", "Hale slams the deal": a singular subject precedes, and a complement of the cue
    follows.
    """
    if not (sentence[0] < i < sentence[1] - 1 and lower[i].endswith("s") and tags[i - 1] in _SINGULAR):
        return False
    cue = lexicon.cues.get(lower[i])
    if _has_determined_object(tags, i, lower, lexicon) or (cue is not None and _has_complement(cue, tags, i, lower)):
        return not has_verb_before(tags, i, sentence[0]) and not _has_verb_after(tags, i, sentence[1])
    headlined = cue is not None and cue.phrase and tags[i + 1] in _HEADLINE_OBJECT
    return headlined and _is_verbless_headline(tags, lower, sentence)


def _has_determined_object(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether a determiner follows, as after a verb: "Hale bans | the ferry".

    The determiner of a bare time expression does not count.
    """
    return tags[i + 1] in {"DT", "PRP$"} and lower[i + 2 : i + 3] != [] and lower[i + 2] not in lexicon.time_nouns


def _has_complement(cue: Cue, tags: list[str], i: int, lower: list[str]) -> bool:
    """Return whether a complement of the cue follows.

    This is a clause or, after a name, another name, a pronoun or a preposition of the cue.
    """
    following, word = tags[i + 1], lower[i + 1]
    if cue.clause and (following in {"SC", "WP", "PRP"} or word == "that"):
        return True
    has_preposition = following == "IN" and any(p.partition(" ")[0] == word for p in cue.prepositions)
    return tags[i - 1] == "NNP" and (has_preposition or following in {"PRP", "NNP"})


def _is_verbless_headline(tags: list[str], lower: list[str], sentence: tuple[int, int]) -> bool:
    """Return whether the line lacks a final stop and a finite verb: "PM urges calm"."""
    return lower[sentence[1] - 1] not in SENTENCE_FINAL | {":"} and FINITE.isdisjoint(tags[sentence[0] : sentence[1]])


def _governs_infinitive(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether the word is the verb of "Hale plans to build".

    False for the noun of "the Hale plans to build" and "Hale's plans to build".
    """
    if lower[i + 1 : i + 2] != ["to"] or tags[i + 2 : i + 3] != ["VB"] or lexicon.lemmas.get(lower[i], "s")[-1] == "s":
        return False
    at = i - 1
    while at >= 0 and tags[at] in {"NNP", "NN", "JJ"}:
        at -= 1
    if at == i - 1 or (at >= 0 and tags[at] not in {"PUNCT", "CC", "SC", "DT"}):
        return False
    opens = at < 0 or tags[at] != "DT" or at == 0 or tags[at - 1] in {"PUNCT", "CC", "SC"}
    return opens and not _finite_follows(tags, i + 3)


def _finite_follows(tags: list[str], at: int) -> bool:
    """Return whether a finite verb follows in the same clause: "the Hale plans to build a dam [angered] Belm"."""
    while at < len(tags) and tags[at] not in {"PUNCT", "CC", "SC", "WP"}:
        if tags[at] in FINITE:
            return True
        at += 1
    return False


def _has_verb_after(tags: list[str], at: int, last: int) -> bool:
    """Return whether a finite verb follows before the next clause: "Hale's claims about the dam | were false"."""
    for i in range(at + 1, min(last, at + _MAX_CLAUSE)):
        if tags[i] in FINITE:
            return True
        if tags[i] in {"PUNCT", "SC", "WP", "CC", "PRP"}:
            return False
    return False


def has_verb_before(tags: list[str], at: int, first: int = 0) -> bool:
    """Return whether the clause has a finite verb to the left: "She said of his claims: …"."""
    for i in range(at - 1, max(first - 1, at - _MAX_CLAUSE), -1):
        if tags[i] in FINITE:
            return True
        if tags[i] == "PUNCT":
            return False
    return False


def _is_gerund_with_object(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether a word in -ing is a gerund with an object after a preposition: "for [meeting] Hale"."""
    after = i + 1 < len(tags) and tags[i + 1] in {"DT", "PRP$", "PRP", "NNP"} and lower[i + 1] not in lexicon.time_nouns
    return after and i > 0 and tags[i - 1] in {"IN", "SC"}


def _would_be_second_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Return whether a word tagged as a verb is a plural noun, because the clause has another finite verb.

    The other verb follows the noun and its postmodifier ("the trade talks with Oslo will go on"), or precedes it and
    the word is its object ("left the trade talks").
    """
    if i and lower[i - 1] in lexicon.particles and tags[i - 1] != "PRP":
        return True
    if i and tags[i - 1] in {"DT", "VB", "VBD", "VBZ", "VBP", "VBG", "RP", "IN", "PRP$"}:
        return True
    at = i + 1
    if tags[at : at + 1] == ["TO"] and _finite_follows(tags, i + 3):
        return True  # "the Belm plans to build a dam will fail"
    if tags[at : at + 1] == ["DT"] and lower[at + 1 : at + 2] != [] and lower[at + 1] in lexicon.time_nouns:
        at += 2  # "the ferry talks this week | will"
    if i and at < len(tags) and tags[at] in {"VB", "VBP", "VBD", "MD"} and tags[i - 1] in {"NN", "NNP", "NNS"}:
        return True  # "the party rules allow"
    if tags[at : at + 1] in (["IN"], ["SC"]) and lower[at] not in _COMPLEMENTISERS:
        at += 1
        while at < min(len(tags), i + _MAX_POSTMODIFIER) and tags[at] in _POSTMODIFIER_TAGS:
            at += 1
        if at < len(tags) and tags[at] in FINITE and tags[at - 1] in _SUBJECTS:
            return True
    at = i - 1
    while at >= 0 and tags[at] in {"NN", "NNP", "JJ"}:
        at -= 1
    governed = at > 0 and at < i - 1 and tags[at] == "DT" and tags[at - 1] in {"VB", "VBD", "VBG"}
    return governed and lower[at - 1] not in lexicon.cues
