"""Where words for the screen stand too low: reads every text of selectors and services with `ast`."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.imports import Module

# In a selector no word is for the screen; in a service none in a property or a table, where nothing
# is refused and no mail is written.
LOW = ("selectors", "services")
# A text of several words that is written in Danish, or a word with æ, ø or å.
DANISH = re.compile(
    r"[æøåÆØÅ]"
    r"|\b(af|alle|at|den|der|det|eller|en|er|et|for|fra|har|ikke|kan|kr|med|og|på|skal|som|til|uden|ved)\b"
)
# What refuses, or writes a mail, says so in its name: faults_of, why_no_price, refuse_second_pc …
SAYS = re.compile(r"(doubt|fault|mail|reason|refus|tell|unknown|warn|why)")
ADDS = {"add", "add_whole", "append", "extend", "is_first"}


def screen_words(module: Module) -> Iterator[str]:
    """Name every Danish text of a selector or service that is neither a refusal nor a mail's."""
    if module.place().drawer not in LOW or "mail" in module.name.rpartition(".")[2]:
        return
    tree = ast.parse(module.source)
    docstrings = {id(text) for text in _docstrings(tree)}
    for node, above in _with_ancestors(tree, ()):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if id(node) in docstrings or not _is_danish(node.value) or _may_speak(above):
            continue
        if module.place().drawer == "services" and not _is_a_label(above):
            continue
        yield f"{module.name}:{node.lineno} »{node.value}« belongs in a presenter"


def _is_danish(text: str) -> bool:
    several = len(text.split()) > 1 or re.search("[æøåÆØÅ]", text)
    return bool(several and DANISH.search(text))


def _is_a_label(above: tuple[ast.AST, ...]) -> bool:
    """Return whether a text of a service stands in a property, or in a table of the module."""
    functions = [node for node in above if isinstance(node, ast.FunctionDef)]
    if not functions:
        return True
    return any(_called_name(one) == "property" for node in functions for one in node.decorator_list)


def _called_name(node: ast.AST) -> str:
    return getattr(node, "id", "")


def _may_speak(above: tuple[ast.AST, ...]) -> bool:
    for node in above:
        if isinstance(node, ast.Raise):
            return True
        if isinstance(node, ast.FunctionDef) and SAYS.search(node.name):
            return True
        if isinstance(node, ast.ClassDef) and node.bases and SAYS.search(node.name.lower()):
            return True
        if isinstance(node, ast.Call) and _called(node) in ADDS | {"Refused", "FileRefused"}:
            return True
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and SAYS.search(
            ast.unparse(node).split("=")[0].lower()
        ):
            return True
    return False


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            yield node.body[0].value


def _with_ancestors(node: ast.AST, above: tuple) -> Iterator[tuple[ast.AST, tuple]]:
    yield node, above
    for child in ast.iter_child_nodes(node):
        yield from _with_ancestors(child, (*above, node))
