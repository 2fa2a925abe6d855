"""One source gives one digest, in a kernel and in a worker; another source gives another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from judge.worker.digest import differ, digest
from judge.worker.loading import load
from judge.worker.slicing import make_plan


def compiled(source: str, *, name: str = "task", filename: str = "<cell>", skip: int = 0) -> Any:
    """The live object `name`, defined by `source` at line `skip` of some file."""
    namespace: dict[str, Any] = {"__name__": filename.strip("<>")}
    code = compile("\n" * skip + source, filename, "exec", dont_inherit=True)
    exec(code, namespace)  # noqa: S102  a kernel does nothing else
    return namespace[name]


SAME = {
    "a function": "def task(x, *a, k=1, **w):\n    return x + 1.5",
    "a lambda": "task = lambda x: x + 1",
    "nested functions": "def task():\n    def f(y): return [y for y in (1, 2)]\n    return f",
    "a docstring": "def task():\n    'What it does.'\n    return 1",
    "sets in constants": "def task(x): return x in {'a', 'b', 'c', 'd', (1, 'e')}",
    "odd constants": "def task(): return 1e400, -0.0, 1j, b'x', None, ..., 10 ** 30, 'é'",
    "an asynchronous function": "async def task():\n    async for x in y: yield x",
    "a closure": "def make(k):\n    def inner(): return k\n    return inner\ntask = make(3)",
    "a recursive closure": (
        "def make():\n    def f(n): return n and g(n - 1)\n    def g(n): return f(n)\n"
        "    return f\ntask = make()"
    ),
    "an empty cell in a closure": (
        "def make():\n    def f(): return late\n    if f is None: late = 1\n    return f\n"
        "task = make()"
    ),
    "a partial": "from functools import partial\ndef f(a): return a\ntask = partial(f, 1)",
    "a cache": "import functools\n@functools.lru_cache\ndef task(a): return a",
    "a wrapped function": (
        "import functools\ndef d(f):\n    @functools.wraps(f)\n    def w(*a): return f(*a)\n"
        "    return w\n@d\ndef task(a): return a"
    ),
    "a bound method": "class A:\n    def f(self): return 1\ntask = A().f",
    "a class": "class task:\n    def f(self): return 1\n    @property\n    def g(self): return 2",
    "a class with every kind of method": (
        "import functools\nclass task:\n    @staticmethod\n    def a(): return 1\n"
        "    @classmethod\n    def b(cls): return 2\n    @functools.cached_property\n"
        "    def c(self): return 3\n    class Inner:\n        def d(self): return 4\n"
        "    e = lambda self: 5\n    @functools.lru_cache\n    def f(self): return 6"
    ),
    "a dataclass": (
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass task:\n    x: int = 1"
    ),
    "a base class": "class A:\n    def f(self): return 1\nclass task(A): pass",
    "an object that is called": "class A:\n    def __call__(self): return 1\ntask = A()",
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME.keys())
def test_the_same_source_elsewhere_has_the_same_digest(source: str) -> None:
    there = digest(compiled(source, filename="<submission cell 3>", skip=40))
    assert there
    assert digest(compiled(source)) == there


OTHER = [
    ("a constant", "def task(): return 1", "def task(): return 2"),
    ("the type of a constant", "def task(): return 1", "def task(): return 1.0"),
    ("a sign", "def task(): return 0.0", "def task(): return -0.0"),
    ("a global name", "def task(): return a", "def task(): return b"),
    ("an operator", "def task(a): return a + a", "def task(a): return a - a"),
    ("a parameter", "def task(a): return 1", "def task(b): return 1"),
    ("an inner function", "def task():\n    def f(): return 1",
     "def task():\n    def f(): return 2"),
    ("a set", "def task(x): return x in {1, 2}", "def task(x): return x in {1, 3}"),
    ("a method", "class task:\n    def f(s): return 1", "class task:\n    def f(s): return 2"),
    ("a method's name", "class task:\n    def f(s): return 1",
     "class task:\n    def g(s): return 1"),
    ("a property", "class task:\n    @property\n    def f(s): return 1",
     "class task:\n    @property\n    def f(s): return 2"),
    ("a base class", "class A:\n    def f(s): return 1\nclass task(A): pass",
     "class A:\n    def f(s): return 2\nclass task(A): pass"),
    ("under a partial", "import functools\ntask = functools.partial(lambda a: 1)",
     "import functools\ntask = functools.partial(lambda a: 2)"),
    ("under a decorator without wraps",
     "def d(f):\n    return lambda *a: f(*a)\n@d\ndef task(): return 1",
     "def d(f):\n    return lambda *a: f(*a)\n@d\ndef task(): return 2"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "one", "two"), OTHER, ids=[o[0] for o in OTHER])
def test_another_source_has_another_digest(what: str, one: str, two: str) -> None:
    assert differ(digest(compiled(one)), digest(compiled(two))), what


def test_a_function_that_has_run_hot_keeps_its_digest() -> None:
    function = compiled("def task(n):\n    t = 0\n    for i in range(n): t += i\n    return t")
    before = digest(function)
    for _ in range(50):
        function(100)
    assert digest(function) == before


def test_the_digest_is_the_same_in_another_process() -> None:
    source = SAME["sets in constants"]
    program = f"from judge.worker.digest import digest\n{source}\nprint(digest(task))"
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == digest(compiled(source))


def test_a_loaded_function_has_the_digest_it_has_in_a_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "submission", sys)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    function = "def task(x): return math.exp(x)"
    plan = make_plan([("cell 1", f"import math\n{function}")], "kernel", ["task"])
    module, _ = load(plan)
    # IPython compiles statement by statement; beside its import, this one has other byte code.
    assert digest(module.task) == digest(compiled(function))


@pytest.mark.parametrize("value", [None, 3, "text", len, [], object(), int, ...])
def test_what_has_no_python_code_has_no_digest(value: object) -> None:
    assert digest(value) == ""


HOSTILE = {
    "an attribute that raises": (
        "class A:\n    def __getattr__(self, n): raise SystemExit\ntask = A()"
    ),
    "a loop of wrappers": "def task(): pass\ntask.__wrapped__ = task",
    "a metaclass that lies": (
        "class M(type):\n    def mro(cls): return [cls, object]\n"
        "    __dict__ = property(lambda c: 1 / 0)\nclass task(metaclass=M):\n    def f(s): pass"
    ),
    "names that are no text": "class task:\n    def f(s): pass\n    f.__name__ = 'x' * 100000",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_objects_give_a_bounded_text(source: str) -> None:
    assert len(digest(compiled(source))) < 50


def test_only_comparable_digests_differ() -> None:
    mine = digest(test_only_comparable_digests_differ)
    assert mine.startswith(f"{sys.version_info.major}.{sys.version_info.minor}:")
    assert not differ(mine, mine)
    assert not differ("", mine)
    assert not differ(mine, "")
    assert not differ("3.1:abc", mine)
