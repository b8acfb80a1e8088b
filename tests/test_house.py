"""The rules of the house that a machine can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "accounts": {"accounts"},
    "catalog": {"accounts", "catalog"},
    "matchmaking": {"accounts", "catalog", "matchmaking"},
}
PROJECT_FILES = {"matchmaking.settings", "matchmaking.urls", "matchmaking.wsgi", "matchmaking.celery"}
FORBIDDEN_NAMES = {"services", "selectors", "utils", "helpers", "common", "core", "constants", "managers"}
FILES = [path for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def imports(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield package if node.level else node.module or ""


def id_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_imports_point_to_the_lower_packages_only(path: Path):
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in imports(ast.parse(path.read_text()), package) if name.split(".")[0] in MAY_IMPORT}
    assert {name.split(".")[0] for name in ours} <= MAY_IMPORT[package]
    assert not ours & PROJECT_FILES


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_no_import_of_another_package_hides_in_a_function_or_a_type_check(path: Path):
    package = path.relative_to(ROOT).parts[0]
    tree = ast.parse(path.read_text())
    top_level = {name for node in tree.body for name in imports_here(node, package)}
    other = {name for name in imports(tree, package) if name.split(".")[0] in MAY_IMPORT.keys() - {package}}
    assert other <= top_level


def imports_here(node: ast.stmt, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from imports(node, package)


@pytest.mark.parametrize("path", FILES, ids=id_of)
def test_a_module_is_named_for_its_subject_and_says_what_lives_in_it(path: Path):
    assert path.stem not in FORBIDDEN_NAMES
    text = path.read_text()
    if text.strip() and "migrations" not in path.parts:
        assert ast.get_docstring(ast.parse(text)), "module docstring"


def test_the_readme_names_every_environment_variable():
    settings = (ROOT / "matchmaking" / "settings.py").read_text()
    variables = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    readme = (ROOT / "README.md").read_text()
    assert len(variables) > 20
    assert not {name for name in variables if f"`{name}`" not in readme}
