"""The layout of ser and tests: sizes, which package imports what, and no import circle."""

import ast
import graphlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEST_MODULES = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_MODULES = 12  # of a package, not counting __init__.py
MAX_LINES = 240  # of a module
# What may import a library or a package, besides the package itself.
IMPORTERS = {
    "gradio": {"ser.page"},
    "gradio_client": {"ser.page", "ser.bench"},
    "plotly": {"ser.charts", "ser.page"},
    "onnx": {"ser.export"},
    "umap": {"ser.training.classifier.map_layout"},
    "ser.training": {"ser.evaluation", "ser.commands"},
    "ser.evaluation": {"ser.commands"},
}
NOT_IMPORTED = {
    "ser.page": {"torch", "sklearn", "transformers"},
    "ser.charts": {"torch", "sklearn", "transformers"},
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted((ROOT / "ser").rglob("*.py"))}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the full names of what a file imports, in functions too: modules of ser, or names."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import"
            of_names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = of_names & set(MODULES)
            names |= modules
            # Names that are not modules are imported from the module itself.
            if modules != of_names:
                names.add(node.module)
    return frozenset(names)


def test_no_import_circle():
    graph = {
        module: {name for name in imported(path) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    # Raises CycleError, which names the circle.
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


@pytest.mark.parametrize("package", IMPORTERS)
def test_only_these_import(package):
    allowed = {package, *IMPORTERS[package]}
    importers = {
        module
        for module, path in MODULES.items()
        if any(is_in(name, package) for name in imported(path))
    }
    assert importers
    assert [m for m in sorted(importers) if not any(is_in(m, each) for each in allowed)] == []


@pytest.mark.parametrize("package", NOT_IMPORTED)
def test_never_imported(package):
    violations = {
        (module, name)
        for module, path in MODULES.items()
        for name in imported(path)
        if is_in(module, package) and name.split(".")[0] in NOT_IMPORTED[package]
    }
    assert violations == set()


def test_every_package_is_small():
    counts = Counter(path.parent for path in MODULES.values() if path.stem != "__init__")
    assert {str(p): n for p, n in counts.items() if n > MAX_MODULES} == {}


def test_every_module_is_short():
    lengths = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert {module: n for module, n in lengths.items() if n > MAX_LINES} == {}


def test_test_modules_import_no_test_module():
    test_modules = {path.stem for path in TEST_MODULES}
    assert len(test_modules) == len(TEST_MODULES)
    violations = {
        (path.name, name)
        for path in (ROOT / "tests").rglob("*.py")
        for name in imported(path)
        if name.split(".")[-1] in test_modules
    }
    assert violations == set()
