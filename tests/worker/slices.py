"""Submissions whose slice has an edge: what `task()` must return once the slice is loaded.

Every demo is `1 / 0`, or names something that is not defined: where one were run, loading would
raise, or the plan would fall back to running everything.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Slice:
    name: str
    cells: tuple[str, ...]
    value: object
    left_out: tuple[str, ...] = ()  # text that must not be in any executed piece


def one(name: str, value: object, *cells: str, left_out: tuple[str, ...] = ()) -> Slice:
    """A case in the order in which it reads best: its name, the value, the cells."""
    return Slice(name, cells, value, left_out)


FUNCTIONS = (
    one("a plain function", 1, "def task(): return 1", "task(); 1 / 0", left_out=("1 / 0",)),
    one("a helper defined before", 2, "def h(): return 2", "def task(): return h()"),
    one("a helper defined after its use", 3, "def task(): return h()", "def h(): return 3"),
    one("helpers of helpers", 4, "A = 4\ndef g(): return A\ndef h(): return g()\ntask = h"),
    one("mutual recursion", 0, "def task(n=4): return n and h(n)\ndef h(n): return task(n - 1)"),
    one("a lambda", 5, "k = 5", "task = lambda: k"),
    one(
        "a partial",
        6,
        "from functools import partial\ndef _task(a, b): return a * b\ntask = partial(_task, 2, 3)",
    ),
    one("a cache", 7, "import functools\n@functools.lru_cache\ndef task(): return 7"),
    one(
        "a factory with a closure",
        8,
        "def make(k):\n    def inner(): return k + OFFSET\n    return inner",
        "OFFSET = 5\ntask = make(3)",
    ),
    one(
        "a decorator",
        9,
        "def double(f):\n    return lambda: 2 * f() + 1",
        "@double\ndef task(): return 4",
    ),
    one(
        "a decorator with arguments",
        10,
        "N = 5\ndef times(n):\n    return lambda f: lambda: n * f()",
        "@times(N)\ndef task(): return 2",
    ),
    one("a default value", 11, "D = 11\ndef task(x=D): return x", "D = 1 / 0", left_out=("1 / 0",)),
    one("a default taken before a later change", 1, "D = 1\ndef task(x=D): return x", "D = 12"),
    one("a global read late", 12, "D = 1\ndef task(): return D", "D = 12"),
    one("an annotation that nothing defines", 13, "def task() -> 'Tensor': return 13"),
    one(
        "an annotation under the future import",
        14,
        "from __future__ import annotations\ndef task() -> Nowhere: return 14",
    ),
    one("a dead branch", 15, "def task():\n    if False:\n        nowhere()\n    return 15"),
    one("a local that a demo binds too", 16, "x = 1 / 0", "def task():\n    x = 16\n    return x"),
    one(
        "a parameter that a demo binds too",
        17,
        "Q = 1 / 0\nK = Q",
        "def task(Q=17, *K):\n    return Q",
    ),
    one(
        "a comprehension variable that a demo binds too",
        (0, 1),
        "i = 1 / 0",
        "T = tuple(i for i in range(2))\ndef task(): return T",
    ),
    one("a generator", [0, 1], "def gen():\n    yield from range(2)\ndef task(): return [*gen()]"),
    one(
        "an asynchronous helper",
        18,
        "async def h(): return 18",
        "def task():\n    try: h().send(None)\n    except StopIteration as end: return end.value",
    ),
    one(
        "a nested function named as the task",
        19,
        "def task():\n    def task(): return 19\n    return task()",
        "def other():\n    def task(): return 1 / 0\n    return task",
    ),
    one("unicode identifiers", 20, "größe = 20\ndef task(): return größe"),
    one(
        "two statements on a line",
        21,
        "a = 21; b = 1 / 0",
        "def task(): return a",
        left_out=("1 / 0",),
    ),
    one("after a statement of many lines", 3, "x = '''é\nü'''; a = 3; 1 / 0\ndef task(): return a"),
    one("tabs and form feeds", 22, "\x0cdef task():\n\tif 1:\n\t\treturn 22\n\x0c"),
    one("carriage returns", 23, "def task():\r\n    x = 23\r\n    return x\r\n1 / 0\r\n"),
    one("a byte order mark", 24, "\ufeffdef task(): return 24"),
    one("an empty cell between", 25, "a = 25", "", "# nothing", "def task(): return a"),
    one("a type alias", 26, "Vector = list[float]\ndef task(v: Vector = 26): return v"),
    one("a semicolon at the end", 27, "a = 27;\n1 / 0;", "def task(): return a;"),
)

CLASSES = (
    one("a class", 30, "class task:\n    def __new__(cls): return 30"),
    one(
        "a class with methods and helpers",
        31,
        "def h(): return 31",
        "class Model:\n    def run(self): return h()",
        "def task(): return Model().run()",
    ),
    one("a base class", 32, "class A:\n    x = 32", "class B(A): pass", "def task(): return B.x"),
    one("a class body that needs a name", 33, "n = 33", "class A:\n    x = n\ntask = lambda: A.x"),
    one(
        "a class attribute that a demo binds too",
        34,
        "size = 1 / 0",
        "class A:\n    size = 17\n    both = size * 2\ntask = lambda: A.both",
    ),
    one(
        "a dataclass with string annotations",
        35,
        "from __future__ import annotations\nfrom dataclasses import dataclass, field\n"
        "from typing import ClassVar\n@dataclass\nclass State:\n    x: int = 35\n"
        "    y: ClassVar[int] = 1\n    z: list[int] = field(default_factory=list)",
        "def task(): return State().x",
    ),
    one(
        "a named tuple",
        36,
        "from collections import namedtuple\nP = namedtuple('P', 'x')",
        "def task(): return P(36).x",
    ),
    one(
        "a method put on later",
        37,
        "class A: pass",
        "def m(self): return 37\nA.run = m",
        "def task(): return A().run()",
    ),
    one(
        "a method put on by setattr",
        38,
        "class A: pass\nsetattr(A, 'run', lambda s: 38)",
        "def task(): return A().run()",
    ),
    one("an attribute of the function", 39, "def task(): return task.k", "task.k = 39"),
    one(
        "an object filled by a method of its class",
        40,
        "class Table:\n    def __init__(self): self.x = 0\n    def build(self): self.x = 40",
        "t = Table()\nt.build()",
        "def task(): return t.x",
    ),
    one(
        "super and class cells",
        41,
        "class A:\n    def f(self): return 41",
        "class B(A):\n    def f(self): return super().f()",
        "task = lambda: B().f()",
    ),
    one(
        "subclasses that register themselves",
        1,
        "ALL = []\nclass Base:\n    def __init_subclass__(cls): ALL.append(cls)",
        "class One(Base): pass",
        "def task(): return len(ALL)",
    ),
)

BINDINGS = (
    one("redefined in a later cell", 50, "def task(): return 1 / 0", "def task(): return 50"),
    one(
        "redefined in terms of the old one",
        51,
        "def task(): return 50",
        "def wrap(f): return lambda: f() + 1",
        "task = wrap(task)",
    ),
    one(
        "an old helper kept by what wrapped it, a new one for the rest",
        (1, 2),
        "def h(): return 1",
        "def wrap(f): return lambda: (f(), h())",
        "task = wrap(h)",
        "def h(): return 2",
    ),
    one(
        "a helper called at once and redefined later",
        1,
        "def h(): return 1",
        "T = h()",
        "def h(): return 1 / 0",
        "def task(): return T",
    ),
    one(
        "defined in if and else",
        52,
        "import sys\nif sys:\n    def task(): return 52\nelse:\n    def task(): return 1 / 0",
    ),
    one(
        "redefined on a condition that fails",
        53,
        "def task(): return 53",
        "if 0:\n    def task(): return 1",
    ),
    one(
        "an import with a fallback",
        54,
        "try:\n    from nowhere_at_all import x\nexcept ImportError:\n    x = 54",
        "def task(): return x",
    ),
    one(
        "bound in a with block",
        55,
        "import contextlib\nwith contextlib.suppress(ValueError):\n    a = 55",
        "def task(): return a",
    ),
    one("bound by a walrus", 56, "if (n := 56) > 3:\n    pass", "def task(): return n"),
    one(
        "bound by a walrus in a comprehension",
        2,
        "[last := i for i in range(3)]",
        "def task(): return last",
    ),
    one("bound by a match", 57, "match (1, 57):\n    case (1, a): pass", "def task(): return a"),
    one("unpacked", 58, "a, (b, *c) = 1, (2, 58)", "def task(): return c[0]"),
    one("a chain of assignments", 59, "a = b = 59", "def task(): return b"),
    one("an annotated assignment", 60, "a: int = 60\nb: int", "def task(): return a"),
    one(
        "two modules of one package",
        True,
        "import os.path\nimport os, json.decoder",
        "import json.encoder",
        "def task(): return bool(json.decoder and json.encoder and os)",
    ),
    one(
        "two imports in one statement",
        3.0,
        "import math as m, nowhere_at_all",
        "def task(): return m.sqrt(9)",
        left_out=("nowhere",),
    ),
    one(
        "imported inside the function", 2.0, "def task():\n    import math\n    return math.sqrt(4)"
    ),
    one("a star import", 1.0, "from math import *", "def task(): return cos(0)"),
    one("del and bound again", 61, "a = 1", "del a", "a = 61", "def task(): return a"),
    one(
        "del of two names, one unneeded",
        62,
        "a = 62; b = 1\nc = a",
        "del a, b",
        "def task(): return c",
    ),
    one(
        "bound only by a function's global statement",
        63,
        "def init():\n    global K\n    K = 63",
        "init()",
        "def task(): return K",
    ),
    one("under %%time", 64, "%%time\na = 64", "%time b = a", "def task(): return b"),
    one(
        "a loop variable that a demo binds too",
        [0, 1],
        "for i in range(1):\n    1 / 0",
        "T = []\nfor i in range(2):\n    T.append(i)",
        "def task(): return T",
    ),
    one(
        "a name bound inside the loop that uses it",
        [0, 2],
        "v = 1 / 0",
        "T = []\nfor i in range(2):\n    v = 2 * i\n    T.append(v)",
        "def task(): return T",
    ),
    one(
        "the name of a caught exception",
        1,
        "e = 1 / 0",
        "T = []\ntry:\n    int('x')\nexcept ValueError as e:\n    T.append(len(e.args))",
        "def task(): return T[0]",
    ),
)

NAMES = FUNCTIONS + CLASSES + BINDINGS
