"""Submissions whose slice must keep a change, or must leave a demo out."""

from __future__ import annotations

from tests.worker.slices import one

CHANGES = (
    one("an augmented assignment", 70, "a = 60\na += 10", "def task(): return a"),
    one("an item assigned", 71, "t = {}\nt['k'] = 71", "def task(): return t['k']"),
    one(
        "a loop that fills a table",
        6,
        "t = [0] * 4\nfor i in range(4):\n    t[i] = i",
        "def task(): return sum(t)",
    ),
    one(
        "a comprehension that fills a table",
        3,
        "t = []\n[t.append(i) for i in range(3)]",
        "def task(): return sum(t)",
    ),
    one(
        "a change inside try and if",
        72,
        "t = []\ntry:\n    if 1:\n        t.append(72)\nfinally:\n    pass",
        "def task(): return t[0]",
    ),
    one(
        "update and extend",
        73,
        "d = {}; l = []\nd.update(a=70)\nl.extend([3])",
        "def task(): return d['a'] + l[0]",
    ),
    one(
        "a change of what a loop runs over",
        [1, 1],
        "t = [[], []]\nfor row in t:\n    row.append(1)",
        "def task(): return [row[0] for row in t]",
    ),
    one(
        "a global filled by a function",
        74,
        "T = []\ndef build():\n    T.append(74)",
        "build()",
        "def task(): return T[0]",
    ),
    one(
        "a global filled through another function",
        75,
        "T = {}\ndef put(v): T['k'] = v\ndef build(): put(75)",
        "build()",
        "def task(): return T['k']",
    ),
    one(
        "a global counted up by a function",
        2,
        "n = 0\ndef count():\n    global n\n    n += 1",
        "count()\ncount()",
        "def task(): return n",
    ),
    one(
        "a function that fills its argument",
        76,
        "T = []\ndef fill(t): t.append(76)",
        "fill(T)",
        "def task(): return T[0]",
    ),
    one(
        "a library function that changes its argument",
        [1, 2],
        "import heapq\nT = [2, 1]",
        "heapq.heapify(T)",
        "def task(): return T",
    ),
    one(
        "a registry filled by decorators",
        77,
        "R = {}\ndef register(f):\n    R[f.__name__] = f\n    return f",
        "@register\ndef kernel(): return 77",
        "def task(): return R['kernel']()",
    ),
    one(
        "a registry filled by a decorator's method",
        78,
        "class Registry(dict):\n"
        "    def register(self, f):\n        self[f.__name__] = f\n        return f",
        "R = Registry()",
        "@R.register\ndef kernel(): return 78",
        "def task(): return R['kernel']()",
    ),
    one(
        "a single dispatch",
        79,
        "from functools import singledispatch\n@singledispatch\ndef h(x): return 0",
        "@h.register\ndef _(x: int): return 79",
        "def task(): return h(1)",
    ),
    one(
        "a monkeypatched module",
        80,
        "import math\nmath.answer = 80",
        "from math import sqrt\ndef task():\n    import math as m\n    return m.answer + sqrt(0)",
    ),
    one(
        "only changes before the next binding",
        81,
        "t = []\nT = t\nt.append(81)",
        "t = 3",
        "t += 1 / 0",
        "def task(): return T[0]",
    ),
    one(
        "a demo that fills a memo through the task",
        0,
        "MEMO = {}\ndef task():\n    MEMO['n'] = len(MEMO)\n    return MEMO['n']",
        "task(), 1 / 0",
    ),
    one(
        "a call that appends to no module",
        82,
        "import operator",
        "print(operator.add(1, nowhere))\noperator.setitem(nowhere, 1, 1)",
        "def task(): return operator.add(80, 2)",
    ),
)

DEMOS = (
    one(
        "a demo that calls the task",
        90,
        "def task(): return 90",
        "out = task()\n1 / 0",
        "for i in range(3):\n    print(task(), 1 / 0)",
    ),
    one(
        "plots",
        91,
        "import matplotlib.pyplot as plt_nowhere",
        "def task(): return 91",
        "plt_nowhere.plot([1])",
        left_out=("plt_nowhere",),
    ),
    one(
        "a training loop",
        92,
        "def task(w=92): return w",
        "w = 1.0\nfor step in range(10 ** 12):\n    w -= 0.1 * task(w)\n    1 / 0",
    ),
    one("a main guard", 93, "def task(): return 93", "if __name__ == '__main__':\n    1 / 0"),
    one(
        "a main guard that binds the task anew",
        94,
        "def task(): return 94",
        "if '__main__' == __name__:\n    task = 1 / 0",
    ),
    one(
        "checks",
        95,
        "from judge import check",
        "def task(): return 95",
        "check('anything')",
        left_out=("check",),
    ),
    one("assertions", 96, "def task(): return 96", "assert task() == 1 / 0"),
    one("a cell of shell", 97, "%%bash\nexit 1", "def task(): return 97"),
    one("a shell line's result", 98, "files = !ls\nfor f in files: 1 / 0", "def task(): return 98"),
    one("a cell with a syntax error", 99, "def task(): return 99", "def task( return 1 / 0"),
    one("magics that parse as names", 100, "ls\npwd", "def task(): return 100"),
    one(
        "a loop that seeds and calls the task",
        101,
        "import random\ndef task():\n    random.Random(0)\n    return 101",
        "def compare(seed):\n    return task() / 0",
        "for seed in range(3):\n    random.seed(seed)\n    compare(seed)",
        "if 1:\n    random.seed(1)\n    compare(1)",
    ),
    one(
        "a demo function that seeds",
        102,
        "import random\ndef task(): return 102 + 0 * len(str(random))",
        "def demo():\n    random.seed(1)\n    1 / 0",
        "demo()",
    ),
    one(
        "eval as a method",
        103,
        "class M:\n    def eval(self): return self",
        "m = M()",
        "m.eval()\n1 / 0",
        "def task(): return 103",
    ),
    one(
        "a word of the fallback inside a string",
        104,
        "def task():\n    'eval(exec) globals()'\n    return 104",
        "1 / 0",
    ),
    one("locals inside a function", 105, "def task(a=105):\n    return locals()['a']", "1 / 0"),
    one(
        "vars of an object, and an import by name",
        106,
        "class A: pass\ndef task():\n"
        "    a = A(); a.x = 106\n    __import__('math')\n    return vars(a)['x']",
        "1 / 0",
    ),
    one(
        "own variables named as builtins", 107, "vars = [107]\ndef task(): return vars[0]", "1 / 0"
    ),
    one("a display in the task", 108, "def task():\n    display(1)\n    return 108", "1 / 0"),
)
