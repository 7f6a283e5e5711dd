"""Tags of headlines and list items, whose grammar is elliptical.

A headline leaves out auxiliaries and determiners: "Cabinet backs plan", "Minister sacked over leak", "Finland, Estonia
sign pact".  The tagger, trained on full sentences, takes its verb for a noun.  A list item begins with the verb whose
subject the introducing line has: "The council also: | appointed a director".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from worker.extract.grammar.layout import Layout
from worker.extract.grammar.past_or_participle import FINITE
from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.grammar.tokens import Tokens
from worker.extract.grammar.verb_forms import base_of_third_person, is_base_form
from worker.extract.lexicon.lexicon import Lexicon

_NOMINAL = frozenset({"NN", "NNS", "NNP", "CD"})
_OBJECT_STARTS = frozenset({"NNP", "DT", "PRP$", "PRP", "WP", "SC"})
_BARE_OBJECT_STARTS = frozenset({"NN", "NNS", "JJ", "CD", "VBG"})
_BASE_TAGS = frozenset({"VB", "VBP"})
_PRESENT_TAGS = frozenset({"VB", "VBP", "VBZ"})
_PAST_TAGS = frozenset({"VBD", "VBN"})
_CLAUSE_BOUNDARIES = frozenset({"SC", "WP", "CC", "PUNCT"})
_CONJUNCTIONS = frozenset({"and", "&", ","})
_MIN_SCORE = 1.5
"""Least score of the word that is taken for the verb of a headline."""
_MIN_LETTERS = 3


class _Line(NamedTuple):
    """The tokens from `first` up to `last`, with the annotations of the text."""

    tags: list[str]
    lower: list[str]
    first: int
    last: int
    known: Mapping[str, list[str]]
    """The tags that the training data has for each word."""
    lexicon: Lexicon


def retag_elliptical_lines(
    tags: list[str], tokens: Tokens, layout: Layout, sentences: list[tuple[int, int]], lexicon: Lexicon
) -> None:
    """Correct the tags of headlines and list items, in place.  Takes linear time."""
    known = load_tagger(lexicon.language).tag_dictionary
    ends = {last for kind, (_, last) in zip(layout.kinds, tokens.paragraphs, strict=True) if kind == "headline"}
    for first, last in sentences:
        if first in layout.introductions:
            _retag_item(_Line(tags, tokens.lower, first, last, known, lexicon), layout.introductions[first])
        elif last in ends and first not in layout.labels:
            start = _after_colon(tokens.lower, first, last)
            _retag_headline(_Line(tags, tokens.lower, start, last, known, lexicon))


def _after_colon(lower: list[str], first: int, last: int) -> int:
    """Return the token after the kicker or speaker of a headline ("PM: …"); `first` if there is none."""
    colon = next((i for i in range(first, last) if lower[i] == ":"), -1)
    return colon + 1 if first <= colon < last - 1 else first


# ---------------------------------------------------------------- list items
def _retag_item(line: _Line, colon: int) -> None:
    """Retag the verb at the start of an item, over adverbs: a base form after "to:", else a past or present tense."""
    tags, lower, at = line.tags, line.lower, line.first
    while at < line.last - 1 and tags[at] == "RB":
        at += 1
    word, following = lower[at], tags[at + 1] if at + 1 < line.last else ""
    if tags[at] in {"MD", "TO"} or following in {"VBD", "VBZ", "MD"}:
        return
    if lower[colon - 1] == "to" or tags[colon - 1] == "MD":
        if is_base_form(word, line.lexicon.language):
            tags[at] = "VB"
    elif _is_past(word, line.known):
        tags[at] = "VBD"
    elif tags[at] in {"NNS", "VBZ"} and base_of_third_person(word, line.lexicon.language) is not None:
        tags[at] = "VBZ"


def _is_past(word: str, known: Mapping[str, list[str]]) -> bool:
    """Return whether a word can be a past tense or participle."""
    return not _PAST_TAGS.isdisjoint(known.get(word, ())) or (word not in known and word.endswith("ed"))


# ---------------------------------------------------------------- headlines
def _retag_headline(line: _Line) -> None:
    """Retag the main verb of a headline, its best candidate, unless the headline has an auxiliary."""
    tags, lower, lexicon = line.tags, line.lower, line.lexicon
    tokens = range(line.first, line.last)
    if any(tags[i] == "MD" or lower[i] in lexicon.be or lower[i] in lexicon.have for i in tokens):
        return
    if tags[line.first] == "VBZ":
        tags[line.first] = "NNS"  # "Talks | fail to end strike"
    if line.first + 1 < line.last and tags[line.first] in _PAST_TAGS | {"VB"} and tags[line.first + 1] == "VBZ":
        tags[line.first] = "NNP"  # "Fed | leaves rates unchanged"
    _retag_participles(line)
    score, position = max(((_verb_score(line, i), -i) for i in tokens[1:]), default=(0.0, 0))
    if score < _MIN_SCORE:
        _retag_final_nouns(line)
        return
    at = -position
    if tags[at - 1] in {"JJ", "VB", "VBP", "VBZ"}:
        tags[at - 1] = "NN" if tags[at - 1] != "VBZ" else "NNS"  # "NATO chief | urges", "teachers strike | hits"
    tags[at] = "VBP" if is_base_form(lower[at], lexicon.language) and tags[at] != "VBZ" else "VBZ"
    _retag_rivals(line, at)
    nominal = at + 2 < line.last and tags[at + 1] == "VBG" and tags[at + 2] in {"NN", "NNS", "IN"}
    if nominal and not _takes_gerund(line, at):
        tags[at + 1] = "NN"  # "sign | fishing pact", "wins | backing of"


def _takes_gerund(line: _Line, at: int) -> bool:
    """Return whether a verb governs gerunds: "starts building bridge"."""
    word = line.lower[at]
    return (base_of_third_person(word, line.lexicon.language) or word) in line.lexicon.closed_classes.gerund_verbs


def _retag_final_nouns(line: _Line) -> None:
    """Retag seeming verbs that nothing or only a prepositional phrase follows: "minister in Riga | talks"."""
    tags, lower = line.tags, line.lower
    for at in range(line.first + 1, line.last):
        following = tags[at + 1] if at + 1 < line.last else ""
        if tags[at] == "VBG" and tags[at - 1] in {"IN", "SC"} and following in {"NN", "NNS"} and at + 2 == line.last:
            tags[at - 1 : at + 1] = ["IN", "NN"]  # "in fishing talks"
        nouns = {"NN", "NNS"}.intersection(line.known.get(lower[at], ["NNS"]))
        if tags[at] in _PRESENT_TAGS and tags[at - 1] in _NOMINAL | {"JJ", "IN"} and nouns:
            if tags[at] != "VBZ" and tags[at - 1] == "NNS":
                continue  # "voters | go to polls"
            if following in {"", "IN", "PUNCT"} or (following == "TO" and lower[at] == "talks"):
                tags[at] = "NNS" if "NNS" in nouns and lower[at].endswith("s") else "NN"


def _retag_participles(line: _Line) -> None:
    """Retag a past tense without an object as the participle of a passive: "Minister | sacked over leak"."""
    tags, lower, known = line.tags, line.lower, line.known
    for at in range(line.first + 1, line.last):
        following = tags[at + 1] if at + 1 < line.last else ""
        if lower[at] == "set" and tags[at - 1] in _NOMINAL and lower[at + 1 : at + 2] == ["to"]:
            tags[at] = "VBN"
        if tags[at] != "VBD" or tags[at - 1] not in _NOMINAL or "VBN" not in {*known.get(lower[at], ["VBN"])}:
            continue
        if following == "RB" and at + 2 < line.last and "IN" in known.get(lower[at + 1], ()):
            following = tags[at + 1] = "IN"  # "over leak"
            tags[at + 2] = "NN" if tags[at + 2] in _BASE_TAGS else tags[at + 2]
        if following in {"", "IN", "TO"} and lower[at] not in line.lexicon.closed_classes.reciprocal_pasts:
            tags[at] = "VBN"
        elif following == "NN" and lower[at + 1] in line.lexicon.roles:
            tags[at] = "VBN"  # "Holt named | ambassador"


def _verb_score(line: _Line, at: int) -> float:
    """Return how much a word looks like the finite verb of the headline; 0 for a word that cannot be."""
    tags, lower, known, language = line.tags, line.lower, line.known, line.lexicon.language
    word, base = lower[at], base_of_third_person(lower[at], line.lexicon.language)
    third_person = base is not None
    if len(word) < _MIN_LETTERS or not (third_person or is_base_form(word, language)) or tags[at] in {"NNP", "IN"}:
        return 0.0
    if not _may_be_subject(line, at - 1) or (third_person and tags[at - 1] == "NNS"):
        return 0.0
    if "TO" in tags[line.first : at]:
        return 0.0  # "council | to vote on sanctions"
    if not third_person and not _is_plural_subject(line, at):
        return 0.0
    as_noun = {"NN", "NNS"} & {*known.get(word, ()), *known.get(base or word, ())}
    score = (1.0 if third_person else 0.9) + (0.4 if as_noun else 0.7) + (0.3 if tags[at] in FINITE else 0.0)
    if known.get(word, ())[:2] == ["NNS", "VBZ"]:
        score -= 0.5 if at + 1 < line.last else 0.8  # "talks", "plans": mostly a noun
    if tags[at - 1] == "NNP" and lower[at - 1].endswith("s") and not third_person and as_noun:
        score -= 0.6  # "the Hughes plan"
    if not line.lexicon.closed_classes.circumstance_openers.isdisjoint(lower[line.first : at]):
        score -= 0.8  # "coalition meets as crisis | looms"
    cue = line.lexicon.cues.get(word)
    if cue is not None and lower[at + 1 : at + 2] != [] and lower[at + 1] in cue.prepositions - {"to"}:
        score += 0.5  # "calls for"
    score -= 0.3 if third_person and at + 1 == line.last else 0.0
    return score + _complement_score(line, at, is_noun=bool(as_noun) and not third_person)


def _may_be_subject(line: _Line, at: int) -> bool:
    """Return whether the word before a verb can end its subject: a noun, a bracket or an adverb after a noun."""
    tag, low = line.tags[at], line.lower[at]
    if tag in _NOMINAL or low == ")" or low in line.lexicon.roles:
        return True
    if tag == "RB":
        return at > line.first and line.tags[at - 1] in _NOMINAL
    return tag in _PRESENT_TAGS and not {"NN", "NNS"}.isdisjoint(line.known.get(low, ()))


def _complement_score(line: _Line, at: int, *, is_noun: bool) -> float:
    """Return how much the words after a verb look like its complement.

    `is_noun`: whether the verb is spelt like a singular noun, which a preposition follows as well.
    """
    if at + 1 >= line.last:
        return 0.6
    language, word, following = line.lexicon.language, line.lower[at + 1], line.tags[at + 1]
    if following in _OBJECT_STARTS:
        return 0.8
    if word == "to" and at + 2 < line.last and is_base_form(line.lower[at + 2], language):
        return 0.7 if line.lower[at] != "talks" else -1.0  # "chip talks | to start"
    if following in _PRESENT_TAGS | {"NNS"} and base_of_third_person(word, language) is not None:
        return 0.1  # "teachers strike hits": a second candidate
    if following in _BARE_OBJECT_STARTS:
        return 0.6
    if following in FINITE | {"VB"}:
        nominal = not {"NN", "JJ"}.isdisjoint(line.known.get(word, ()))
        return 0.0 if not nominal else 0.6 if at + 2 < line.last else 0.4
    return (0.1 if is_noun else 0.3) if following in {"IN", "RP", "RB", "TO"} else 0.0


def _is_plural_subject(line: _Line, at: int) -> bool:
    """Return whether the words before a verb can be its plural subject.

    "Lawmakers in Chile | approve", "Finland, Estonia | sign", "Cabinet | pass": a plural, a coordination or a body.
    """
    tags, lower, lexicon = line.tags, line.lower, line.lexicon
    head_end = next((i for i in range(line.first + 1, at) if tags[i] in {"IN", "TO"}), at)
    head = head_end - 1
    if head_end == at and tags[head] == "RB" and not is_base_form(lower[head], lexicon.language):
        head -= head > line.first
    if any(lower[i] in _CONJUNCTIONS for i in range(line.first + 1, head)):
        verbal = tags[head - 1] == "NNP" and is_base_form(lower[head], lexicon.language)  # "Lunde, Berg | urge"
        return tags[head] in _NOMINAL and not verbal
    if tags[head] == "NNP" and lower[head].endswith("s") and not lower[head].endswith(("ss", "us", "is")):
        return True  # "Tories"
    if tags[head] in {"NNS", "VBZ"}:
        verbal = tags[head] == "VBZ" or base_of_third_person(lower[head], lexicon.language) is not None
        return not verbal or "NNS" in line.known.get(lower[head], ())
    body = lower[head] in lexicon.groups or lower[head] in lexicon.organisation_heads or lower[head] in lexicon.acronyms
    return tags[head] in _NOMINAL and ((head_end == at and body) or lower[head].endswith(("men", "police")))


def _retag_rivals(line: _Line, at: int) -> None:
    """Retag as nouns the words of the same clause that were taken for its verb: "Cabinet hears | report"."""
    tags, lower = line.tags, line.lower
    for i in range(line.first, line.last):
        if i > at and (tags[i] in _CLAUSE_BOUNDARIES or lower[i] == "as"):
            return
        if i == at or tags[i] not in _PRESENT_TAGS or (i > line.first and tags[i - 1] in {"TO", "MD", "VB"}):
            continue
        possible = line.known.get(lower[i], ())
        if "NN" in possible or (i > at and base_of_third_person(lower[i], line.lexicon.language) is None):
            tags[i] = "NN"
        elif "NNS" in possible or (tags[i] == "VBZ" and i > at):
            tags[i] = "NNS"
