"""Invented pairs of articles: a wire copy with its edits, and another article on the same topic.

The articles are those of `tools/acts` and `tools/articles`.  A copy has another headline and agency line, loses
paragraphs, gains sentences of another article, and has some of its words changed, as regional papers do.  Another
article on the topic comes from the same section, and quotes a sentence or a paragraph of the first.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent.parent
_MARK: Final = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
_SYNONYMS: Final = {
    "said": "told reporters",
    "government": "cabinet",
    "would": "will",
    "about": "around",
    "percent": "per cent",
    "decided": "resolved",
    "also": "moreover",
    "because": "since",
}
_AGENCY_LINES: Final = (
    "(Norpress)",
    "- By our staff and agencies",
    "OSLO, March 4 (Wire) -",
    "With material from Norpress.",
)


class Story(NamedTuple):
    """One invented article, without its marks."""

    section: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


class Pair(NamedTuple):
    """Two texts, and whether the second is a copy of the first."""

    first: str
    second: str
    is_copy: bool


def load_stories() -> list[Story]:
    """Return all articles of at least four paragraphs, in the order of their paths."""
    paths = sorted(path for folder in ("acts", "articles") for path in (ROOT / "tools" / folder).rglob("*.txt"))
    stories = [_read(path) for path in paths]
    return [story for story in stories if len(story.paragraphs) >= 4]


def _read(path: Path) -> Story:
    title, _, *lines = _MARK.sub(r"\1", path.read_text(encoding="utf-8")).splitlines()
    return Story(path.parent.name, title, tuple(line.strip() for line in lines if line.strip()))


def make_pairs(count: int, seed: int) -> list[Pair]:
    """Return `count` pairs, half of them copies, the same for the same seed."""
    rng, stories = random.Random(seed), load_stories()
    sections = Counter(story.section for story in stories)
    chosen = rng.sample([it for it in stories if sections[it.section] > 1], count // 2)
    return [
        pair
        for story in chosen
        for pair in (
            Pair(story.text, copy_of(story, rng.choice(stories), rng), is_copy=True),
            Pair(story.text, same_topic(story, stories, rng), is_copy=False),
        )
    ]


def copy_of(story: Story, other: Story, rng: random.Random) -> str:
    """Return an edited copy of an article."""
    kept = list(story.paragraphs)
    for _ in range(rng.randint(0, len(kept) // 3)):
        kept.pop(rng.randrange(1, len(kept)))
    if rng.random() < 0.3 and len(kept) > 3:
        at = rng.randrange(1, len(kept) - 1)
        kept[at], kept[at + 1] = kept[at + 1], kept[at]
    kept[0] = f"{rng.choice(_AGENCY_LINES)} {kept[0]}"
    for _ in range(rng.randint(0, 2)):
        kept.insert(rng.randint(1, len(kept)), rng.choice(_sentences(rng.choice(other.paragraphs))))
    return "\n\n".join(_reword(paragraph, rng) for paragraph in kept)


def same_topic(story: Story, stories: list[Story], rng: random.Random) -> str:
    """Return another article of the section that quotes a sentence, or a whole paragraph, of an article."""
    other = rng.choice([it for it in stories if it.section == story.section and it.title != story.title])
    paragraph = rng.choice(story.paragraphs)
    quoted = paragraph if rng.random() < 0.3 else rng.choice(_sentences(paragraph))
    kept = list(other.paragraphs)
    kept.insert(rng.randint(1, len(kept)), quoted)
    return "\n\n".join(kept)


def _reword(paragraph: str, rng: random.Random) -> str:
    """Change about a third of the words that have a synonym, and a number now and then."""
    words = [_SYNONYMS.get(word, word) if rng.random() < 0.35 else word for word in paragraph.split(" ")]
    return " ".join(str(int(word) + 1) if word.isdecimal() and rng.random() < 0.2 else word for word in words)


def _sentences(paragraph: str) -> list[str]:
    return [it for it in re.split(r"(?<=[.!?])\s+", paragraph) if it]
