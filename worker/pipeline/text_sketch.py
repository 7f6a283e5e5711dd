"""A sketch of a text, by which articles with nearly the same text are found.

The text is the set of its shingles (stretches of three words).  One permutation hashing divides their hashes into bins,
and keeps the least of each: Li, Owen and Zhang, One Permutation Hashing, NIPS 2012.  Two texts have the same least hash
in a bin with a probability equal to the Jaccard similarity of their shingles.  An empty bin takes the least hash of the
next one, changed by the distance: Shrivastava and Li, Densifying One Permutation Hashing, ICML 2014.  The fingerprint
has the last four bits of each bin: Li and König, b-Bit Minwise Hashing, WWW 2010.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker.schema.reading import FINGERPRINT_BINS, FINGERPRINT_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

BANDS: Final = 6
"""Bins whose least hashes are indexed: of two texts that share half of their shingles, 98 % share one of them."""
SHINGLE_WORDS: Final = 3
MIN_SHINGLES: Final = 24
"""A shorter text has no sketch: formulas would make different briefs alike."""
MAX_WORDS: Final = 20_000
"""Words that are read of a text."""
_WORD: Final = re.compile(r"\w+")
_HASH_BITS: Final = 64
_REST_BITS: Final = _HASH_BITS - (FINGERPRINT_BINS.bit_length() - 1)
_REST: Final = (1 << _REST_BITS) - 1
_MIX: Final = 0x9E3779B97F4A7C15
"""An odd constant (2⁶⁴ divided by the golden ratio) that makes a borrowed hash differ from the original."""


class TextSketch(Struct, frozen=True):
    """The fingerprint of a text, and the least hashes by which texts like it are found."""

    fingerprint: int
    bands: tuple[int, ...]
    """BANDS numbers of 64 bits, the bin and its least hash, mixed so that their first bits are evenly distributed."""


def sketch_text(text: str) -> TextSketch | None:
    """Return the sketch of a text; None if it is too short."""
    words = [match.group() for match, _ in zip(_WORD.finditer(text.lower()), range(MAX_WORDS), strict=False)]
    shingles = set(_shingles(words))
    if len(shingles) < MIN_SHINGLES:
        return None
    least = _least_hashes(shingles)
    fingerprint = 0
    for value in least:
        fingerprint = fingerprint << FINGERPRINT_BITS | value & ((1 << FINGERPRINT_BITS) - 1)
    bins = (n * FINGERPRINT_BINS // BANDS for n in range(BANDS))
    return TextSketch(fingerprint, tuple((at << _REST_BITS | least[at]) * _MIX % 2**_HASH_BITS for at in bins))


def _shingles(words: list[str]) -> Iterator[str]:
    return map(" ".join, zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False))


def _least_hashes(shingles: set[str]) -> list[int]:
    """Return the least hash of each bin, without the bits that select the bin; empty bins are filled."""
    least: list[int | None] = [None] * FINGERPRINT_BINS
    for shingle in shingles:
        digest = hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=_HASH_BITS // 8).digest()
        value = int.from_bytes(digest)
        at, rest = value >> _REST_BITS, value & _REST
        known = least[at]
        if known is None or rest < known:
            least[at] = rest
    return [_fill(least, at) for at in range(FINGERPRINT_BINS)]


def _fill(least: list[int | None], at: int) -> int:
    for distance in range(FINGERPRINT_BINS):
        value = least[(at + distance) % FINGERPRINT_BINS]
        if value is not None:
            return (value + distance * _MIX) & _REST
    raise AssertionError("a text has at least one shingle")
