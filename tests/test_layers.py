"""Imports point down the layers only, and the pure layers do no I/O and read no clock."""

import ast
from pathlib import Path

import pytest

WORKER = Path(__file__).parent.parent / "worker"

LAYERS = {
    "schema": 0,
    "errors": 0,
    "backoff": 0,
    "lifecycle": 0,
    "suggestion": 0,
    "durations": 0,
    "settings": 0,
    "urls": 1,
    "parse": 2,
    "extract": 2,
    "filters": 2,
    "coding": 3,
    "streams": 3,
    "telemetry": 3,
    "queue": 4,
    "fetch": 5,
    "produce": 5,
    "pipeline": 4,
    "terminal": 4,
    "csv_rows": 3,
    "documents": 5,
    "publish": 4,
    "subscribe": 4,
    "demo": 4,
    "discover": 6,
    "consume": 6,
    "webhook": 6,
    "sink": 6,
    "archive": 6,
    "monitor": 7,
    "gateway": 8,
    "forget": 8,
    "local": 8,
    "cli": 9,
    "__main__": 10,
}
"""Module or package of `worker` -> its layer."""

WITHIN_EXTRACT = {
    "dates": 0,
    "confidence": 0,
    "label_model": 0,
    "date_finder": 1,
    "lexicon": 2,
    "grammar": 3,
    "coreference": 4,
    "document": 5,
    "written_names": 5,
    "statements": 6,
    "events": 6,
    "__init__": 7,
}
"""Module or package of `worker.extract` -> its layer."""

SAME_LAYER_ALLOWED = {
    ("settings", "errors"),  # a bad setting is a UsageError
    ("settings", "suggestion"),  # of which the message names the nearest setting
}

IMPURE = {"asyncio", "aiohttp", "redis", "os", "time", "random", "logging", "structlog", "socket", "subprocess"}
CLOCKS = {"now", "utcnow", "today"}


def modules() -> list[Path]:
    return sorted(p for p in WORKER.rglob("*.py") if p != WORKER / "__init__.py")


def home(path: Path) -> str:
    """The name in `LAYERS` of a file: its first path component below `worker`."""
    return path.relative_to(WORKER).with_suffix("").parts[0]


def imports(path: Path) -> set[str]:
    """Dotted names of everything a file imports, wherever the import stands (TYPE_CHECKING, inside functions)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            names.update(
                [f"{node.module}.{alias.name}" for alias in node.names] if node.module == "worker" else [node.module]
            )
    return names


def neighbours(path: Path) -> set[str]:
    """Layer names that a file imports from."""
    return {n.split(".")[1] for n in imports(path) if n.startswith("worker.")} - {home(path)}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(WORKER)))
def test_every_module_has_a_layer(path: Path) -> None:
    assert home(path) in LAYERS


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(WORKER)))
def test_imports_only_go_down(path: Path) -> None:
    here = home(path)
    for there in neighbours(path):
        assert LAYERS[there] < LAYERS[here] or (here, there) in SAME_LAYER_ALLOWED, f"{here} imports {there}"


@pytest.mark.parametrize("path", sorted((WORKER / "extract").rglob("*.py")), ids=lambda p: str(p.relative_to(WORKER)))
def test_imports_within_extraction_only_go_down(path: Path) -> None:
    here = path.relative_to(WORKER / "extract").with_suffix("").parts[0]
    below = {n.split(".")[2] for n in imports(path) if n.startswith("worker.extract.")} - {here}
    assert all(WITHIN_EXTRACT[there] < WITHIN_EXTRACT[here] for there in below), f"{here} imports {below}"


@pytest.mark.parametrize(
    "path",
    [p for p in modules() if home(p) in {"parse", "extract", "coding", "filters"}],
    ids=lambda p: str(p.relative_to(WORKER)),
)
def test_pure_layers_do_no_io(path: Path) -> None:
    assert not {n.split(".")[0] for n in imports(path)} & IMPURE
    tree = ast.parse(path.read_text(encoding="utf-8"))
    clocks = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in CLOCKS]
    assert not clocks, f"{path} reads a clock"
