"""Figures that hardly depend on the machine: memory of a process, and growth of time with the length of the text."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from worker.pipeline.extract_events import extract_events
from worker.pipeline.preload import preload_models
from worker.pipeline.process_page import process_page
from worker.schema import Article, Page

T = TypeVar("T")

ARTICLES = 1000
"""Articles processed before the memory is read."""
NAMED_PARAGRAPHS = (250, 500, 1000, 2000, 4000)
"""Lengths of articles of which each paragraph names new persons and bodies."""
FACTORS = (1, 2, 5, 10, 20)
"""Lengths of the texts, as multiples of BASE_WORDS."""
BASE_WORDS = 700


# ---------------------------------------------------------------- memory
class Peak(NamedTuple):
    """Peak resident memory of a process in MB: with code and models loaded, and after all articles."""

    name: str
    models_mb: float
    peak_mb: float


def memory(pages: Sequence[Page], articles: Sequence[Article]) -> list[Peak]:
    """Measure a process that extracts, and one that parses and extracts, `ARTICLES` articles each."""
    return [
        _measure_in_new_process("extract", extract_events, articles),
        _measure_in_new_process("parse + extract", process_page, pages),
    ]


def _measure_in_new_process(name: str, work: Callable[[T], object], items: Sequence[T]) -> Peak:
    """Send the items one by one, as the worker does: the process never holds the list of them."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        models = pool.submit(_peak_after, work, items[0]).result()
        peaks = [pool.submit(_peak_after, work, item).result() for item in islice(cycle(items), ARTICLES)]
        return Peak(name, models, peaks[-1])


def _peak_after(work: Callable[[T], object], item: T) -> float:
    work(item)
    return _peak_mb()


def _peak_mb() -> float:
    """Return the peak resident memory of this process in MB (Linux only); `ru_maxrss` would include the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1024 / 1e6


# ---------------------------------------------------------------- growth
class Growth(NamedTuple):
    """CPU time of a text of `times` as many words, and its ratio to the time of BASE_WORDS words."""

    times: int
    words: int
    cpu_ms: float
    ratio: float


def growth(articles: Sequence[Article], rounds: int) -> list[Growth]:
    """Time extraction of longer and longer texts: the articles one after another, with new names in each copy."""
    words = " ".join(_renamed(article.text, copy) for copy, article in _copies(articles)).split(" ")
    found: list[Growth] = []
    for times in FACTORS:
        count = times * BASE_WORDS
        article = replace(articles[0], text=" ".join(words[:count]), language="en")
        cpu_ms = min(_cpu_ms(article) for _ in range(rounds))
        found.append(Growth(times, count, cpu_ms, cpu_ms / found[0].cpu_ms if found else 1.0))
    return found


def _copies(articles: Sequence[Article]) -> Iterable[tuple[int, Article]]:
    """Yield articles with enough words for the longest text, each with the number of its copy."""
    total = 0
    for number, article in enumerate(cycle(articles)):
        if total > BASE_WORDS * FACTORS[-1]:
            return
        total += len(article.text.split(" "))
        yield number // len(articles), article


def _renamed(text: str, copy: int) -> str:
    """Return the text with other names in each copy, as a longer article has: "Tamm" becomes "Tammb" in the second."""
    if not copy:
        return text
    return " ".join(
        word + chr(ord("a") + copy % 26) if word.istitle() and word.isalpha() else word for word in text.split(" ")
    )


def _cpu_ms(article: Article) -> float:
    started = time.process_time()
    extract_events(article)
    return 1000 * (time.process_time() - started)


# ---------------------------------------------------------------- distinct names
class NamedGrowth(NamedTuple):
    """CPU time of an article of `paragraphs` paragraphs with names of their own; `ratio` to the row before."""

    paragraphs: int
    cpu_ms: float
    ratio: float


def growth_with_names() -> list[NamedGrowth]:
    """Time extraction of articles in which the number of distinct names grows with the number of paragraphs."""
    found: list[NamedGrowth] = []
    for paragraphs in NAMED_PARAGRAPHS:
        text = "\n\n".join(map(paragraph_with_new_names, range(paragraphs)))
        cpu_ms = _cpu_ms(Article(id="names", url="https://names.example/", text=text, language="en"))
        found.append(NamedGrowth(paragraphs, cpu_ms, cpu_ms / found[-1].cpu_ms if found else 1.0))
    return found


def paragraph_with_new_names(number: int) -> str:
    """Return an invented paragraph with a statement, a meeting and a decision of parties that no other one names."""
    minister, mayor, port = (_invented_name(3 * number + n) for n in range(3))
    return (
        f"“We will not close the port,” said Anna {minister}, the transport minister of {port}. She met mayor Nils "
        f"{mayor} on Monday, and the {port} Council decided to extend the treaty."
    )


def _invented_name(number: int) -> str:
    """Return a name that differs for every number: its digits as syllables."""
    return "".join(_SYLLABLES[int(digit)] for digit in str(number)).title()


_SYLLABLES = ("ba", "ko", "mu", "ten", "lar", "vi", "so", "dru", "kel", "pan")


# ---------------------------------------------------------------- first use
class FirstUse(NamedTuple):
    """CPU time and memory that the first page of a kind takes in a process that has loaded the models."""

    name: str
    cpu_ms: float
    added_mb: float


def first_uses() -> list[FirstUse]:
    """Process one page of each kind, each in a new process with the models loaded."""
    kinds = {
        "dated": '<meta property="article:published_time" content="2025-05-05T10:00:00Z">',
        "undated": "",
        "date in Spanish": "<p class=published>2 de abril de 2025</p>",
        "language not declared": "<html>",
    }
    return [_first_use(name, head) for name, head in kinds.items()]


def _first_use(name: str, head: str) -> FirstUse:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=preload_models) as pool:
        return FirstUse(name, *pool.submit(_cost_of_page, head).result())


def _cost_of_page(head: str) -> tuple[float, float]:
    body = "".join(f"<p>{paragraph_with_new_names(number)}</p>" for number in range(5))
    page = Page(url="https://first.example/a", body=f"{head}<title>First</title><article>{body}</article>".encode())
    before, started = _peak_mb(), time.process_time()
    process_page(page)
    return 1000 * (time.process_time() - started), _peak_mb() - before


# ---------------------------------------------------------------- start
class Start(NamedTuple):
    """CPU time of a command, from the start of its process to its end: the median of some runs.

    The modules are compiled before, as in an installed package.
    """

    command: str
    cpu_s: float


def starts(rounds: int = 10) -> list[Start]:
    """Run `communique --help`, and `communique extract` of one short text."""
    text = paragraph_with_new_names(0).encode()
    with tempfile.TemporaryDirectory() as bytecode:
        environ = os.environ | {"PYTHONPYCACHEPREFIX": bytecode}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        return [
            Start(" ".join(words), _median_cpu_s(words, text, environ, rounds))
            for words in (["--help"], ["extract", "-"])
        ]


def _median_cpu_s(arguments: Sequence[str], stdin: bytes, environ: Mapping[str, str], rounds: int) -> float:
    command = [sys.executable, "-m", "worker", *arguments]
    _, *times = (_cpu_s_of_child(command, stdin, environ) for _ in range(rounds + 1))
    return statistics.median(times)


def _cpu_s_of_child(command: Sequence[str], stdin: bytes, environ: Mapping[str, str]) -> float:
    before = _cpu_s_of_children()
    subprocess.run(command, input=stdin, env=environ, stdout=subprocess.DEVNULL, check=True)
    return _cpu_s_of_children() - before


def _cpu_s_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
