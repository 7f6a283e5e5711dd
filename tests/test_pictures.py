"""The picture of `communique top` shows what the program shows."""

import re
import runpy
from html import unescape
from pathlib import Path

ROOT = Path(__file__).parent.parent


def words(svg: str) -> list[str]:
    return unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))).replace("\xa0", " ").split()


def test_the_picture_of_top_is_up_to_date() -> None:
    drawn = runpy.run_path(str(ROOT / "tools" / "picture_of_top.py"))["drawn"]()
    kept = (ROOT / "docs" / "pictures" / "top.svg").read_text(encoding="utf-8")
    assert words(kept) == words(drawn), "run make pictures"
    assert len(words(kept)) > 100


def test_the_picture_fetches_nothing() -> None:
    kept = (ROOT / "docs" / "pictures" / "top.svg").read_text(encoding="utf-8")
    assert re.findall(r"(?:url\((?!#)|href=)[^)\s]*", kept) == []
