"""Rewrite the expected events of every golden article: `python -m tests.golden`; then review the diff."""

from __future__ import annotations

from .articles import ARTICLES, annotated_file


def main() -> None:
    for path in ARTICLES:
        path.with_suffix(".events").write_text(annotated_file(path), encoding="utf-8")
        print(path.with_suffix(".events").name)  # noqa: T201 - the output of a command


if __name__ == "__main__":
    main()
