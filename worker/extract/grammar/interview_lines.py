"""Lines of transcripts and interviews: turns with the name of their speaker, questions, answers."""

from __future__ import annotations

from typing import Literal

from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

LineKind = Literal["headline", "paragraph", "item", "question", "answer", "turn"]
"""A turn begins with the name of its speaker and a colon: "Lunde: We sail." """
_MAX_TURN_LABEL = 6
"""Tokens of the longest speaker label."""
_MIN_TURNS = 3
"""Labelled lines from which an article has a transcript."""
_MAX_TURN_PARAGRAPHS = 4
"""Mean number of paragraphs of a turn up to which labelled lines are a transcript."""
_MIN_QUESTIONS = 3
"""Lines that are questions from which an article may be an interview."""


def has_turn_label(words: list[str], first: int, last: int) -> bool:
    """Return whether a line begins with capitalised words and a colon, followed by more words."""
    for at in range(first, min(first + _MAX_TURN_LABEL, last - 1)):
        if words[at] == ":":
            return at > first
        if not (words[at][0].isupper() or (at > first and words[at] in {"(", ")", ","})):
            return False
    return False


def interview_kinds(kinds: list[LineKind], plain: list[LineKind], tokens: Tokens, lexicon: Lexicon) -> list[LineKind]:
    """Return the kinds of lines, with the questions and answers of an interview without labels.

    `plain`: the kind of each line if it has no label.

    A few lines with a colon, or scattered ones, are no transcript.  Lines that are questions are those of an
    interviewer if the lines below them are in the first person.
    """
    numbers = [n for n, kind in enumerate(kinds) if kind in {"turn", "question", "answer"}]
    labelled = len(numbers)
    if labelled < _MIN_TURNS or numbers[-1] - numbers[0] >= _MAX_TURN_PARAGRAPHS * labelled:
        kinds = [own if kind == "turn" else kind for kind, own in zip(kinds, plain, strict=True)]
    questions = [n for n, kind in enumerate(kinds) if kind == "paragraph" and _is_question_line(tokens, n)]
    if labelled or len(questions) < _MIN_QUESTIONS:
        return kinds
    answered = [n for n in questions if n + 1 < len(kinds) and _is_first_person(tokens, n + 1, lexicon)]
    if 2 * len(answered) < len(questions) + 1:
        return kinds
    interviewer, answering = set(questions), False
    for number, kind in enumerate(kinds):
        if number in interviewer:
            kinds[number], answering = "question", True
        elif kind == "headline":
            answering = False
        elif answering and kind == "paragraph":
            kinds[number] = "answer"
            following = min(number + 1, len(kinds) - 1)
            answering = number < questions[-1] or _is_first_person(tokens, following, lexicon)
    return kinds


def _is_question_line(tokens: Tokens, number: int) -> bool:
    first, last = tokens.paragraphs[number]
    return tokens.words[last - 1] == "?" and "." not in tokens.words[first : last - 1]


def _is_first_person(tokens: Tokens, number: int, lexicon: Lexicon) -> bool:
    first, last = tokens.paragraphs[number]
    outside = tokens.words[first] not in lexicon.opening_marks
    return outside and not lexicon.first_person.isdisjoint(tokens.lower[first:last])
