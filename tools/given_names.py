# ruff: noqa: RUF001 - the file romanises letters of other alphabets
"""Write the given names of the lexicon from public lists, without manual selection.

    python -m tools.given_names --male dist.male.first --female dist.female.first \
        --out worker/extract/lexicon/en_given_names.toml

The two files are the given names of the 1990 census of the United States (Census Bureau, public domain).  Names of
other languages come from the package Faker (MIT), which must be installed; Cyrillic and Greek names are romanised.
Deterministic: the same lists give the same bytes.
"""

from __future__ import annotations

import argparse
import pkgutil
import unicodedata
from collections import defaultdict
from importlib import import_module
from pathlib import Path

MIN_RATIO = 5.0
"""Ratio of the frequencies for one sex and the other from which a name determines the gender."""
ASSUMED_SHARE = 0.01
"""Frequency in per cent that is assumed for each name of a Faker list, which has no frequencies."""
LINE_WIDTH = 110
_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэђјљњћџґѓѕ", "abvgdeziyklmnoprstufyedjlncdggz", strict=True)) | {
    "ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ї": "yi",
    "є": "ye", "љ": "lj", "њ": "nj", "џ": "dz", "ќ": "kj", "ъ": "", "ь": "", "'": "", "’": "",
}  # fmt: skip
_BY_LANGUAGE = {"uk": {"г": "h", "и": "y", "і": "i"}, "bg": {"ъ": "a", "щ": "sht"}, "mk": {"х": "h", "ј": "j"}}
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {
    "θ": "th", "χ": "ch", "ψ": "ps",
}  # fmt: skip

Scores = dict[str, list[float]]
"""Name in lower case -> [per cent of men, per cent of women] with this name."""


def add_census(path: Path, sex: int, scores: Scores) -> None:
    """Add a census file to the scores; columns: name, per cent of the sex, cumulative per cent, rank."""
    for line in path.read_text(encoding="ascii").splitlines():
        name, share, *_ = line.split()
        scores[name.lower()][sex] += float(share)


def add_faker_names(scores: Scores) -> None:
    """Add the names of all Faker languages that are written or can be romanised in Latin letters."""
    package = import_module("faker.providers.person")
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        provider = import_module(f"faker.providers.person.{module}").Provider
        for sex, field in enumerate(("first_names_male", "first_names_female")):
            for name in {n.split()[0] for n in getattr(provider, field, None) or () if n.strip()}:
                for spelling in _spellings(name.lower(), module.partition("_")[0]):
                    scores[spelling][sex] += ASSUMED_SHARE


def _spellings(name: str, language: str) -> set[str]:
    """Return the name in Latin letters with and without accents; empty for scripts without a romanisation."""
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c) or c == "\u0306")
    letters = _GREEK if language == "el" else _CYRILLIC | _BY_LANGUAGE.get(language, {})
    source = bare if language == "el" else name
    romanised = "".join(letters.get(c, c) for c in source)
    folded = unicodedata.normalize("NFKD", romanised).encode("ascii", "ignore").decode()
    kept = {romanised} if name == romanised else set()
    return {n for n in kept | {folded} if len(n) > 1 and n.isalpha() and (n.isascii() or n in kept) and _is_latin(n)}


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(c, "") for c in name)


def by_gender(scores: Scores) -> dict[str, list[str]]:
    """Return the names by gender: masculine, feminine or either."""
    names_by_gender: dict[str, list[str]] = {"masculine": [], "feminine": [], "either": []}
    for name, (men, women) in sorted(scores.items()):
        sex = "masculine" if men >= MIN_RATIO * women else "feminine" if women >= MIN_RATIO * men else "either"
        names_by_gender[sex].append(name)
    return names_by_gender


def to_toml(names_by_gender: dict[str, list[str]]) -> str:
    """Return the content of the TOML file: one string per gender, wrapped to lines."""
    out = [
        "# Given names, in lower case.  Written by tools/given_names.py from public lists (see NOTICE); not by hand."
    ]
    for sex, names in names_by_gender.items():
        lines, line = [], ""
        for name in names:
            if len(line) + len(name) >= LINE_WIDTH:
                lines.append(line)
                line = ""
            line += (" " if line else "") + name
        out.append(f'{sex} = """' + "\n".join([*lines, line]) + '"""')
    return "\n".join(out) + "\n"


def main() -> None:
    """Read the lists, write the file and print the number of names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--male", type=Path, required=True)
    parser.add_argument("--female", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    scores: Scores = defaultdict(lambda: [0.0, 0.0])
    add_census(args.male, 0, scores)
    add_census(args.female, 1, scores)
    add_faker_names(scores)
    names_by_gender = by_gender(scores)
    args.out.write_text(to_toml(names_by_gender), encoding="utf-8")
    print(", ".join(f"{len(names)} {sex}" for sex, names in names_by_gender.items()))


if __name__ == "__main__":
    main()
