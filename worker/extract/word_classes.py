"""The class of every word: what the tagger says, repaired where the lexicon or the whole sentence knows better."""

from __future__ import annotations

from collections.abc import Container

from worker.extract.lexicon import Lexicon
from worker.extract.past_tense import FINITE, with_past_tense
from worker.extract.quotes import Quotation
from worker.extract.tags import Tagger, tagger
from worker.extract.tokens import Tokens

_STOPS = frozenset({".", "!", "?", "…", "...", "...."})
_VERBAL = frozenset({"VB", "VBD", "VBN", "VBP", "VBZ"})
_SMALL = frozenset({"IN", "TO", "DT", "CC", "SC", "MD", "PRP", "PRP$", "WP", "RP", "RB"})
"""Classes of which one makes a word small: a title in capitals keeps it in lower case."""
_AUXILIARY = 4
"""Letters of the longest auxiliary that asks a question ("Does")."""
_NAMELIKE = frozenset({"RB", "JJ", "VB", "VBG", "VBN", "VBD", "NN", "NNS", "UH", "FW"})
_STRAY = frozenset({"UH", "FW", "NN", "VBN", "RB", "VBP"})
"""Classes in which a capitalised word may be a name that the tagger did not know."""
_CLOSED = frozenset({"UH", "FW", "CD", "CC", "DT", "PRP", "PUNCT", "POS", "EX", "WP"})
"""Classes to which no new word belongs."""
_VERBLIKE = frozenset({"VBD", "VBN", "VB", "VBP"})
_UNREAD = frozenset({"UH", "FW"})
_PREDICATES = frozenset({"VBD", "VBZ", "VBN", "MD"})
_NOUN_PHRASES = 14
"""Tokens of a noun's of-phrases before the verb it is subject of."""
_IN_NOUN_PHRASES = frozenset({"IN", "DT", "NN", "NNS", "NNP", "JJ", "CC", "POS", "PRP$", "CD"})
_TAG_LINE = 6
"""Tokens of a speaker and a verb after a quotation."""
_LEFT = 12
"""Tokens of a clause before its end in which its verb is looked for."""
_IN_TAG_LINE = frozenset({"DT", "NN", "NNS", "NNP", "CD", "JJ", "POS"})
_BEFORE_NOUN = frozenset({"DT", "JJ", "NN", "NNP", "POS", "PRP$"})
_BARE_VERBS = frozenset({"VB", "VBN", "VBP"})
_NOUN_OR_VERB = frozenset({"NN", "NNS", "VBZ", "VBD"})
_OPENS_OBJECT = frozenset({"DT", "PRP$", "PRP", "NNP", "CD"})
_SUBJECTS = frozenset({"NN", "NNS", "NNP", "PRP", "RB"})


def word_classes(
    tokens: Tokens, sentences: list[tuple[int, int]], found: list[Quotation], quoted: list[int], lexicon: Lexicon
) -> list[str]:
    """Return the class of every token of an article whose sentences and quotations are known."""
    tags = _with_nouns(_tags(tokens, sentences, tagger(lexicon.language)), tokens, lexicon)
    tags = _with_cues(tags, tokens, found, lexicon)
    _without_opening_verbs(tags, sentences)
    with_past_tense(tags, tokens.lower, sentences, quoted)
    return tags


def _tags(tokens: Tokens, sentences: list[tuple[int, int]], model: Tagger) -> list[str]:
    """Word classes, those of lines in title case told as if they were set like text."""
    words, lower = tokens.words, tokens.lower
    titles = [p for p in tokens.paragraphs if _is_title_case(words, *p, model)]
    if not titles:
        return _with_known_names(words, model.tag(words, lower), sentences)
    plain = list(words)
    for first, last in titles:
        plain[first:last] = lower[first:last]
    tags = _with_known_names(plain, model.tag(plain, lower), sentences)
    names = {word for word, tag in zip(plain, tags, strict=True) if tag == "NNP" and not word.islower()}
    for first, last in titles:
        for i in range(first, last):
            if words[i] in names or (words[i].isupper() and len(words[i]) > 1):
                plain[i] = words[i]
        tags[first:last] = model.tag(plain[first:last], lower[first:last])
    return tags


def _is_title_case(words: list[str], first: int, last: int, model: Tagger) -> bool:
    """Are four words in five of a short line capitalised, small ones aside, and no verb set small among the names?"""
    small = (w for w in words[first:last] if w.islower())
    if any(not _VERBAL.isdisjoint(known) for w in small if _SMALL.isdisjoint(known := set(model.classes.get(w, ())))):
        return False  # "Hale met Belm in Oslo.", "Hale will meet Belm.": sentences of names
    long = [w for w in words[first:last] if len(w) > 3 and w[0].isalpha()]  # noqa: PLR2004 - of, and, the …
    return 3 <= len(long) <= 25 and 5 * sum(w[0].isupper() for w in long) >= 4 * len(long)  # noqa: PLR2004


def _with_known_names(words: list[str], tags: list[str], sentences: list[tuple[int, int]]) -> list[str]:
    """A word that is a name inside some sentence is one where it opens a sentence too ("Hale said")."""
    openers = {first for first, _ in sentences}
    names = {word for i, word in enumerate(words) if tags[i] == "NNP" and i not in openers and not word.isupper()}
    for i in openers:
        if tags[i] == "VBZ" and len(words[i]) > _AUXILIARY:
            tags[i] = "NNS"  # no sentence opens with a third person: "Talks between …"
        if words[i][0].isupper() and (tags[i] == "FW" or (tags[i] in _NAMELIKE and words[i] in names)):
            tags[i] = "NNP"
    return tags


def _with_nouns(tags: list[str], tokens: Tokens, lexicon: Lexicon) -> list[str]:
    """Repair what the lexicon knows better: "the provincial assembly" is no adverb, "Fishermen say" names nobody."""
    known = tagger(lexicon.language).classes
    for i, (tag, low) in enumerate(zip(tags, tokens.lower, strict=True)):
        if tag == "RB" and i and tags[i - 1] in _BEFORE_NOUN and low in lexicon.organisation_heads:
            tags[i] = "NN"
        elif tag in _STRAY and tokens.words[i][0].isupper() and _is_name(tags, i, low, known, lexicon):
            tags[i] = "NNP"
        elif tag in _CLOSED and low.isalpha() and tokens.words[i].islower() and low not in known:
            tags[i] = "NNS" if low.endswith("s") and low not in lexicon.roles else "NN"  # never seen: no interjection
        elif tag in _VERBLIKE and low in lexicon.roles and "VB" not in known.get(low, ()) and _in_noun_phrase(tags, i):
            tags[i] = "NN"  # "the Hale aide said"
        elif low == "her" and tag == "PRP" and _owns(tags, i, tokens.lower, lexicon):
            tags[i] = "PRP$"
        elif tag in _BARE_VERBS and low.endswith(("men", "women")):
            tags[i] = "NNS"  # fishermen
        elif tag == "NNP" and (low in lexicon.groups or low.endswith(("men", "women"))) and _opens(tags, tokens, i):
            tags[i] = "NNS"
        elif tag in _NOUN_OR_VERB:
            tags[i] = _noun_or_verb(tags, i, tokens.lower, lexicon)
    return tags


def _noun_or_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> str:
    """Return the class of a word that is a verb elsewhere: a noun where the clause has its verb, and the reverse."""
    tag, low, known = tags[i], lower[i], tagger(lexicon.language).classes
    if tag == "NN" and low not in known and lexicon.lemmas.get(low, low) != low and not low.endswith(("s", "ing")):
        return "VBD" if i and tags[i - 1] in _SUBJECTS else "VBN"  # an irregular past it never saw: "upheld"
    if tag == "NN" and i and tags[i - 1] == "TO" and tags[i + 1 : i + 2] and tags[i + 1] in _OPENS_OBJECT:
        return "VB"  # the tagger says itself that an infinitive is due: "to repeal the law"
    if tag == "NN" and low.endswith("ing") and _governs(tags, i, lower, lexicon):
        return "VBG"  # "for meeting Hale"
    if tag == "NN" and low.endswith("ing") and low in lexicon.cues and lower[i + 1 : i + 2] == ["that"]:
        return "VBG"  # "a briefing announcing that"
    if tag == "VBD" and low.endswith("ing"):
        governs = tags[i + 1 : i + 2] and tags[i + 1] in _OPENS_OBJECT | {"SC", "WP"}
        return "NN" if i and tags[i - 1] in _BEFORE_NOUN and not governs else "VBG"  # no past ends so
    if tag == "VBZ" and "NNS" in known.get(low, ()) and _second_verb(tags, i, lower, lexicon):
        return "NNS"
    if tag == "NNS" and (_plans_to(tags, i, lower, lexicon) or _states(tags, i, lower, lexicon)):
        return "VBZ"
    return tag


def _states(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell the verb of "Hale insists that it rains", "Hale slams the deal" from a plural: its clause has no other."""
    cue = lexicon.cues.get(lower[i])
    following = tags[i + 1] if i + 1 < len(tags) else ""
    if cue is None or not lower[i].endswith("s") or i == 0 or tags[i - 1] not in {"NNP", "NN", "PRP"}:
        return False
    clause = cue.clause and following in {"SC", "WP", "PRP"}
    called = any(p.partition(" ")[0] == lower[i + 1] for p in cue.prepositions) if following == "IN" else False
    named = tags[i - 1] == "NNP" and (following in {"DT", "PRP", "PRP$", "NNP"} or called)
    return (clause or named) and not _has_verb_before(tags, i) and not _has_verb_after(tags, i)


def _has_verb_after(tags: list[str], at: int) -> bool:
    """Does a verb follow, up to the next mark or clause: "Hale's claims about the dam | were false"?"""
    for i in range(at + 1, min(len(tags), at + _LEFT)):
        if tags[i] in FINITE:
            return True
        if tags[i] in {"PUNCT", "SC", "WP", "CC", "PRP"}:
            return False
    return False


def _is_name(tags: list[str], i: int, low: str, known: Container[str], lexicon: Lexicon) -> bool:
    """Tell a name from a class guessed by its ending alone, and a given name before another one."""
    following = tags[i + 1] if i + 1 < len(tags) else ""
    if low in known or low in lexicon.lemmas:
        return low in lexicon.given_names and following == "NNP"
    return tags[i] in _UNREAD or following == "NNP" or (following in _PREDICATES and low not in lexicon.roles)


def _in_noun_phrase(tags: list[str], i: int) -> bool:
    """Does a noun or what stands before one precede the word?"""
    return i > 0 and tags[i - 1] in {"DT", "JJ", "NN", "NNP", "POS", "PRP$"}


def _governs(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell a gerund with an object after a preposition from a noun: "for [meeting] Hale", "in [building] the dam"."""
    after = i + 1 < len(tags) and tags[i + 1] in {"DT", "PRP$", "PRP", "NNP"} and lower[i + 1] not in lexicon.time_nouns
    return after and i > 0 and tags[i - 1] in {"IN", "SC"}


def _owns(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell "welcomed [her] colleague" from "met [her] last week"."""
    after = i + 1 + (tags[i + 1 : i + 2] == ["JJ"])
    noun = after < len(tags) and tags[after] in {"NN", "NNS"} and not lexicon.time_nouns & set(lower[i + 1 : after + 1])
    return noun and i > 0 and tags[i - 1] in {"VB", "VBD", "VBZ", "VBG", "VBP"}


def _second_verb(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell the plural of "the trade talks with Oslo will go on" and "left the trade talks" from a verb.

    No clause has two finite verbs: not after the word, with only its preposition's nouns between, nor before it, where
    the words between are the object of a verb that takes no clause.
    """
    if i and lower[i - 1] in lexicon.particles and tags[i - 1] != "PRP":
        return True
    if i and tags[i - 1] in {"DT", "VB", "VBD", "VBG", "RP", "IN", "PRP$"}:
        return True
    at = i + 1
    if i and at < len(tags) and tags[at] in {"VB", "VBP", "VBD", "MD"} and tags[i - 1] in {"NN", "NNP"}:
        return True  # "the party rules allow"
    if tags[at : at + 1] in (["IN"], ["SC"]):
        at += 1
        while at < min(len(tags), i + _NOUN_PHRASES) and tags[at] in _IN_NOUN_PHRASES:
            at += 1
        if at < len(tags) and tags[at] in FINITE and tags[at - 1] in _SUBJECTS:
            return True
    at = i - 1
    while at >= 0 and tags[at] in {"NN", "NNP", "JJ"}:
        at -= 1
    governed = at > 0 and at < i - 1 and tags[at] == "DT" and tags[at - 1] in {"VB", "VBD", "VBG"}
    return governed and lower[at - 1] not in lexicon.cues


def _plans_to(tags: list[str], i: int, lower: list[str], lexicon: Lexicon) -> bool:
    """Tell the verb of "Hale plans to build" from the noun of "the Hale plans to build" and "Hale's plans to"."""
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
    """Tell whether the clause has its finite verb further on: "the Hale plans to build a dam [angered] Belm"."""
    while at < len(tags) and tags[at] not in {"PUNCT", "CC", "SC", "WP"}:
        if tags[at] in FINITE:
            return True
        at += 1
    return False


def _with_cues(tags: list[str], tokens: Tokens, found: list[Quotation], lexicon: Lexicon) -> list[str]:
    """Repair verbs beside quotations that look like nouns: “…,” Hale notes. · “…,” the text read. · Hale notes: “…”"""
    for quotation in found:
        before = quotation.first - 2
        if before > 0 and tokens.words[before + 1] in {":", ","}:
            _take_for_verb(tags, tokens, before, lexicon)
        for at in range(quotation.last + 1, min(quotation.last + _TAG_LINE, len(tags))):
            if tags[at] not in _IN_TAG_LINE:
                break
            if at + 1 == len(tags) or tags[at + 1] in {"PUNCT", "IN", "RB"}:
                _take_for_verb(tags, tokens, at, lexicon)
                break
    return tags


def _take_for_verb(tags: list[str], tokens: Tokens, at: int, lexicon: Lexicon) -> None:
    cue = lexicon.cues.get(tokens.lower[at])
    if (
        cue is not None
        and cue.clause
        and tags[at] in {"NN", "NNS"}
        and tags[at - 1] in _IN_TAG_LINE - {"DT", "JJ"}
        and not tokens.lower[at].endswith("ing")
        and not _has_verb_before(tags, at)
    ):
        tags[at] = "VBZ" if tokens.lower[at].endswith("s") else "VBD"


def _has_verb_before(tags: list[str], at: int) -> bool:
    """Tell a noun whose clause has its verb already ("She said of his claims: …")."""
    for i in range(at - 1, max(-1, at - _LEFT), -1):
        if tags[i] in FINITE:
            return True
        if tags[i] == "PUNCT":
            return False
    return False


def _opens(tags: list[str], tokens: Tokens, i: int) -> bool:
    """Tell whether a word opens its sentence and is not the first one of a name."""
    starts = i == 0 or tokens.words[i - 1] in _STOPS or tokens.string[tokens.ends[i - 1]] == "\n"
    return starts and (i + 1 == len(tags) or tags[i + 1] not in {"NNP", "POS"})


def _without_opening_verbs(tags: list[str], sentences: list[tuple[int, int]]) -> None:
    """No sentence opens with a verb in the third person: "Talks between …"."""
    for first, last in sentences:
        if tags[first] == "VBZ" and last - first > 1 and tags[first + 1] == "IN":
            tags[first] = "NNS"
