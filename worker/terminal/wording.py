"""English wording of terminal output: codes as words, agreement of subject and verb.

The page has the same rules in `gateway/web/grammar.js`.
"""

from __future__ import annotations

from typing import Final

from worker.schema import Act, Actor

_VERBS: Final[dict[Act, tuple[str, str]]] = {
    "say": ("says", "say"),
    "demand": ("demands", "demand"),
    "accuse": ("accuses", "accuse"),
    "criticise": ("criticises", "criticise"),
    "praise": ("praises", "praise"),
    "promise": ("promises", "promise"),
    "threaten": ("threatens", "threaten"),
    "deny": ("denies", "deny"),
    "ask": ("asks", "ask"),
    "announce": ("announces", "announce"),
    "decline": ("declines", "decline"),
}
"""Act -> third person singular, plural."""
_PREPOSITIONS: Final[dict[Act, str]] = {"say": "to", "announce": "to", "deny": "to", "decline": "to", "demand": "of"}
"""Act -> the preposition between the verb and the target; the other verbs take a direct object."""
_SINGULAR_DETERMINERS: Final = frozenset({"a", "an", "each", "every"})
_PLURAL_VERB_SUBJECTS: Final = frozenset({"i", "you", "we", "they", "police"})
"""Last words, case-folded, of a subject that takes the plural form of a verb although its type is not "group"."""


def humanise_code(code: str) -> str:
    """Return a code of the wire form as words: "not_taken" becomes "not taken"."""
    return code.replace("_", " ")


def is_plural(subject: Actor) -> bool:
    """Return whether an actor takes the plural form of a verb.

    Groups do ("the two leaders say"), unless a singular determiner introduces them ("a crowd says"; but "a number of
    officials say"). Of the other types only a few words do, such as "police".
    """
    words = subject.name.casefold().split()
    if subject.type == "group":
        return not (words and words[0] in _SINGULAR_DETERMINERS and "of" not in words)
    return bool(words) and words[-1] in _PLURAL_VERB_SUBJECTS


def verb_phrase(act: Act, speaker: Actor | None, target: str = "") -> str:
    """Return the verb of a statement, in agreement with its speaker, and the target: "says to reporters".

    An unknown speaker (None) is singular. An empty target is left out.
    """
    verb = _VERBS[act][speaker is not None and is_plural(speaker)]
    towards = [_PREPOSITIONS[act]] if target and act in _PREPOSITIONS else []
    return " ".join([verb, *towards, *([target] if target else [])])
