"""The annotated article that every extractor takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from worker.extract.coreference.mentions import MentionResolver
from worker.extract.grammar.chunker import Chunks, chunk
from worker.extract.grammar.sentences import AnnotatedText, annotate
from worker.extract.lexicon.lexicon import Lexicon
from worker.schema import Article, Event, Meeting, Statement


class Document(Struct, frozen=True, eq=False):
    """An article with its tokens, chunks and resolved mentions, and the events found so far."""

    article: Article
    lexicon: Lexicon
    text: AnnotatedText
    chunks: Chunks
    mentions: MentionResolver
    statements: list[Statement] = []
    """The statements in text order; filled by the first extractor, so that later ones can set `attributed_to`."""
    meetings: list[Meeting] = []
    """The meetings; filled by their extractor.  The participants of a meeting are possible deciders."""
    shared: dict[str, Any] = {}
    """Results of one extractor that later ones use, by name: the context of meetings and decisions."""


Extractor = Callable[[Document], Iterable[Event]]


def read_document(article: Article, lexicon: Lexicon) -> Document:
    """Annotate an article.  Does not raise on any text."""
    text = annotate(article.text, lexicon)
    chunks = chunk(text, lexicon)
    return Document(
        article=article,
        lexicon=lexicon,
        text=text,
        chunks=chunks,
        mentions=MentionResolver(text, chunks, lexicon),
        statements=[],
        meetings=[],
    )
