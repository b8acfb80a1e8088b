"""Which texts of the interface are marked for translation: in Python by its syntax tree, in templates by Django's
own parser, so that what is found is what Django will look up. Catalogues are `message_files`' matter."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.template import Context, Node, Template, Variable
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

from .message_files import Text

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "catalog", "matchmaking")
TEMPLATES = {".html", ".txt"}
LIBRARY = "django.utils.translation"
# What the first arguments of each function are.
ARGUMENTS = {
    "gettext": ("singular",),
    "ngettext": ("singular", "plural"),
    "pgettext": ("context", "singular"),
    "npgettext": ("context", "singular", "plural"),
}
Found = tuple[str, str, str]  # context, singular, plural


def all_texts() -> list[Text]:
    """Every text once, with the files it stands in, in the order of the files."""
    files: dict[Found, list[str]] = defaultdict(list)
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*")):
        for found in dict.fromkeys(texts_of(path)):
            files[found].append(path.relative_to(ROOT).as_posix())
    return _united([Text(*found, tuple(names)) for found, names in files.items()])


def _united(texts: list[Text]) -> list[Text]:
    """A text that stands somewhere alone and somewhere with a plural is one entry: the one with the plural."""
    plurals = {(text.context, text.singular) for text in texts if text.plural}
    return [text for text in texts if text.plural or (text.context, text.singular) not in plurals]


def texts_of(path: Path) -> Iterator[Found]:
    if path.suffix == ".py" and "migrations" not in path.parts:
        yield from texts_in_python(path.read_text(), str(path))
    elif path.suffix in TEMPLATES and "templates" in path.parts:
        yield from texts_in_template(path.read_text())


def texts_in_python(source: str, name: str = "") -> Iterator[Found]:
    """Raises ValueError for a call whose text is no literal: nobody could translate it."""
    tree = ast.parse(source)
    functions = dict(_functions(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            words = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            names = ARGUMENTS[functions[node.func.id]]
            if len(words) < len(names):
                raise ValueError(f"{name}:{node.lineno}: only literal texts can be marked for translation.")
            yield _found(dict(zip(names, words, strict=False)))


def _functions(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Under which name the module knows each function of Django's, without _lazy and _noop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == LIBRARY:
            for alias in node.names:
                plain = alias.name.removesuffix("_lazy").removesuffix("_noop")
                if plain in ARGUMENTS:
                    yield alias.asname or alias.name, plain


def texts_in_template(source: str) -> Iterator[Found]:
    nodelist = Template(source).nodelist
    for node in [*nodelist.get_nodes_by_type(TranslateNode), *nodelist.get_nodes_by_type(BlockTranslateNode)]:
        yield _found({"context": _context_of(node)} | _words_of(node))


def _words_of(node: Node) -> dict[str, str]:
    if isinstance(node, TranslateNode):
        variable: Variable = node.filter_expression.var
        return {} if variable.literal is None else {"singular": variable.literal}
    plural = node.render_token_list(node.plural)[0] if node.plural else ""
    return {"singular": node.render_token_list(node.singular)[0], "plural": plural}


def _context_of(node: Node) -> str:
    return node.message_context.resolve(Context()) if node.message_context else ""


def _found(words: dict[str, str]) -> Found:
    return words.get("context", ""), words["singular"], words.get("plural", "")
