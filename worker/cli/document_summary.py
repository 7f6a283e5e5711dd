"""What a run over many documents gave, and what gave nothing and why: the closing lines on stderr."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from worker.documents.process import NO_EVENTS, UNSUPPORTED_LANGUAGE, DocumentResult
from worker.schema.plurals import plural
from worker.terminal.sanitise import sanitise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_NAMES: Final = 5
"""Documents named for each reason, unless all are asked for."""
UNKNOWN_LANGUAGE: Final = "unknown"


class DocumentSummary:
    """Counts results by reason; remembers the names of documents that gave nothing."""

    def __init__(self, unit: str, *, all_names: bool = False) -> None:
        """Begin with no document.

        `unit`: the kind of result, "event" or "article"; `all_names`: whether to name every document without one.
        """
        self._unit = unit
        self._all_names = all_names
        self._fruitful = self._gave = self.failed = self.total = 0
        self._languages: Counter[str] = Counter()
        self._details: dict[str, str] = {}
        self._without: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, result: DocumentResult) -> None:
        """Count one document and its results."""
        self.total += 1
        self._gave += len(result.events) if self._unit == "event" else int(not result.has_failed)
        self.failed += result.has_failed
        if result.reason is None:
            self._fruitful += 1
            return
        self._without[result.reason].append(result.name)
        if result.reason == UNSUPPORTED_LANGUAGE:
            self._languages[result.detail or UNKNOWN_LANGUAGE] += 1
        elif result.detail:
            self._details[result.name] = result.detail

    def lines(self, elapsed_s: float, ignored: Mapping[str, int]) -> Iterator[str]:
        """Yield the lines; the first has the totals.  `ignored`: suffix -> files that were not read."""
        documents = plural(self.total, "document")
        yield f"{documents} in {elapsed_s:.1f} s: {self._fruitful:,} gave {plural(self._gave, self._unit)}"
        for reason, names in sorted(self._without.items(), key=lambda item: -len(item[1])):
            yield from self._lines_of(reason, names)
        if ignored:
            kinds = ", ".join(f"{suffix or 'no suffix'} {n:,}" for suffix, n in Counter(ignored).most_common(MAX_NAMES))
            yield f"  {plural(sum(ignored.values()), 'other file')} not read: {sanitise(kinds)}"

    def _lines_of(self, reason: str, names: list[str]) -> Iterator[str]:
        count = f"  {len(names):,} {_in_words(reason)}{self._languages_of(reason)}:"
        if self._all_names:
            yield count
            yield from (f"    {self._describe(name)}" for name in names)
            return
        shown = ", ".join(self._describe(name.rpartition("/")[2], name) for name in names[:MAX_NAMES])
        more = f" and {len(names) - MAX_NAMES:,} more" if len(names) > MAX_NAMES else ""
        yield f"{count} {shown}{more}"

    def _languages_of(self, reason: str) -> str:
        if reason != UNSUPPORTED_LANGUAGE:
            return ""
        return f" ({', '.join(f'{language} {n:,}' for language, n in self._languages.most_common())})"

    def _describe(self, shown: str, name: str | None = None) -> str:
        """Return a name as shown, with the description of its failure."""
        detail = self._details.get(name or shown)
        return sanitise(f"{shown} ({detail})" if detail else shown)


def _in_words(reason: str) -> str:
    return {NO_EVENTS: "without events", UNSUPPORTED_LANGUAGE: "in an unsupported language"}.get(
        reason, reason.replace("_", " ")
    )
