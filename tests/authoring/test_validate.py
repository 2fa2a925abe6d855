from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import judge.authoring.validate as module
from judge.authoring import build
from judge.authoring.bench import Bench
from judge.authoring.validate import Options, validate
from judge.errors import UnknownNameError, UserError
from judge.validation import Validation
from tests.authoring.drafts import Edit, draft, extra_mutant, extra_test

VALUES, DTYPE, INPUT = (
    "every_row_loses_its_mean",
    "float32_stays_float32",
    "the_input_stays_unchanged",
)
BODY = "    mean = x.mean(axis=1, keepdims=True)\n"


def check(tmp_path: Path, *edits: Edit, **options: tuple[str, ...]) -> Validation:
    return validate([draft(tmp_path, *edits)], Options(seeds=1, **options))  # type: ignore[arg-type]  # names only


def only_problem(found: Validation) -> str:
    assert len(found.problems) == 1, found.problems
    assert not found.ok
    assert found.problems[0].challenge == "rows"
    return found.problems[0].text


def test_the_skeleton_is_good_and_says_the_same_each_time(tmp_path: Path) -> None:
    challenge = draft(tmp_path)
    steps: list[tuple[str, int, int]] = []
    found = validate([challenge], Options(progress=lambda *step: steps.append(step)))
    assert found.ok
    assert found.problems == ()
    assert found.seeds == (1, 2, 3)
    (table,) = found.tables
    assert table.whole
    assert [test.name for test in table.tests] == [VALUES, DTYPE, INPUT]
    assert table.killed_by(VALUES) == ("centres_columns", "one_mean_for_all")
    assert table.thin == {DTYPE: "always_float64", INPUT: "writes_into_input"}
    assert [aspect.name for aspect in table.aspects] == ["values", "dtype", "hygiene"]
    assert [(done, every) for _, done, every in steps] == [(n, len(steps)) for n in range(12)]
    assert steps[0][0] == "rows: the reference, seed 1"
    again = validate([challenge])
    assert again == found
    assert again.to_json() == found.to_json()
    data = json.loads(found.to_json())
    assert data["ok"] is True
    assert data["tables"][0]["tests"][1]["kills_alone"] == ["always_float64"]
    assert data["tables"][0]["only_one_mutant_justifies"] == table.thin


# --- the reference ----------------------------------------------------------------------------


def test_a_reference_that_fails_with_some_seeds(tmp_path: Path) -> None:
    body = (
        'expect_same(student.call("centre_rows", x), x, name="y")\n'
        "if student.rng.integers(2)\nelse None"
    ).replace("\n", " ")
    challenge = draft(tmp_path, extra_test("now_and_then", body))
    found = validate([challenge], Options(seeds=8))
    text = found.problems[0].text
    named = re.search(
        r"notebook\.py: the reference does not pass now_and_then with seeds (.*?):", text
    )
    assert named is not None
    seeds = [int(seed) for seed in named[1].split(",")]
    assert 1 < len(seeds) < 8
    assert f"--test now_and_then --seeds {seeds[0]}" in text
    alone = validate([challenge], Options(seeds=seeds[0], tests=("now_and_then",)))
    assert f"with seed {seeds[0]}: failed, " in only_problem(alone)
    (table,) = found.tables
    assert not table.whole  # the test that cannot be trusted kills nothing
    assert "now_and_then" not in [test.name for test in table.tests]


def test_a_reference_that_does_not_load(tmp_path: Path) -> None:
    found = check(tmp_path, ("notebook.py", "import numpy as np", "import numpy as np\n1 / 0"))
    assert found.ok  # statements beside the definitions are not loaded
    worse = ("notebook.py", "def centre_rows(x):", "def centre_rows(x, y=1 / 0):")
    (tmp_path / "b").mkdir()
    found = check(tmp_path / "b", worse)
    assert "the reference cannot be loaded: ZeroDivisionError: " in found.problems[1].text
    assert found.tables[0].mutants == ()


def test_a_limit_that_is_close(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SLACK", 1e6)
    edit = ("hidden_tests.py", 'aspect="dtype"', 'aspect="dtype", limit=10.0')
    found = check(tmp_path, edit)
    texts = [problem.text for problem in found.problems]
    assert len(texts) == 2  # ten seconds is all there is
    assert f"hidden_tests.py: hidden test {VALUES} allows 2 s, the reference takes" in texts[0]
    assert texts[0].endswith("Write limit=10 or more, or make the test smaller.")


def test_only_the_time_of_the_submission_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SLACK", 1e6)
    monkeypatch.setattr(Bench, "asked_seconds", lambda *_: 0.0)
    assert check(tmp_path).ok


# --- what must not pass -----------------------------------------------------------------------


def test_a_template_that_passes(tmp_path: Path) -> None:
    early = ("notebook.py", "    ### BEGIN", "    if x is None:\n        return x\n    ### BEGIN")
    found = check(tmp_path, early, extra_test("nothing_is_asked", "student.rng.random()"))
    assert "hidden_tests.py: the template passes nothing_is_asked.\nLet each" in "\n".join(
        problem.text for problem in found.problems
    )


def test_a_template_that_does_more_than_raise(tmp_path: Path) -> None:
    solution = "### BEGIN SOLUTION\n" + BODY + "    return x - mean\n    ### END SOLUTION\n"
    wrapped = (
        "try:\n        ### BEGIN SOLUTION\n        return x - x.mean(axis=1, keepdims=True)\n"
        "        ### END SOLUTION\n    except NotImplementedError:\n        return x.nothing\n"
    )
    texts = [p.text for p in check(tmp_path, ("notebook.py", solution, wrapped)).problems]
    assert any(f"the template is 'crashed' in {VALUES}, not 'not" in text for text in texts)


def test_stubs_that_earn_points(tmp_path: Path) -> None:
    found = check(tmp_path, ("hidden_tests.py", f'"hygiene", needs=["{VALUES}"]', '"hygiene"'))
    texts = [problem.text for problem in found.problems]
    for returned in ("zeros", "NaN", "the number 0", "None", "the argument x"):
        start = f"a submission that returns {returned} earns 2 points, by {INPUT}.\nLet what"
        assert any(start in text for text in texts)
    assert len(texts) == 5


def test_a_hidden_test_that_breaks(tmp_path: Path) -> None:
    body = 'expect_same(student.call("centre_rows", x).copy(), x, name="y")'
    edits = [
        extra_test("a_copy_is_made", body),
        ("notebook.py", "    return x - mean", "    return x if x.shape == (5, 4) else x - mean"),
    ]
    found = check(tmp_path, *edits)
    texts = "\n".join(problem.text for problem in found.problems)
    place = "hidden test a_copy_is_made (hidden_tests.py, line 46) breaks"
    assert f"{place} when a submission returns None: AttributeError" in texts
    assert "Check type and shape first" in texts


@pytest.mark.parametrize(
    ("body", "said", "cure"),
    [
        ('student.call("centre_rows", range(3))', "a range cannot travel", "in support.py: stu"),
        (
            'import torch; student.call("centre_rows", torch.ones(2))',
            "a Tensor cannot travel",
            'Write profile = "torch" in challenge.toml.',
        ),
        ("raise SystemExit(0)", "SystemExit: 0.", "Mend the test. To see it again:\n    judge val"),
        ("assert x is None", "AssertionError.", "in place of the assert."),
        ('student.call("centre", x)', "calls what is not there: centre is not", "Call the func"),
    ],
)
def test_a_reference_that_meets_a_wrong_test(
    tmp_path: Path, body: str, said: str, cure: str
) -> None:
    text = check(tmp_path, extra_test("one_more", body)).problems[0].text
    assert "hidden_tests.py: hidden test one_more " in text
    assert said in text
    assert cure in text


def test_a_test_that_cannot_be_repeated(tmp_path: Path) -> None:
    body = 'expect_close(student.call("centre_rows", x), x + next(TURNS))'
    turns = ("hidden_tests.py", "import numpy as np", "import itertools\n\nimport numpy as np")
    counted = ("hidden_tests.py", "from .oracle", "TURNS = itertools.count(9)\nfrom .oracle")
    texts = [p.text for p in check(tmp_path, turns, counted, extra_test("turns_on", body)).problems]
    assert any("the reference does not pass turns_on" in text for text in texts)
    assert any("turns_on says something else with seed 1 each time" in text for text in texts)


def test_a_function_that_is_called_otherwise(tmp_path: Path) -> None:
    found = check(tmp_path, ("challenge.toml", '"centre_rows(x)"', '"center_rows(x)"'))
    assert "center_rows is not defined" in only_problem(found)
    assert "the same name in notebook.py and in challenge.toml" in only_problem(found)


# --- mutants ----------------------------------------------------------------------------------


def test_a_mutant_that_its_test_does_not_kill(tmp_path: Path) -> None:
    edit = ("mutants.toml", f'killed_by = ["{DTYPE}"]', f'killed_by = ["{DTYPE}", "{INPUT}"]')
    text = only_problem(check(tmp_path, edit, mutants=("always_float64",)))
    assert f"mutant always_float64 is not killed by {INPUT}, which it names" in text
    assert text.endswith(f"it is killed by {DTYPE}.")


def test_a_mutant_that_names_what_is_no_test(tmp_path: Path) -> None:
    edit = ("mutants.toml", f'killed_by = ["{DTYPE}"]', f'killed_by = ["{DTYPE[:-1]}"]')
    text = only_problem(check(tmp_path, edit, mutants=("always_float64",)))
    assert f"which is no hidden test.\nDid you mean {DTYPE}?" in text


def test_a_mutant_that_is_right(tmp_path: Path) -> None:
    edit = extra_mutant("other_way_round", "return x - mean", "return -(mean - x)", VALUES)
    found = check(tmp_path, edit, mutants=("other_way_round",))
    assert "mutant other_way_round is killed by no test" in only_problem(found)
    assert found.tables[0].survivors == ("other_way_round",)


def test_a_test_that_no_mutant_needs(tmp_path: Path) -> None:
    edits = [
        ("mutants.toml", 'name = "always_float64"', 'name = "half"'),
        ("mutants.toml", "x.astype(np.float64) - mean", "x - mean / 2"),
        ("mutants.toml", f'killed_by = ["{DTYPE}"]', f'killed_by = ["{VALUES}"]'),
    ]
    texts = [problem.text for problem in check(tmp_path, *edits).problems]
    assert len(texts) == 2
    assert f"hidden_tests.py: hidden test {DTYPE} kills no mutant.\nAdd to mut" in texts[0]
    assert 'no mutant is killed by tests of aspect="dtype" alone' in texts[1]


def test_an_aspect_that_others_cover(tmp_path: Path) -> None:
    body = 'expect_close(student.call("centre_rows", x), centred(x), floor=1.0)'
    found = check(tmp_path, extra_test("the_same_again", body, aspect="more values"))
    texts = [problem.text for problem in found.problems]
    assert len(texts) == 2  # each covers the other
    assert 'aspect="more values" alone (the_same_again).\nAdd a mistake' in texts[1]


def test_a_patch_that_fits_twice(tmp_path: Path) -> None:
    found = check(tmp_path, ("mutants.toml", 'find = "return x - mean"', 'find = "x"'))
    assert "`find` occurs" in only_problem(found)
    assert found.tables[0].mutants == ()


def test_a_patch_that_is_no_python(tmp_path: Path) -> None:
    edit = extra_mutant("torn", "return x - mean", "return (", VALUES)
    text = only_problem(check(tmp_path, edit, mutants=("torn",)))
    assert "mutants.toml: mutant torn cannot be read: cell 2, line 4: not Python: " in text


def test_a_patch_that_does_not_load(tmp_path: Path) -> None:
    edit = extra_mutant("torn", "def centre_rows(x):", "def centre_rows(x, y=1 / 0):", VALUES)
    text = only_problem(check(tmp_path, edit, mutants=("torn",)))
    assert "mutants.toml: mutant torn cannot be loaded: " in text
    assert "ZeroDivisionError" in text


def test_a_patch_with_a_slip_of_the_pen(tmp_path: Path) -> None:
    edit = extra_mutant("slipped", "return x - mean", "return x - maen", VALUES)
    text = only_problem(check(tmp_path, edit, mutants=("slipped",)))
    assert "mutant slipped does nothing but raise NameError: name 'maen'" in text


def test_mutants_that_only_cost_too_much(tmp_path: Path) -> None:
    body = 'run = student.measure("centre_rows", x)\nexpect_memory(run, traced=1_000_000)'
    edits = [
        ("hidden_tests.py", "Student, expect_close", "Student, expect_memory, expect_close"),
        extra_test("little_memory_is_used", body, aspect="memory"),
        extra_mutant(
            "spreads_out",
            "return x - mean",
            "return x - mean + int(np.zeros((500, 1000)).sum())",
            "little_memory_is_used",
        ),
    ]
    found = check(tmp_path, *edits)
    assert found.ok
    assert found.tables[0].cost_only == ("spreads_out",)


def test_an_endless_mutant_runs_in_every_test(tmp_path: Path) -> None:
    """Grading leaves the rest of a task out after two tests that exceeded."""
    edits = [
        ("hidden_tests.py", 'task="centre", points', 'task="centre", limit=0.2, points'),
        extra_mutant("endless", "return x - mean", "while True:\n        pass", VALUES, INPUT),
    ]
    found = check(tmp_path, *edits, mutants=("endless",))
    assert found.ok
    assert found.tables[0].mutants[0].killers == (VALUES, DTYPE, INPUT)


def test_a_mutant_in_a_file_of_its_own(tmp_path: Path) -> None:
    challenge = draft(tmp_path)
    (challenge.folder / "mutants").mkdir()
    (challenge.folder / "mutants" / "zeros.py").write_text(
        "def centre_rows(x):\n    return 0 * x\n"
    )
    with (challenge.folder / "mutants.toml").open("a") as stream:
        stream.write(f'[[mutant]]\nname="zeros"\nmisconception="m"\nkilled_by=["{VALUES}"]\n')
    found = validate([challenge], Options(seeds=1))
    assert found.ok
    assert found.tables[0].mutants[-1].mutant == "zeros"


# --- the folder -------------------------------------------------------------------------------


def test_points_that_do_not_sum(tmp_path: Path) -> None:
    text = only_problem(check(tmp_path, ("hidden_tests.py", "points=6", "points=5")))
    assert "carry 9 points" in text


def test_hints_that_say_nothing(tmp_path: Path) -> None:
    challenge = draft(tmp_path, ("challenge.toml", "hints = [", 'hints = ["  ",'))
    text = only_problem(validate([challenge], Options(seeds=1)))
    assert "challenge.toml: the task centre has no hint, or an empty one" in text


def test_files_that_nothing_uses(tmp_path: Path) -> None:
    used = ("oracle.py", "import math\n", "import math\nfrom .more import NUMBER\n")
    challenge = draft(tmp_path, used)
    for name in ("notes.txt", "more.py", "less.py", "mutants/old.py", "__pycache__/a.pyc"):
        (challenge.folder / name).parent.mkdir(exist_ok=True)
        (challenge.folder / name).write_text("NUMBER = 1\n")
    build([challenge.folder])
    texts = [problem.text for problem in validate([challenge], Options(seeds=1)).problems]
    assert [text.rpartition("/")[2] for text in texts] == [
        "less.py is used by nothing.\nTake it away, or use it in hidden_tests.py.",
        "old.py is used by nothing.\nTake it away, or use it in mutants.toml.",
        "notes.txt is used by nothing.\nTake it away.",
    ]


def test_builds_that_are_stale(tmp_path: Path) -> None:
    challenge = draft(tmp_path)
    (tmp_path / "templates" / "rows.ipynb").unlink()
    text = only_problem(validate([challenge], Options(seeds=1)))
    said, cure, again = text.split("\n")
    assert said.endswith("rows.ipynb is not what the sources make now.")
    assert cure == "Build it again:"
    assert again == f"    judge build rows --challenges {tmp_path / 'challenges'}"


def test_a_command_says_no_more_than_it_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = draft(tmp_path)
    (tmp_path / "templates" / "rows.ipynb").unlink()
    monkeypatch.setenv("JUDGE_CHALLENGES", str(tmp_path / "challenges"))
    text = only_problem(validate([challenge], Options(seeds=1)))
    assert text.endswith("\n    judge build rows")


@pytest.mark.parametrize("file", ["notebook.py", "hidden_tests.py", "mutants.toml"])
def test_a_file_that_cannot_be_read_is_told_once(tmp_path: Path, file: str) -> None:
    challenge = draft(tmp_path)
    (challenge.folder / file).write_text("(")
    assert file in only_problem(validate([challenge], Options(seeds=1)))


# --- parts ------------------------------------------------------------------------------------


def test_one_row_and_one_column(tmp_path: Path) -> None:
    challenge = draft(tmp_path)
    (challenge.folder / "stray.txt").touch()  # not looked at
    one = validate([challenge], Options(seeds=1, tests=(DTYPE,)))
    assert one.ok
    assert [row.killers for row in one.tables[0].mutants if row.killers] == [(DTYPE,)]
    assert not one.tables[0].whole
    both = validate([challenge], Options(tests=(DTYPE,), mutants=("always_float64",)))
    assert both.ok
    assert [row.mutant for row in both.tables[0].mutants] == ["always_float64"]


@pytest.mark.parametrize(
    ("names", "near"),
    [({"tests": ("float32_stays",)}, DTYPE), ({"mutants": ("one_mean",)}, "one_mean_for_all")],
)
def test_names_that_are_not_there(
    tmp_path: Path, names: dict[str, tuple[str, ...]], near: str
) -> None:
    with pytest.raises(UnknownNameError, match=f"Did you mean {near}"):
        check(tmp_path, **names)


def test_no_seed_at_all(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="seeds=0 is too few"):
        validate([draft(tmp_path)], Options(seeds=0))


def test_an_interrupt_leaves_what_was_found(tmp_path: Path) -> None:
    def progress(text: str, _done: int, _all: int) -> None:
        if "always_float64" in text:
            raise KeyboardInterrupt

    challenge = draft(tmp_path)
    found = validate([challenge, challenge], Options(seeds=1, progress=progress))
    assert found.interrupted
    assert not found.ok
    assert len(found.tables) == 1
    assert [row.mutant for row in found.tables[0].mutants] == [
        "centres_columns",
        "one_mean_for_all",
    ]
    assert not found.tables[0].whole
