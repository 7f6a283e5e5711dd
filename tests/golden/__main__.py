"""Write the expected events of every golden article anew: `python -m tests.golden` (then read the diff)."""

from __future__ import annotations

from .articles import ARTICLES, described


def main() -> None:
    for path in ARTICLES:
        path.with_suffix(".events").write_text(described(path), encoding="utf-8")
        print(path.with_suffix(".events").name)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
