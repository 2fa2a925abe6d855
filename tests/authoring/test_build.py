from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupytext.magics import uncomment_magic  # type: ignore[import-untyped]  # it has no types

from judge import __version__
from judge.authoring.build import build, looks_like_magic
from judge.catalogue import read_index
from judge.errors import ChallengeError
from judge.submission import read_submission
from tests.folders import NOTEBOOK, TOML, write_challenge


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sources(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in read(path)["cells"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_challenge(tmp_path / "challenges")


def test_files_are_written_once_and_found_fresh(folder: Path) -> None:
    base = folder.parent.parent
    expected = [
        base / "templates" / "double.ipynb",
        base / "solutions" / "double.ipynb",
        base / "challenges" / "index.json",
    ]
    assert build([folder], check=True) == expected
    assert not (base / "templates").exists()
    assert build([folder]) == expected
    assert build([folder], check=True) == []
    assert build([folder]) == []


def test_a_stale_file_is_named_and_mended(folder: Path) -> None:
    template, solution, index = build([folder])
    template.write_text("{}")
    index.write_text("{")
    assert build([folder], check=True) == [template, index]
    source = folder / "notebook.py"
    source.write_text(source.read_text().replace("math.prod((x, times))", "x * times"))
    assert build([folder], check=True) == [template, solution, index]
    build([folder])
    assert build([folder], check=True) == []


def test_the_template_has_stubs_and_the_solution_has_answers(folder: Path) -> None:
    template, solution, _ = build([folder])
    texts = sources(template)
    assert texts[0].startswith("# Double it\n\n[![Open in Colab]")
    assert texts[1].endswith(f"flashjudge@v{__version__}'\")")
    assert "google.colab" in texts[1]
    assert texts[2] == "Return `x` twice,\nas a *new* value.\n\nMore of it."
    assert texts[3:] == [
        "import math",
        'def twice(x, *, times=2):\n    """Twice x."""\n    # YOUR CODE HERE\n'
        '    raise NotImplementedError("twice is not written yet")',
        "print(twice(2))",
        'from judge import check\n\ncheck("double")',
    ]
    answers = sources(solution)
    assert answers[4] == (
        'def twice(x, *, times=2):\n    """Twice x."""\n    return math.prod((x, times))'
    )
    assert answers[1:4] + answers[5:] == texts[1:4] + texts[5:]


def test_notebooks_are_valid_and_hold_nothing_of_the_machine(folder: Path) -> None:
    for path in build([folder])[:2]:
        notebook = read(path)
        nbformat.validate(notebook)
        assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
        assert all(cell["metadata"] == {} for cell in notebook["cells"])
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
        assert path.read_bytes().endswith(b"}\n")


def test_cell_ids_are_digests_of_challenge_role_and_ordinal(folder: Path) -> None:
    ids = [cell["id"] for cell in read(build([folder])[0])["cells"]]
    roles = ["title", "install", "statement", "setup", "task", "debug", "check"]
    assert ids == [hashlib.sha256(f"double/{r}/1".encode()).hexdigest()[:8] for r in roles]


def test_the_template_is_a_submission(folder: Path) -> None:
    template, *_ = build([folder])
    labels = [cell.label for cell in read_submission(template).cells]
    assert labels == ["cell 1", "cell 2", "cell 3", "cell 4", "cell 5"]


def test_a_check_of_the_author_is_not_doubled(tmp_path: Path) -> None:
    notebook = NOTEBOOK + '\n# %% role="check"\nprint("mine")\n'
    template, *_ = build([write_challenge(tmp_path / "challenges", notebook=notebook)])
    assert sources(template)[-1] == 'print("mine")'


def test_hidden_tests_in_a_notebook_reach_no_student(tmp_path: Path) -> None:
    cell = (
        '\n# %% role="debug"\n### BEGIN HIDDEN TESTS\nassert twice(1) == 2\n### END HIDDEN TESTS\n'
    )
    folder = write_challenge(tmp_path / "challenges", notebook=NOTEBOOK + cell)
    template, solution, _ = build([folder])
    assert "assert twice" not in template.read_text()
    assert "assert twice" in solution.read_text()
    assert len(sources(template)) + 1 == len(sources(solution))


def test_a_course_publishes_under_its_own_name(folder: Path) -> None:
    course = folder.parent.parent / "judge.toml"
    course.write_text('[project]\nrepository = "me/course"\nref = "spring"\ninstall = "thing==1"\n')
    texts = sources(build([folder])[0])
    assert "github/me/course/blob/spring/templates/double.ipynb" in texts[0]
    assert """run_line_magic("pip", "install -q 'thing==1'")""" in texts[1]
    course.write_text("[project]\nrepo = 'me/course'\n")
    with pytest.raises(ChallengeError, match=r"judge\.toml cannot be read"):
        build([folder])


def test_building_one_leaves_the_others_in_the_index(folder: Path) -> None:
    root = folder.parent
    other = write_challenge(root, "other")
    third = write_challenge(root, "third")
    build([other])
    assert [entry.id for entry in read_index(root).entries] == ["double", "other", "third"]
    (third / "notebook.py").write_text("damaged")  # known to the index: not read again
    build([folder])
    assert [entry.id for entry in read_index(root).entries] == ["double", "other", "third"]
    (other / "challenge.toml").unlink()
    build([folder])
    assert [entry.id for entry in read_index(root).entries] == ["double", "third"]


def test_a_draft_beside_it_may_be_broken(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    folder, draft = write_challenge(root), write_challenge(root, "draft")
    (draft / "challenge.toml").write_text("x = [")
    build([folder])
    assert [entry.id for entry in read_index(root).entries] == ["double"]
    with pytest.raises(ChallengeError, match="not TOML"):
        build([folder, draft])


def test_an_unknown_track(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    folder = write_challenge(root, toml=TOML.replace('"fundamentals"', '"kernel"'))
    (root / "tracks.toml").write_text('[[track]]\nid = "kernels"\ntitle = "K"\nabout = "k."\n')
    with pytest.raises(ChallengeError, match=r"no track 'kernel' .*\nDid you mean kernels\?"):
        build([folder])
    assert not (tmp_path / "templates").exists()


def test_tracks_of_ones_own_stand_beside_the_bundled_ones(tmp_path: Path) -> None:
    root = tmp_path / "challenges"
    folder = write_challenge(root, toml=TOML.replace('"fundamentals"', '"attention"'))
    (root / "tracks.toml").write_text('[[track]]\nid = "streams"\ntitle = "S"\nabout = "s."\n')
    build([folder])
    assert [track.id for track in read_index(root).tracks] == ["streams"]


def test_a_task_without_a_region(tmp_path: Path) -> None:
    bare = NOTEBOOK.replace("    ### BEGIN SOLUTION\n", "").replace("    ### END SOLUTION\n", "")
    folder = write_challenge(tmp_path / "challenges", notebook=bare)
    with pytest.raises(ChallengeError, match=r"notebook\.py, line 13: the task twice has no"):
        build([folder])


COMMENTS = [
    "# ls",
    "# cat sat",
    "#copy the input",
    "# cd",
    "# !important",
    "# %time is short",
    "#%matplotlib inline",
    "# %%time",
    "# ?print",
    "# why?",
    "# files = !ls",
    "# t = %time x",
    "# # ls",
]
HARMLESS = [
    "# 50 % of it",
    "# cats sat",
    "# copy = x",
    "# why is it so?",
    "# !",
    "# x != y",
    "# lstsq",
    "# ### BEGIN SOLUTION",
    "# a % b",
]


@pytest.mark.parametrize("comment", COMMENTS)
def test_comments_that_would_come_alive_are_refused(tmp_path: Path, comment: str) -> None:
    assert uncomment_magic([comment]) != [comment]  # what an editor would make of it
    notebook = NOTEBOOK.replace("print(twice(2))", f"x = 1\n{comment}")
    folder = write_challenge(tmp_path / "challenges", notebook=notebook)
    with pytest.raises(ChallengeError, match="line 22: an editor that syncs notebooks"):
        build([folder])


@pytest.mark.parametrize("comment", HARMLESS)
def test_harmless_comments_pass(comment: str) -> None:
    assert uncomment_magic([comment]) == [comment]
    assert not looks_like_magic(comment)


@pytest.mark.parametrize("comment", COMMENTS + HARMLESS)
def test_indented_comments_are_judged_as_the_editor_does(comment: str) -> None:
    line = f"    {comment}"
    assert looks_like_magic(comment, indented=True) == (uncomment_magic([line]) != [line])


def test_set_up_cells_and_strings_may_speak_of_magics(tmp_path: Path) -> None:
    notebook = NOTEBOOK.replace("import math", "# %pip install numpy\nimport math").replace(
        "print(twice(2))", 'print("""\n# ls\n%time\n""")'
    )
    template, *_ = build([write_challenge(tmp_path / "challenges", notebook=notebook)])
    assert sources(template)[3] == "# %pip install numpy\nimport math"  # still a comment


def test_a_live_magic_is_no_python(tmp_path: Path) -> None:
    notebook = NOTEBOOK.replace("import math", "%pip install numpy")
    folder = write_challenge(tmp_path / "challenges", notebook=notebook)
    with pytest.raises(ChallengeError, match="line 10: not Python"):
        build([folder])


def test_maths_survives(tmp_path: Path) -> None:
    text = r"$\frac{1}{N} \sum_k$ 100 % \\ `%time` é"
    notebook = NOTEBOOK.replace("# More of it.", f"# {text}")
    template, *_ = build([write_challenge(tmp_path / "challenges", notebook=notebook)])
    assert text in sources(template)[2]
