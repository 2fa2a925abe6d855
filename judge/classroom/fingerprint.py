"""What the outcome of a hidden test depends on, as a digest: equal digests, equal outcomes.

A test depends on its own source and on all that it reaches by name in the challenge's modules, on
what every submission of the challenge meets (manifest, support, mutants), on the reference where it
asks for it, and on the judge itself. The files are the author's; comments and layout do not count.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import judge
from judge.challenge import read_challenge, reference_submission
from judge.manifest import read_text

_FACTS = "challenge.toml"
_JUDGES = ("testing", "worker", "wire", "diagnosis", "student.py", "objects.py", "tensors.py")


class Fingerprints:
    """Digests of the tests of one challenge, as its files are now."""

    def __init__(self, folder: Path) -> None:
        self._challenge = read_challenge(folder)
        self._modules: dict[str, _Module] = {}

    def of(self, tests: Sequence[str]) -> dict[str, str]:
        """A digest for each of these hidden tests, by name. Raises ChallengeError."""
        return {test: digest_of([self._common, *self._reached(test)]) for test in tests}

    def _reached(self, test: str) -> list[str]:
        """The source of a test and of all that it uses, each definition once."""
        found: dict[tuple[str, str], str] = {}
        waiting = [("hidden_tests", test)]
        while waiting:
            module, name = waiting.pop()
            if (module, name) in found or (part := self._module(module)) is None:
                continue
            found[module, name] = "\n".join(part.sources(name))
            waiting += part.needs(name)
        texts = sorted(found.values())
        if any(".reference" in text for text in texts):
            texts.append(reference_submission(self._challenge).sha256)
        return texts

    def _module(self, name: str) -> _Module | None:
        if name not in self._modules:
            file = self._challenge.folder / f"{name}.py"
            if not file.is_file():
                return None
            self._modules[name] = _Module(name, ast.parse(read_text(file), str(file)))
        return self._modules[name]

    @cached_property
    def _common(self) -> str:
        folder = self._challenge.folder
        files = [folder / _FACTS, folder / "support.py", folder / "mutants.toml"]
        files += sorted(folder.glob("mutants/*.py"))
        return digest_of([judge.__version__, _machinery(), *map(_text_of, files)])


class _Module:
    """One module of a challenge: its definitions by name, and what each of them needs."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name = name
        self._bound: dict[str, list[ast.stmt]] = {}
        self._always: list[ast.stmt] = []  # statements that bind no name may change anything
        for node in tree.body:
            names = list(_bound_by(node))
            for bound in names:
                self._bound.setdefault(bound, []).append(node)
            if not names and not _is_docstring(node):
                self._always.append(node)

    def _nodes(self, name: str) -> list[ast.stmt]:
        return [*self._always, *self._bound.get(name, [])]

    def sources(self, name: str) -> Iterator[str]:
        yield f"# {self._name}.{name}"
        for node in self._nodes(name):
            yield _import_of(node, name) or ast.unparse(node)

    def needs(self, name: str) -> Iterator[tuple[str, str]]:
        """Other definitions, as module and name."""
        for star in self._bound.get("*", []):
            yield from self._imported(star, name)
        for node in self._nodes(name):
            if isinstance(node, ast.ImportFrom):
                yield from self._imported(node, name)
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and part.id != name:
                    yield self._name, part.id
                elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                    yield from self._of_module(part.value.id, part.attr)

    def _imported(self, node: ast.stmt, name: str) -> Iterator[tuple[str, str]]:
        """What a name stands for that comes from a module beside this one."""
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            for alias in node.names:
                if alias.name == "*":
                    yield node.module, name
                elif (alias.asname or alias.name) == name:
                    yield node.module, alias.name

    def _of_module(self, holder: str, name: str) -> Iterator[tuple[str, str]]:
        """`oracle.output` where `oracle` is a module beside this one."""
        for node in self._bound.get(holder, []):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and not node.module:
                for alias in node.names:
                    if (alias.asname or alias.name) == holder:
                        yield alias.name, name


def _bound_by(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a module binds; none of a compound one."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))


def _import_of(node: ast.stmt, name: str) -> str:
    """The part of an import that binds this name: another name beside it changes nothing."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return ""
    module = f"{'.' * node.level}{node.module or ''} " if isinstance(node, ast.ImportFrom) else ""
    bound = (a for a in node.names if (a.asname or a.name).partition(".")[0] in (name, "*"))
    return f"import {module}{', '.join(alias.name for alias in bound)}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _machinery() -> str:
    """Of the code that runs and judges a test."""
    home = Path(judge.__file__).parent
    places = [home / name for name in _JUDGES]
    files = [f for p in places for f in (sorted(p.rglob("*.py")) if p.is_dir() else [p])]
    return digest_of([_text_of(file) for file in files])


def _text_of(file: Path) -> str:
    return read_text(file) if file.is_file() else ""


def digest_of(texts: Sequence[str]) -> str:
    """One digest of several texts, in order."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
