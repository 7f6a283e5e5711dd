"""Annotated English sentences for the tests of the grammar."""

from worker.extract.grammar.sentences import AnnotatedText, annotate
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon


def english_lexicon() -> Lexicon:
    lexicon = load_lexicon("en")
    assert lexicon is not None
    return lexicon


def annotated(string: str) -> AnnotatedText:
    return annotate(string, english_lexicon())
