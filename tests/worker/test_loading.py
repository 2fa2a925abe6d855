"""Loading executes a plan as a module, and its frames are named as the student knows them."""

from __future__ import annotations

import inspect
import linecache
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from judge.worker import loading
from judge.worker.slicing import Plan, make_plan, plan_from_plain, plan_to_plain


@pytest.fixture(autouse=True)
def modules_as_before() -> Iterator[None]:
    """Loading a submission puts modules in place of others."""
    before, finders = dict(sys.modules), list(sys.meta_path)
    yield
    sys.meta_path[:] = finders
    sys.modules.clear()
    sys.modules.update(before)


def plan_of(*cells: str, kind: str = "notebook") -> Plan:
    labelled = [("" if kind == "script" else f"cell {n}", c) for n, c in enumerate(cells, 1)]
    return plan_from_plain(plan_to_plain(make_plan(labelled, kind, ["task"])))


def loaded(*cells: str, kind: str = "notebook") -> ModuleType:
    return loading.load(plan_of(*cells, kind=kind))[0]


def raised(*cells: str, kind: str = "notebook") -> BaseException:
    """What the submission, or then its task, raises."""
    try:
        loaded(*cells, kind=kind).task()
    except BaseException as error:  # noqa: BLE001  a submission may raise anything
        return error
    raise AssertionError("nothing was raised")


# --- the module ---------------------------------------------------------------------------------


def test_the_module_is_found_by_name_while_it_loads() -> None:
    module = loaded(
        "import sys",
        "here = sys.modules[__name__], sys.modules['__main__'], __name__, __file__\n"
        "def task(): return here",
    )
    assert module.task() == (module, module, "submission", "submission.py")


def test_a_loaded_class_can_be_pickled_and_looked_up_by_its_module() -> None:
    module = loaded("class task:\n    class Inner: pass")
    assert sys.modules[module.task.__module__] is module
    assert module.task.Inner.__qualname__ == "task.Inner"


def test_future_flags_hold_for_every_piece_and_none_of_ours_leak() -> None:
    source = "def task(x: 1 + 1): return task.__annotations__"
    assert loaded(source).task(0) == {"x": 2}
    assert loaded("from __future__ import annotations", source).task(0) == {"x": "1 + 1"}


def test_a_main_guard_does_not_run() -> None:
    module = loaded("x = 1\nif __name__ == '__main__':\n    x = 2\ndef task(): return x")
    assert module.task() == 1


def test_two_statements_on_a_line_are_both_executed() -> None:
    assert loaded("a = 1; b = '''x\ny'''; c = 3\ndef task(): return a, b, c").task() == (
        1,
        "x\ny",
        3,
    )


def test_each_load_is_a_fresh_module() -> None:
    plan = plan_of("seen = []\ndef task():\n    seen.append(1)\n    return len(seen)")
    assert [loading.load(plan)[0].task() for _ in range(2)] == [1, 1]


def test_whatever_the_slice_raises_comes_out() -> None:
    assert isinstance(raised("x = 1 / 0\ndef task(): return x"), ZeroDivisionError)
    assert isinstance(raised("import sys\nx = sys.exit(3)\ndef task(): return x"), SystemExit)
    assert isinstance(raised("x = int('a')\ndef task(): return x"), ValueError)


def test_an_invalid_escape_is_no_warning_of_ours() -> None:
    assert loaded(r"def task(): return '\d'").task() == r"\d"


def test_a_package_that_may_not_be_read_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed_package.py").write_text("", encoding="utf-8")
    (tmp_path / "open_package.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    really_open = Path.open

    def refusing(path: Path, *args: Any) -> Any:
        if path.name == "closed_package.py":
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args)

    monkeypatch.setattr(Path, "open", refusing)
    source = (
        "import open_package\nnames = []\ntry:\n    import closed_package\n"
        "except ModuleNotFoundError as error:\n    names.append(error.name)\n"
        "def task(): return names"
    )
    assert loaded(source).task() == loaded(source).task() == ["closed_package"]
    assert sys.meta_path.count(loading._Closed) == 1


# --- the fallback -------------------------------------------------------------------------------


def test_a_name_error_in_the_slice_runs_everything() -> None:
    plan = plan_of("setter = __builtins__", "hidden = nowhere + 1", "def task(x=hidden): return 1")
    assert not plan.everything
    module, notes = loading.load(plan)
    assert notes == (
        "cell 2, line 1 was passed over: it raises NameError, nowhere is not defined.",
        "cell 3, line 1 was passed over: it raises NameError, hidden is not defined.",
    )
    assert module.setter
    assert not hasattr(module, "task")


def test_a_name_bound_unseen_is_found_by_the_fallback() -> None:
    cells = (
        "import sys\nme = sys.modules[__name__]",
        "setattr(me, 'scale', 7)",
        "table = [scale] * 2\n1 / 0\ndef task(): return table",
    )
    plan = plan_of(*cells)
    assert not plan.everything
    module, notes = loading.load(plan)
    assert module.task() == [7, 7]
    assert notes == ("cell 3, line 2 was passed over: it raises ZeroDivisionError.",)


def test_an_unbound_local_is_the_students_own_mistake() -> None:
    error = raised("def h():\n    x += 1\nt = h()\ndef task(): return t")
    assert isinstance(error, UnboundLocalError)


def test_everything_passes_over_what_raises_in_order() -> None:
    module, notes = loading.load(
        plan_of(
            "exec('def task(): return list(seen)')\nseen = []\nseen.append(1)",
            "1 / 0; seen.append(2)",
            "import sys\nsys.exit()\nseen.append(3)",
            "async def f(): pass\nawait f()\nimport nowhere_at_all",
        )
    )
    assert module.task() == [1, 2, 3]
    assert notes == (
        "cell 2, line 1 was passed over: it raises ZeroDivisionError.",
        "cell 3, line 2 was passed over: it raises SystemExit.",
        "cell 4, line 2 was passed over: it raises SyntaxError.",
        "cell 4, line 3 was passed over: it raises ModuleNotFoundError.",
    )


def test_a_name_error_without_a_name_is_passed_over_as_well() -> None:
    plan = plan_of("exec('')", "raise NameError('x' * 999)", "raise NameError(name='y' * 999)")
    _, notes = loading.load(plan)
    assert notes[0] == "cell 2, line 1 was passed over: it raises NameError."
    assert len(notes[1]) < 150


def test_notes_of_the_fallback_are_bounded() -> None:
    cell = "\n".join(["exec('')", "class E" + "x" * 500 + "(Exception): pass", *["1 / 0"] * 99])
    _, notes = loading.load(plan_of(cell, "raise E" + "x" * 500))
    assert len(notes) == 13
    assert notes[-1] == "88 more statements were passed over."
    assert all(len(note) < 200 for note in notes)


# --- frames -------------------------------------------------------------------------------------


def test_frames_show_the_students_lines_with_cell_and_line() -> None:
    error = raised(
        "%%time\n# helpers\ndef helper(x):\n    y = x\n    return 1 / y  # divides\n",
        "1 / 0\n\n\n@staticmethod\ndef task():\n    return [helper(v)\n        for v in (0,)]",
    )
    assert loading.frames_of(error)[-1] == ("cell 1", 5, "helper", "return 1 / y # divides")
    assert loading.frames_of(error)[0] == ("cell 2", 6, "task", "return [helper(v)")


def test_frames_of_a_script_have_no_label() -> None:
    error = raised("\n\ndef task():\n    raise ValueError", kind="script")
    assert loading.frames_of(error) == [("", 4, "task", "raise ValueError")]


def test_frames_of_an_error_while_loading() -> None:
    assert loading.frames_of(raised("x = (1 /\n 0)\ndef task(): return x")) == [
        ("cell 1", 1, "<module>", "x = (1 /")
    ]


def test_frames_in_the_fallback_show_lines_too() -> None:
    error = raised("exec('')\n\ndef task():\n    return 1 / 0")
    assert loading.frames_of(error) == [("cell 1", 4, "task", "return 1 / 0")]


def test_frames_of_a_library_are_left_out() -> None:
    error = raised("import json\ndef task():\n    return json.loads('{')")
    assert loading.frames_of(error) == [("cell 1", 3, "task", "return json.loads('{')")]


def test_a_syntax_error_while_loading_has_its_place() -> None:
    error = raised("x = await f()\nasync def f(): pass\ndef task(): return x")
    assert isinstance(error, SyntaxError)
    assert loading.frames_of(error) == [("cell 1", 1, "<module>", "x = await f()")]


def test_a_syntax_error_of_the_students_own_exec_shows_the_exec() -> None:
    error = raised("def task():\n    compile('1 1', 'any', 'exec')")
    assert isinstance(error, SyntaxError)
    assert loading.frames_of(error) == [
        ("cell 1", 2, "task", "compile('1 1', 'any', 'exec')"),
    ]


def test_deep_recursion_keeps_the_innermost_frames() -> None:
    error = raised("def task(n=0):\n    return down(n)\ndef down(n):\n    return down(n + 1)")
    frames = loading.frames_of(error, limit=4)
    assert [frame[2] for frame in frames] == ["down"] * 4


HOSTILE = {
    "properties in place of a traceback": (
        "class E(Exception):\n    __traceback__ = property(lambda s: 1 / 0)\n"
        "def task(): raise E"
    ),
    "a syntax error with odd fields": (
        "def task():\n    e = SyntaxError()\n    e.filename = [1]\n    e.lineno = 'x'\n    raise e"
    ),
    "a syntax error that claims a cell": (
        "def task():\n    e = SyntaxError()\n    e.filename = '<submission cell 9>'\n"
        "    e.lineno = 10 ** 9\n    raise e"
    ),
    "a function with a long name": (
        "def f(): raise ValueError\ndef task():\n"
        "    f.__code__ = f.__code__.replace(co_name='x\\n' * 9999)\n    f()"
    ),
    "a file name of ours": (
        "def f(): raise ValueError\ndef task():\n    n = '<submission ' + 'y' * 9999 + '>'\n"
        "    f.__code__ = f.__code__.replace(co_filename=n)\n    f()"
    ),
    "a long line": "def task():\n    raise ValueError(" + "'" + "z" * 9999 + "')",
    "an error that is no Exception": "def task(): raise BaseException",
}  # fmt: skip


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_frames_of_hostile_errors_are_bounded_text(source: str) -> None:
    frames = loading.frames_of(raised(source))
    assert frames
    for label, line, function, code in frames:
        assert type(line) is int
        assert all(len(text) <= 160 and "\n" not in text for text in (label, function, code))


def test_an_error_without_traceback_has_no_frames() -> None:
    assert loading.frames_of(ValueError()) == []


def test_label_of_knows_only_the_submissions_files() -> None:
    module = loaded("def task(): pass")
    assert loading.label_of(module.task.__code__.co_filename) == "cell 1"
    assert loading.label_of(__file__) is None


def test_source_lines_are_found_by_the_standard_library() -> None:
    module = loaded("1 / 0\n\ndef task():\n    return 1")
    linecache.checkcache()
    assert inspect.getsource(module.task) == "def task():\n    return 1"


def test_the_tracer_names_the_students_line() -> None:
    module = loaded("def task():\n    return bytearray(3_000_000)")
    tracemalloc.start()
    kept = module.task()
    trace = max(tracemalloc.take_snapshot().traces, key=lambda one: one.size)
    tracemalloc.stop()
    assert len(kept) == 3_000_000
    assert (loading.label_of(trace.traceback[0].filename), trace.traceback[0].lineno) == (
        "cell 1",
        2,
    )


# --- the stand-in for judge ---------------------------------------------------------------------


def test_judge_is_a_module_whose_functions_do_nothing() -> None:
    loading.install_judge_stub()
    module = loaded(
        "import judge\nfrom judge import check, hint as h, grade, anything\nfrom judge import *",
        "def task():\n    return [check('x', task='y'), h(), grade(1), anything(), status(),"
        " judge.other(a=1), getattr(judge, '__version__', None)]",
    )
    assert module.task() == [None] * 7


def test_no_real_module_of_the_judge_can_be_imported() -> None:
    loading.install_judge_stub()
    assert [name for name in sys.modules if name.split(".")[0] == "judge"] == ["judge"]
    with pytest.raises(ModuleNotFoundError, match=r"judge\.worker"):
        loaded("import judge.worker\ndef task(): return judge")


def test_loading_goes_on_after_the_stub_is_in_place() -> None:
    loading.install_judge_stub()
    error = raised("from judge import check\ndef task(): 1 / 0", "check('task')")
    assert loading.frames_of(error) == [("cell 1", 2, "task", "def task(): 1 / 0")]
