"""URLs: their canonical form, which is fetched, and their folded form, by which an article is recognised."""

from worker.urls.canonical import MAX_LENGTH, canonicalise, host_of, normalise, origin_of
from worker.urls.folding import fold

__all__ = ["MAX_LENGTH", "canonicalise", "fold", "host_of", "normalise", "origin_of"]
