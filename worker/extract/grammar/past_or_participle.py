"""Disambiguation of past tense and past participle, which most English verbs spell alike.

A clause has one finite verb.  Where the tagger found none, the first VBN after the subject becomes VBD: "… because the
minister | accused him", "Protesters | chanted “…”", "what Hale | called a tax".
"""

from __future__ import annotations

from worker.extract.grammar.punctuation import COMMA_AND_DASHES, SENTENCE_FINAL

FINITE = frozenset({"VBD", "VBP", "VBZ", "MD"})
"""Tags of finite verbs."""
_BOUNDARIES = frozenset({"SC", "WP", "CC", "PUNCT"})
_BREAKS = _BOUNDARIES - {
    "CC"
}  # without CC, because a conjunction coordinates verbs: "called on them to go and said that …"
_NOMINAL = frozenset({"DT", "NN", "NNS", "NNP", "JJ", "CD", "PRP", "PRP$"})
_SUBJECTS = frozenset({"NN", "NNS", "NNP", "PRP", "CD", "RB"})
_OBJECTS = frozenset({"NNP", "PRP", "DT", "PRP$", "NNS", "CD"})
_COMPLEMENTS = _OBJECTS | {"SC", "TO", "PUNCT"}
_FRONTED = frozenset({"IN", "RB", "CC", "VBG"})
"""Tags that start an adverbial before the subject: "On Sunday, Hale, the front-runner, | called on …"."""
_ASIDE_STARTS = COMMA_AND_DASHES | {"("}
_ASIDE_ENDS = COMMA_AND_DASHES | {")"}
_NOT_VERBS = frozenset({"VBG", "VBN", "VB", "TO"})


def retag_past_tense(
    tags: list[str], lower: list[str], sentences: list[tuple[int, int]], quotation_of: list[int]
) -> None:
    """Retag VBN as VBD, in place, in clauses without a finite verb.  Takes linear time."""
    for first, last in sentences:
        if "VBN" not in tags[first:last]:
            _retag_adjective(tags, lower, (first, last))
            continue
        _retag_main_verb(tags, lower, (first, last), quotation_of)
        _retag_verb_after_aside(tags, lower, (first, last), quotation_of)
        start = first
        for at in range(first, last + 1):
            if at == last or tags[at] in _BOUNDARIES:
                if start < at and "VBN" in tags[start:at]:
                    _retag_clause_verb(tags, lower, (start, at), (first, last))
                start = at + 1


def _retag_adjective(tags: list[str], lower: list[str], sentence: tuple[int, int]) -> None:
    """Retag an adjective in -ed between noun and object in a sentence without a verb: "Her veto [angered] farmers."."""
    first, last = sentence
    if lower[last - 1] not in SENTENCE_FINAL or "JJ" not in tags[first:last] or not FINITE.isdisjoint(tags[first:last]):
        return
    for at in range(first + 1, last - 1):
        is_between = tags[at - 1] in {"NN", "NNS", "NNP"} and tags[at + 1] in _OBJECTS
        if tags[at] == "JJ" and is_between and lower[at].isalpha() and lower[at].endswith("ed"):
            tags[at] = "VBD"
            return


def _retag_main_verb(tags: list[str], lower: list[str], sentence: tuple[int, int], quotation_of: list[int]) -> None:
    """Retag the first participle of a sentence without a finite verb outside its quotations: "She resigned."

    Sentences without a final stop are left alone, because headlines omit "was".
    """
    first, last = sentence
    stopped = lower[last - 1] in SENTENCE_FINAL or quotation_of[last - 1] >= 0
    if not stopped or any(tags[i] in FINITE and quotation_of[i] < 0 for i in range(first, last)):
        return
    for at in range(first + 1, last - 1):
        after_aside = tags[at - 1] == "PUNCT" and tags[at + 1] in _OBJECTS | {"SC", "TO"}
        if (
            tags[at] == "VBN"
            and quotation_of[at] < 0
            and lower[at + 1] != "by"
            and (tags[at - 1] in _SUBJECTS or after_aside)
        ):
            tags[at] = "VBD"
            return


def _retag_verb_after_aside(
    tags: list[str], lower: list[str], sentence: tuple[int, int], quotation_of: list[int]
) -> None:
    """Retag the main verb after an aside of the subject: "Hale, a former judge, | warned Saturday that it will …"."""
    first, last = sentence
    opening = next((i for i in range(first, last) if lower[i] in _ASIDE_STARTS), last)
    if tags[first] in _FRONTED and opening + 1 < last and FINITE.isdisjoint(tags[first:opening]):
        first, opening = opening + 1, next((i for i in range(opening + 1, last) if lower[i] in _ASIDE_STARTS), last)
    if tags[first] not in _NOMINAL or opening + 2 >= last or not FINITE.isdisjoint(tags[first:opening]):
        return
    for at in range(opening + 2, last):
        if quotation_of[at] >= 0 or (tags[at] in FINITE and "WP" not in tags[opening:at]):
            return
        if tags[at] == "VBN" and lower[at - 1] in _ASIDE_ENDS and lower[at + 1 : at + 2] != ["by"]:
            if not _verb_after(tags, at, sentence):
                tags[at] = "VBD"
            return


def _retag_clause_verb(tags: list[str], lower: list[str], clause: tuple[int, int], sentence: tuple[int, int]) -> None:
    """Retag the verb of a clause without one, if the boundary before it shows that it is a clause."""
    start, end = clause
    if not FINITE.isdisjoint(tags[start:end]):
        return
    at = tags.index("VBN", start, end)
    following = tags[at + 1] if at + 1 < len(tags) else "PUNCT"
    if lower[at + 1 : at + 2] == ["by"] or not _NOT_VERBS.isdisjoint(tags[start:at]):
        return
    boundary = tags[start - 1] if start > sentence[0] else "start"
    if at == start:
        clausal = (boundary == "WP" and lower[start - 1] in {"who", "which", "that"}) or (
            boundary == "CC" and following in _OBJECTS and _verb_before(tags, start, sentence[0]) in FINITE
        )
    elif tags[start] not in _NOMINAL or tags[at - 1] not in _SUBJECTS:
        clausal = False
    elif boundary in {"SC", "WP"}:
        clausal = True
    elif boundary == "CC":
        clausal = following in _OBJECTS
    elif boundary == "start" and following in _NOMINAL and tags[end : end + 2] == ["CC", "VBD"]:
        clausal = True  # "dissolved parliament and called an election"
    else:
        clausal = (
            boundary == "start" and following in _COMPLEMENTS | {"IN", "RB"} and not _verb_after(tags, end, sentence)
        )
    if clausal:
        tags[at] = "VBD"


def _verb_before(tags: list[str], at: int, first: int) -> str:
    """Return the tag of the nearest verb to the left; "" if there is none."""
    return next((tags[i] for i in range(at - 1, first - 1, -1) if tags[i] in FINITE or tags[i] in _NOT_VERBS), "")


def _verb_after(tags: list[str], at: int, sentence: tuple[int, int]) -> bool:
    """Return whether a later clause begins with a finite verb of the same subject: "Men accused of …, said"."""
    return any(tags[i] in _BREAKS and tags[i + 1] in FINITE for i in range(at, sentence[1] - 1))
