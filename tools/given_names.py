# ruff: noqa: RUF001 - letters of other alphabets are what is romanised here
"""Write the lexicon's given names from two public lists, so that nobody's name is picked by hand.

    python -m tools.given_names --male dist.male.first --female dist.female.first \
        --out worker/extract/lexicon/en_given_names.toml

The two files are the given names of the 1990 census of the United States (Census Bureau, public domain); the names of
other languages are those of the package Faker (MIT), which has to be installed, romanised where a language of Cyrillic
or Greek script has one customary way to do so.  Deterministic: the same lists give the same bytes.
"""

from __future__ import annotations

import argparse
import pkgutil
import unicodedata
from collections import defaultdict
from importlib import import_module
from pathlib import Path

SURE = 5.0
"""How many times commoner a name must be for one sex than for the other to tell the bearer's."""
LISTED = 0.01
"""Per cent that a language's list counts for, beside the census's own figures."""
LINE = 110
_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэђјљњћџґѓѕ", "abvgdeziyklmnoprstufyedjlncdggz", strict=True)) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ї": "yi",
    "є": "ye", "љ": "lj", "њ": "nj", "џ": "dz", "ќ": "kj", "ъ": "", "ь": "", "'": "", "’": "",
}  # fmt: skip
_BY_LANGUAGE = {"uk": {"г": "h", "и": "y", "і": "i"}, "bg": {"ъ": "a", "щ": "sht"}, "mk": {"х": "h", "ј": "j"}}
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {
    "θ": "th", "χ": "ch", "ψ": "ps",
}  # fmt: skip

Scores = dict[str, list[float]]
"""Name in lower case -> how common it is for men and for women."""


def census(path: Path, sex: int, scores: Scores) -> None:
    """Add a file of the census: name, per cent of the sex that bear it, running sum, rank."""
    for line in path.read_text(encoding="ascii").splitlines():
        name, share, *_ = line.split()
        scores[name.lower()][sex] += float(share)


def languages(scores: Scores) -> None:
    """Add the names of every language of Faker whose names are written, or customarily romanised, in Latin letters."""
    package = import_module("faker.providers.person")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        provider = import_module(f"faker.providers.person.{module}").Provider
        for sex, field in enumerate(("first_names_male", "first_names_female")):
            for name in {n.split()[0] for n in getattr(provider, field, None) or () if n.strip()}:
                for spelling in _spellings(name.lower(), module.partition("_")[0]):
                    scores[spelling][sex] += LISTED


def _spellings(name: str, language: str) -> set[str]:
    """Return the name in Latin letters, with its accents and without; nothing for other scripts."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c) or c == "\u0306")
    letters = _GREEK if language == "el" else _CYRILLIC | _BY_LANGUAGE.get(language, {})
    source = bare if language == "el" else name
    romanised = "".join(letters.get(c, c) for c in source)
    folded = unicodedata.normalize("NFKD", romanised).encode("ascii", "ignore").decode()
    kept = {romanised} if name == romanised else set()
    return {n for n in kept | {folded} if len(n) > 1 and n.isalpha() and (n.isascii() or n in kept) and _is_latin(n)}


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(c, "") for c in name)


def rows(scores: Scores) -> dict[str, list[str]]:
    """Part the names into those of men, of women, and of either."""
    parted: dict[str, list[str]] = {"masculine": [], "feminine": [], "either": []}
    for name, (men, women) in sorted(scores.items()):
        sex = "masculine" if men >= SURE * women else "feminine" if women >= SURE * men else "either"
        parted[sex].append(name)
    return parted


def written(parted: dict[str, list[str]]) -> str:
    """Return the file's text: one string for each sex, in lines."""
    out = [
        "# Given names, in lower case.  Written by tools/given_names.py from public lists (see NOTICE); not by hand."
    ]
    for sex, names in parted.items():
        lines, line = [], ""
        for name in names:
            if len(line) + len(name) >= LINE:
                lines.append(line)
                line = ""
            line += (" " if line else "") + name
        out.append(f'{sex} = """' + "\n".join([*lines, line]) + '"""')
    return "\n".join(out) + "\n"


def main() -> None:
    """Read the lists, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--male", type=Path, required=True)
    parser.add_argument("--female", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores: Scores = defaultdict(lambda: [0.0, 0.0])
    census(args.male, 0, scores)
    census(args.female, 1, scores)
    languages(scores)
    parted = rows(scores)
    args.out.write_text(written(parted), encoding="utf-8")
    print(", ".join(f"{len(names)} {sex}" for sex, names in parted.items()))


if __name__ == "__main__":
    main()
