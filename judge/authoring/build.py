"""`judge build`: from a challenge folder to what students get.

For `challenges/<id>` it writes `templates/<id>.ipynb` and `solutions/<id>.ipynb` beside
`challenges`, and `challenges/index.json`. The same sources give the same bytes: cell ids are
digests, and nothing of the machine gets in.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from judge.authoring.project import Project, read_project
from judge.catalogue import (
    Entry,
    Index,
    built_notebook,
    bundled,
    challenge_folders,
    describe,
    read_index,
    read_tracks,
    write_index,
)
from judge.challenge import Challenge, read_challenge, read_notebook
from judge.errors import ChallengeError, near_matches
from judge.files import write_atomically
from judge.percent import PercentCell
from judge.regions import comments, find_regions, with_solution, without_solution

# Comments that an editor which syncs notebooks (jupytext) would turn into live commands.
_MAGIC = re.compile(r"(?:# ?)+\s*(?:%{1,3}[A-Za-z]|[?!]\s*[A-Za-z.~$\\/{}])")
_HELP = re.compile(r"(?:# )*[^\s]*\?\s*$")
_ASSIGNED = re.compile(r"(?:# ?)+\s*[A-Za-z_][\w$]*\s*=\s*(?:%{1,3}|!)[A-Za-z]")
_SHELL = re.compile(
    r"(?:# ?)+(?:cat|cd|cp|mv|rm|rmdir|mkdir|copy|ddir|echo|ls|ldir|ren)(?:\s*$|\s[^=,])"
)


@dataclass(frozen=True)
class _Made:
    """A cell of a notebook to be written."""

    kind: Literal["code", "markdown"]
    role: str
    source: str


def build(folders: Sequence[Path], check: bool = False) -> list[Path]:
    """Write the notebooks and the index of these challenges; return the files that changed.

    With `check` nothing is written and the files that are stale are returned. The entries of
    other challenges stay in the index as they are. Raises ChallengeError.
    """
    found = [folder.resolve() for folder in folders]
    wanted: dict[Path, bytes] = {}
    for folder in found:
        wanted |= _notebooks(read_challenge(folder))
    for root in dict.fromkeys(folder.parent for folder in found):
        built = {folder.name for folder in found if folder.parent == root}
        wanted[root / "index.json"] = write_index(_index(root, built))
    stale = [path for path, data in wanted.items() if _bytes_of(path) != data]
    if not check:
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, wanted[path])
    return stale


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _index(root: Path, built: set[str]) -> Index:
    """The index of `root`: what is built now is described anew, what is gone falls out."""
    kept = {entry.id: entry for entry in _old_index(root).entries if entry.id not in built}
    found = (kept.get(f.name) or _described(f, f.name in built) for f in challenge_folders(root))
    entries = tuple(entry for entry in found if entry is not None)
    tracks = read_tracks(root)
    known = [track.id for track in (*tracks, *_old_index(bundled()).tracks)]
    for entry in entries:
        if tracks and entry.track not in known:
            near = near_matches(entry.track, known)
            meant = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
            raise ChallengeError(
                f"{root / entry.id / 'challenge.toml'}: there is no track {entry.track!r} "
                f"in {root / 'tracks.toml'}.\n{meant}"
            )
    return Index(tracks, entries)


def _described(folder: Path, wanted: bool) -> Entry | None:
    """A draft that cannot be read yet is none of the others' business."""
    try:
        return describe(read_challenge(folder))
    except ChallengeError:
        if wanted:
            raise
        return None


def _old_index(root: Path) -> Index:
    try:
        return read_index(root)
    except ChallengeError:  # a damaged index is built anew
        return Index((), ())


# --- notebooks --------------------------------------------------------------------------------


def _notebooks(challenge: Challenge) -> dict[Path, bytes]:
    """The notebooks of a challenge, by the path each belongs at; released ones have one."""
    file = str(challenge.folder / "notebook.py")
    cells = read_notebook(challenge)
    _check_regions(challenge, cells, file)
    _check_comments(cells, file)
    root = challenge.folder.parent.parent
    project = read_project(root)
    views = {"templates": without_solution, "solutions": with_solution}
    if challenge.released:
        del views["solutions"]
    wanted = {}
    for what, view in views.items():
        path = built_notebook(challenge.folder, what)
        badge = project.badge(path.relative_to(root).as_posix())
        made = _made_cells(challenge, cells, project, badge, view)
        wanted[path] = _written(challenge, made)
    return wanted


def _made_cells(
    challenge: Challenge,
    cells: Sequence[PercentCell],
    project: Project,
    badge: str,
    view: Callable[[str, str, int], str],
) -> list[_Made]:
    """Title, install cell, the author's cells, and a check at the end if there is none."""
    file = str(challenge.folder / "notebook.py")
    made = [
        _Made("markdown", "title", f"# {challenge.title}\n\n{badge}"),
        _Made("code", "install", _install(project, challenge)),
    ]
    for n, cell in enumerate(cells):
        source = view(cell.source, file, cell.line) if cell.kind == "code" else cell.source
        source = _without_title(source) if n == 0 and cell.kind == "markdown" else source
        if source.strip():
            made.append(_Made(cell.kind, cell.role or "text", source))
    if not any(cell.role == "check" for cell in cells):
        made.append(_Made("code", "check", _check_call(challenge)))
    return made


def _install(project: Project, challenge: Challenge) -> str:
    said = "# In Colab this installs judge. Anywhere else it does nothing.\n"
    if challenge.profile == "torch":
        said = (
            "# In Colab, which has torch, this installs judge. Anywhere else it does nothing;\n"
            '# there, install both in a terminal: pip install "flashjudge[torch]"\n'
        )
    return (
        f"{said}"
        "import sys\n\n"
        'if "google.colab" in sys.modules:\n'
        f'    get_ipython().run_line_magic("pip", "install -q \'{project.install}\'")'
    )


def _check_call(challenge: Challenge) -> str:
    return f'from judge import check\n\ncheck("{challenge.id}")'


def _without_title(text: str) -> str:
    """The title comes from challenge.toml: a heading above the statement would be a second one."""
    first, _, rest = text.partition("\n")
    return rest.lstrip("\n") if first.startswith("# ") else text


def _written(challenge: Challenge, cells: Iterable[_Made]) -> bytes:
    import nbformat  # 88 ms: after the mistakes of the folder have been told

    ordinals: Counter[str] = Counter()
    written = []
    for cell in cells:
        ordinals[cell.role] += 1
        name = f"{challenge.id}/{cell.role}/{ordinals[cell.role]}"
        written.append(_node(cell, hashlib.sha256(name.encode()).hexdigest()[:8]))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    data = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": written,
    }
    notebook = nbformat.from_dict(data)  # type: ignore[no-untyped-call]  # nbformat has no types
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]  # the same
    return (text.rstrip("\n") + "\n").encode()


def _node(cell: _Made, id: str) -> dict[str, Any]:
    common = {"cell_type": cell.kind, "id": id, "metadata": {}, "source": cell.source}
    return common | ({"execution_count": None, "outputs": []} if cell.kind == "code" else {})


# --- rules ------------------------------------------------------------------------------------


def _check_regions(challenge: Challenge, cells: Sequence[PercentCell], file: str) -> None:
    """Every task has a region to write in."""
    code = [cell for cell in cells if cell.role == "task" and cell.kind == "code"]
    for task in challenge.tasks:
        own = [cell for cell in code if cell.metadata["task"] == task.id]
        regions = [r for cell in own for r in find_regions(cell.source, file, cell.line)]
        if not any(region.what == "SOLUTION" for region in regions):
            raise ChallengeError(
                f"{file}, line {own[0].line}: the task {task.id} has no solution region.\n"
                f"Put ### BEGIN SOLUTION and ### END SOLUTION around the body of {task.name}."
            )


def _check_comments(cells: Sequence[PercentCell], file: str) -> None:
    """No comment outside set-up cells may come alive when an author opens the file in Jupyter."""
    for cell in cells:
        if cell.kind == "markdown" or cell.role == "setup":
            continue
        for at, indent, text in comments(cell.source):
            if looks_like_magic(text, indented=bool(indent)):
                raise ChallengeError(
                    f"{file}, line {cell.line + at - 1}: an editor that syncs notebooks would "
                    f"turn this comment into a command: {text}\nWord it differently."
                )


def looks_like_magic(comment: str, *, indented: bool = False) -> bool:
    """Whether jupytext would take a comment for a magic, a help request or a shell line."""
    anywhere = (_MAGIC, _HELP)
    patterns = anywhere if indented else (*anywhere, _ASSIGNED, _SHELL)
    return any(pattern.match(comment) for pattern in patterns)
