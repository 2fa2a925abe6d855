"""The text files of the student version: what a repository of challenges needs around them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from judge import __version__
from judge.authoring.project import Project, read_project
from judge.catalogue import read_tracks
from judge.challenge import read_notebook
from judge.manifest import Challenge, Task
from judge.percent import PercentCell
from judge.regions import without_solution

_HANDOUT = Path(__file__).parent / "handout"
WORKFLOW = ".github/workflows/classroom.yml"
SCRIPT = ".github/classroom.py"


def challenge_toml(challenge: Challenge) -> str:
    """challenge.toml as a student gets it: what is known of it, without comments."""
    facts = ("id", "title", "track", "level", "version", "profile", "imports", "forbidden")
    lines = ["format = 1", *(_pair(name, getattr(challenge, name)) for name in facts)]
    lines += [_pair("memory_mb", challenge.memory_mb), "released = true"]
    for task in challenge.tasks:
        lines += ["", "[[task]]", *_task(challenge, task)]
    return "\n".join(lines) + "\n"


def _task(challenge: Challenge, task: Task) -> list[str]:
    written = tomllib.loads((challenge.folder / "challenge.toml").read_text(encoding="utf-8"))
    table = next(table for table in written["task"] if table["id"] == task.id)
    names = ("id", "function", "points", "hints", "returns", "methods")
    return [_pair(name, table[name]) for name in names if name in table]


def _pair(name: str, value: object) -> str:
    """A JSON value is one of TOML, as long as it has no table and nothing is null."""
    plain = list(value) if isinstance(value, tuple) else value
    return f"{name} = {json.dumps(plain, ensure_ascii=False)}".replace("\x7f", "\\u007f")


def notebook_py(challenge: Challenge) -> str:
    """notebook.py with stubs where the solution was. Raises ChallengeError."""
    return "\n".join(_cell(challenge, cell) for cell in read_notebook(challenge))


def _cell(challenge: Challenge, cell: PercentCell) -> str:
    roles = {name: cell.metadata[name] for name in ("role", "task") if name in cell.metadata}
    pairs = "".join(f" {name}={json.dumps(value)}" for name, value in roles.items())
    if cell.kind == "markdown":
        lines = [f"# {line}".rstrip() for line in cell.source.split("\n")]
        return "\n".join([f"# %% [markdown]{pairs}", *lines, ""])
    file = str(challenge.folder / "notebook.py")
    source = without_solution(cell.source, file, cell.line, keep_markers=True)
    return f"# %%{pairs}\n{source}\n"


def tracks_toml(challenges: Sequence[Challenge]) -> str:
    """The tracks of these challenges, in their order."""
    wanted = {challenge.track for challenge in challenges}
    roots = dict.fromkeys(challenge.folder.parent for challenge in challenges)
    found = {track.id: track for root in roots for track in read_tracks(root)}
    tables = [
        "\n".join(["[[track]]", *(_pair(name, value) for name, value in asdict(track).items()), ""])
        for track in found.values()
        if track.id in wanted
    ]
    return "\n".join(tables)


def judge_toml(challenges: Sequence[Challenge], repository: str | None) -> str:
    """What marks a course repository; where it is published goes on, unless told anew."""
    known = {**_project(challenges)}
    if repository is not None:
        known |= {"repository": repository, "ref": known.get("ref", "main")}
    said = "# A course repository for judge: the version for students.\n"
    if not known:
        return said
    return said + "\n".join(["", "[project]", *(_pair(*pair) for pair in known.items()), ""])


def _project(challenges: Sequence[Challenge]) -> dict[str, str]:
    """What the author's own judge.toml says of it."""
    usual = asdict(Project())
    found = asdict(read_project(challenges[0].folder.resolve().parent.parent))
    return {name: value for name, value in found.items() if value != usual[name]}


# --- for people and for GitHub ----------------------------------------------------------------


def readme(challenges: Sequence[Challenge]) -> str:
    rows = ["| challenge | | level |", "|---|---|---|"]
    rows += [f"| `{c.id}` | {c.title.replace('|', '/')} | {c.level} |" for c in challenges]
    return (
        _template("README.md")
        .replace("{table}", "\n".join(rows))
        .replace("{install}", _install(challenges))
        .replace("{first}", challenges[0].id)
        .replace("{classroom}", _template("classroom.md").rstrip("\n"))
    )


def workflow(challenges: Sequence[Challenge], points: Mapping[str, float]) -> str:
    """The workflow of GitHub Actions. Ids of steps have letters and digits alone."""
    steps, results = [], []
    for n, challenge in enumerate(challenges, start=1):
        run = f'python {SCRIPT} {challenge.id} {points[challenge.id]:g} >> "$GITHUB_OUTPUT"'
        steps += [f"      - name: {challenge.id}", f"        id: challenge{n}"]
        steps += [f"        run: {run}"]
        output = f"${{{{ steps.challenge{n}.outputs.result }}}}"
        results += [f'          CHALLENGE{n}_RESULTS: "{output}"']
    runners = ",".join(f"challenge{n}" for n in range(1, len(challenges) + 1))
    return (
        _template("classroom.yml")
        .replace("{install}", _install(challenges))
        .replace("{steps}", "\n".join(steps))
        .replace("{results}", "\n".join(results))
        .replace("{runners}", runners)
    )


def script() -> str:
    return _template("classroom.py")


def _install(challenges: Sequence[Challenge]) -> str:
    """What pip is given: what the course names, else this release."""
    if own := _project(challenges).get("install"):
        return own
    extra = "[torch]" if any(c.profile == "torch" for c in challenges) else ""
    return f"flashjudge{extra}=={__version__}"


def _template(name: str) -> str:
    return (_HANDOUT / name).read_text(encoding="utf-8")
