"""URLs: their canonical form, which is fetched, and their folded form, by which an article is recognised."""

from worker.urls.canonical import MAX_LENGTH, canonicalise, host_of, normalise, origin_of
from worker.urls.folding import common_part, fold, forms_of_host, lead_to

__all__ = [
    "MAX_LENGTH",
    "canonicalise",
    "common_part",
    "fold",
    "forms_of_host",
    "host_of",
    "lead_to",
    "normalise",
    "origin_of",
]
