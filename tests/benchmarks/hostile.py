# ruff: noqa: RUF001 - typographic marks are what hostile texts are made of
"""Search for texts that are slow to extract, among many fuzzed and hostile ones.

Each text is generated from its number alone by one of the generators below, so it can be generated again.  Times are
CPU time of one process.  The exit status is 1 if a text takes longer than the limit or makes extraction raise.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from multiprocessing import get_context
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from worker.demo.story import load_stories
from worker.pipeline.extract_events import extract_events
from worker.pipeline.preload import preload_models
from worker.schema import Article

EPILOG = """\
examples:
  python -m tests.benchmarks.hostile                       five texts per generator, some minutes
  python -m tests.benchmarks.hostile --count 10000 --jobs 2
  python -m tests.benchmarks.hostile --only commas --count 20
"""

Words = Iterable[str]
Generator = Callable[[random.Random], Words]
"""Yields words without end; a blank follows each word that does not end with GLUE."""
GLUE = "\b"

SAYING = ["said", "says", "told", "warned", "asked", "added", "accused", "according to", "denied", "“", "”", '"']
MEETING = ["met", "talks", "visited", "summit", "with", "between", "in Oslo", "on Monday", "will meet", "hosted"]
DECIDING = ["decided to", "approved", "voted to", "refused to", "the bill", "the ban", "no decision", "appointed"]
GIVEN = ["Jaan", "Mari", "Aino", "Liis", "Nils", "Ana", "Petra", "Tom", "Ruth", "Ivo"]
SYLLABLES = ["ta", "ro", "lin", "bel", "kas", "mu", "ver", "sen", "ok", "dra"]


# ---------------------------------------------------------------- generators
def one_word(dice: random.Random) -> Words:
    word = dice.choice(["said", "the", "Oslo", "he", "and", "that", "of", "met", "“said”", "to", "who", "I", "n't"])
    while True:
        yield word


def one_sign(dice: random.Random) -> Words:
    """One character without blanks: one token, or as many tokens as characters."""
    sign = dice.choice([*"aA9.,;:!?'\"“”’()[]{}<>-—–_/\\@#$%&*\n\t ", "''", "``", "...", "\r\n", "\u2028"])
    while True:
        yield sign + GLUE


def quotation_marks(dice: random.Random) -> Words:
    """Quotation marks of all styles, opened and closed at random, around little or nothing."""
    while True:
        yield dice.choice(["“", "”", '"', "‘", "’", "''", "«", "»", "„", "a", "said", ",", "\n\n"])


def nested_quotations(dice: random.Random) -> Words:
    depth = dice.randint(2, 400)
    while True:
        yield from (dice.choice(["“a", "‘b", '"c', "he said, “"]) for _ in range(depth))
        yield from (dice.choice(["a,”", "b’", 'c"', "”"]) for _ in range(depth))


def open_quotations(dice: random.Random) -> Words:
    """Paragraphs that each open a quotation and close none."""
    while True:
        yield (
            "“"
            + " ".join(dice.choices(["we", "will", "sail", "said", "he", "Tamm", ","], k=dice.randint(1, 30)))
            + "\n\n"
        )


def brackets(dice: random.Random) -> Words:
    """Brackets opened and closed at random."""
    while True:
        yield dice.choice(["(", ")", "[", "]", "(who", ")", "Tamm (", ") said"])


def capitals(dice: random.Random) -> Words:
    while True:
        yield dice.choice([name(dice).upper(), name(dice).title(), name(dice).title(), "OF", "THE", "SAID", "Mr."])


def colons(dice: random.Random) -> Words:
    """Headlines and transcript turns, one after another."""
    while True:
        yield dice.choice([name(dice).upper(), name(dice).title(), "Q", "A"]) + ":" + dice.choice(["", " no.", "\n\n"])


def sayings(dice: random.Random) -> Words:
    """Cue after cue, with few subjects."""
    while True:
        yield dice.choice([*SAYING, "he", "that", ",", "and", "to"])


def chains(dice: random.Random) -> Words:
    """ "A said that B said that C said …" without end."""
    link = dice.choice(
        ["{} said that", "{} , who said", "{} 's claim that", "{} wants to ask", "{} was told by", "{} and", "who"]
    )
    while True:
        yield link.format(name(dice).title())


def commas(dice: random.Random) -> Words:
    """Nested asides: a comma after every few words."""
    length = dice.randint(1, 4)
    while True:
        yield (
            " ".join(dice.choices([name(dice).title(), "the minister", "who", "said", "of Norway", "a"], k=length))
            + ","
        )


def prepositions(dice: random.Random) -> Words:
    while True:
        yield dice.choice(["of", "in", "for", "with", "at"]) + dice.choice(
            [" the minister", " Oslo", " talks", " it", ""]
        )


def pronouns(dice: random.Random) -> Words:
    while True:
        yield dice.choice(["he", "she", "they", "it", "who", "his", "her", "said", "met", ".", ","])


def namesakes(dice: random.Random) -> Words:
    """Thousands of people with a few surnames."""
    surnames = [name(dice).title() for _ in range(dice.randint(1, 5))]
    while True:
        yield f"{dice.choice(GIVEN)}{name(dice)} {dice.choice(surnames)} " + dice.choice(["said.", "met", "and", ","])


def crowds(dice: random.Random) -> Words:
    """A new name with a role in every sentence."""
    while True:
        verb = dice.choice([*SAYING, *MEETING, *DECIDING])
        yield f"{dice.choice(GIVEN)} {name(dice).title()}, the minister of {name(dice).title()}, {verb} it."


def events(dice: random.Random) -> Words:
    """Meetings and decisions in every sentence, between the same few people."""
    few = [name(dice).title() for _ in range(4)]
    while True:
        yield f"President {dice.choice(few)} {dice.choice([*MEETING, *DECIDING])} Minister {dice.choice(few)}."


def endless_sentence(dice: random.Random) -> Words:
    """Words of the demo articles without any full stop."""
    words = [word for text in demo_articles() for word in text.split() if word.isalpha()]
    while True:
        yield from dice.sample(words, len(words))


def dates(dice: random.Random) -> Words:
    while True:
        yield dice.choice(
            ["on", "Monday", "May", "5", "2025", "last", "week", "two", "days", "ago", ",", "next", "year"]
        )


def unicode_junk(dice: random.Random) -> Words:
    """Arbitrary code points: controls, surrogates, combining marks, scripts without blanks, emoji."""
    while True:
        block = dice.choice([0x20, 0x80, 0x300, 0x590, 0x900, 0x2000, 0x3040, 0xD800, 0xE000, 0x1F300, 0xE0000])
        yield "".join(chr(block + dice.randrange(256)) for _ in range(dice.randint(1, 12)))


def long_words(dice: random.Random) -> Words:
    while True:
        yield "".join(dice.choices("abcXYZ019'-.’/@", k=dice.randint(200, 20_000)))


def mutated_article(dice: random.Random) -> Words:
    """An article with words dropped, doubled, reversed and upper-cased, and punctuation inserted."""
    chance = dice.choice([0.01, 0.1, 0.5])
    while True:
        for word in dice.choice(demo_articles()).split(" "):
            if dice.random() > chance:
                yield word
            else:
                yield from dice.choice(
                    [[], [word, word], [word[::-1]], [dice.choice(list("“”\"',.:;()\n—"))], [word.upper()]]
                )


def shuffled_article(dice: random.Random) -> Words:
    while True:
        words = dice.choice(demo_articles()).split(" ")
        dice.shuffle(words)
        yield from words


def plain_article(dice: random.Random) -> Words:
    """The demo articles one after another: the reference for the other generators."""
    while True:
        yield dice.choice(demo_articles()) + "\n\n"


GENERATORS: tuple[Generator, ...] = (
    one_word, one_sign, long_words, unicode_junk,
    quotation_marks, nested_quotations, open_quotations, brackets, colons, commas,
    capitals, sayings, chains, prepositions, pronouns, dates, events, namesakes, crowds,
    endless_sentence, mutated_article, shuffled_article, plain_article,
)  # fmt: skip


def name(dice: random.Random) -> str:
    return "".join(dice.choices(SYLLABLES, k=dice.randint(2, 4)))


@cache
def demo_articles() -> list[str]:
    return ["\n\n".join(story.paragraphs) for story in load_stories() if story.paragraphs]


def text_of(number: int, seed: int, size: int, generators: Sequence[Generator] = GENERATORS) -> str:
    """Return text `number`, of about `size` bytes in UTF-8; the same number and seed give the same text."""
    generator = generators[number % len(generators)]
    dice = random.Random(f"{seed}:{generator.__name__}:{number}")
    words: list[str] = []
    length = 0
    for word in generator(dice):
        words.append(word)
        length += len(word.removesuffix(GLUE).encode("utf-8", "surrogatepass")) + (not word.endswith(GLUE))
        if length >= size:
            return " ".join(words).replace(GLUE + " ", "").removesuffix(GLUE)
    raise AssertionError("generators are endless")


# ---------------------------------------------------------------- measuring
class Timed(NamedTuple):
    """The measurement of one text."""

    number: int
    seconds: float
    """CPU time of the extraction."""
    events: int
    """Number of events found."""
    raised: str
    """The exception raised; "" for none."""


class Job(NamedTuple):
    """The text that a process measures."""

    number: int
    seed: int
    size: int
    only: str | None


def chosen(only: str | None) -> Sequence[Generator]:
    return [g for g in GENERATORS if only in {None, g.__name__}]


def measure(job: Job) -> Timed:
    text = text_of(job.number, job.seed, job.size, chosen(job.only))
    article = Article(id="hostile", url="https://hostile.example/", text=text, language="en")
    started = time.process_time()
    found, raised = 0, ""
    try:
        found = len(extract_events(article))
    except Exception as e:  # noqa: BLE001 - any exception is a finding
        raised = f"{type(e).__name__}: {e}"
    return Timed(job.number, time.process_time() - started, found, raised)


def main() -> int:
    args = _parser().parse_args()
    jobs = [Job(number, args.seed, args.bytes, args.only) for number in range(args.count)]
    console = Console()
    names = [g.__name__ for g in chosen(args.only)]
    with ProcessPoolExecutor(args.jobs, mp_context=get_context("spawn"), initializer=preload_models) as pool:
        done = track(pool.map(measure, jobs, chunksize=4), "texts", total=len(jobs), console=Console(stderr=True))
        timed = list(done)
    console.print(_table(timed, names, args.bytes))
    worst = max(timed, key=lambda one: one.seconds)
    total = sum(one.seconds for one in timed)
    console.print(
        f"{len(timed)} texts, {total:.0f} s of CPU time; limit {args.limit} s; worst {worst.seconds:.2f} s, "
        f"{names[worst.number % len(names)]}, number {worst.number}"
    )
    failed = [one for one in timed if one.raised]
    for one in failed:
        console.print(f"{names[one.number % len(names)]}, number {one.number}, raised {one.raised}", markup=False)
    return int(worst.seconds > args.limit or bool(failed))


def _table(timed: Sequence[Timed], names: Sequence[str], size: int) -> Table:
    table = Table("generator", "texts", "worst ms", "number", "mean ms", "events", title=f"texts of {size:,} bytes")
    for column in table.columns[1:]:
        column.justify = "right"
    rows = []
    for n, generator in enumerate(names):
        own = list(islice(timed, n, None, len(names)))
        if own:
            worst, mean = max(own, key=lambda one: one.seconds), sum(one.seconds for one in own) / len(own)
            rows.append(
                (worst.seconds, generator, len(own), worst.number, mean, sum(one.events for one in own) / len(own))
            )
    for seconds, generator, count, number, mean, found in sorted(rows, reverse=True):
        shown = f"{1000 * seconds:,.0f}", str(number), f"{1000 * mean:,.0f}", f"{found:,.0f}"
        table.add_row(generator, str(count), *shown)
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.hostile",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=5 * len(GENERATORS), help="number of texts (%(default)s)")
    parser.add_argument("--bytes", type=int, default=100_000, help="size of a text (%(default)s)")
    parser.add_argument(
        "--limit", type=float, default=1.0, metavar="SECONDS", help="CPU time allowed per text (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the generators (%(default)s)")
    parser.add_argument(
        "--only", choices=[g.__name__ for g in GENERATORS], metavar="GENERATOR", help="use only this generator"
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes (%(default)s)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
