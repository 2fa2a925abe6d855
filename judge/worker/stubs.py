"""Definitions that do nothing yet."""

from __future__ import annotations

import ast

from judge.worker.names import DefinitionNode


def does_nothing(node: DefinitionNode) -> bool:
    """A body of only pass, `...`, a docstring or NotImplementedError; a class of such methods.

    What inherits from more than `object` or `Module` does what its base does.
    """
    if isinstance(node, ast.ClassDef) and not all(map(_is_bare_base, node.bases)):
        return False
    return all(
        does_nothing(inner)
        if isinstance(node, ast.ClassDef)
        and isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        else _is_placeholder(inner)
        for inner in node.body
    )


def _is_bare_base(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("object", "Module")


def _is_placeholder(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return node.value.value is ... or isinstance(node.value.value, str)
    return isinstance(node, ast.Pass)
