"""Files of the student's: the template put in place, put back, and the solution beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from judge import progress
from judge.catalogue import Catalogue, command
from judge.errors import ChallengeError, UserError
from judge.files import write_atomically
from judge.intake import shown
from judge.manifest import read_challenge

_SUFFIXES = (".ipynb", ".py")


def start(catalogue: Catalogue, id: str, folder: Path, *, script: bool = False) -> Path:
    """Put the template of a challenge into `folder`, as a notebook or a .py; where it is.

    Nothing is overwritten. Raises UserError.
    """
    data = _template(catalogue, id, ".py" if script else ".ipynb")
    place = catalogue.folder(id)
    target = folder / f"{id}{'.py' if script else '.ipynb'}"
    there = (
        f"{shown(target)} is there already and stays as it is.\n"
        f"`{command('start', place, 'FOLDER')}` puts a fresh one elsewhere; "
        f"`{command('reset', place)}` puts the template back and keeps a copy of yours."
    )
    _write_new(target, data, there)
    return target


def reset(catalogue: Catalogue, id: str, file: Path) -> Path:
    """Put the template back in place of `file`; where the copy of the old one is.

    Raises UserError, and then `file` is as it was.
    """
    if file.suffix not in _SUFFIXES:
        raise UserError(f"{shown(file)} is neither a notebook (.ipynb) nor a Python file (.py).")
    template = _template(catalogue, id, file.suffix)
    try:
        old = file.read_bytes()
        backup = _free_name(file)
        write_atomically(backup, old)
        write_atomically(file, template)
    except OSError as error:
        raise UserError(
            f"{shown(file)} cannot be put back: {error.strerror or error}.\n"
            f"Nothing was lost. `{command('start', catalogue.folder(id), 'FOLDER')}` puts a fresh "
            "template elsewhere."
        ) from None
    return backup


def solution(catalogue: Catalogue, id: str, folder: Path, *, spoil: bool) -> Path:
    """Put the reference solution into `folder`; where it is. Raises UserError.

    Only for who has solved the challenge, unless `spoil`.
    """
    place = catalogue.folder(id)
    if read_challenge(place).released:
        raise UserError(
            f"{id} comes without its solution: this is the version for students.\n"
            f"`{command('hint', place)}` helps one step at a time."
        )
    tally = progress.read().of(id)
    if not (spoil or tally.solved):
        far = f", best {tally.earned:g} of {tally.possible:g} points" if tally.possible else ""
        raise UserError(
            f"{id} is not solved yet{far}.\n"
            f"`{command('hint', place)}` helps one step at a time; "
            f"`{command('solution', place, '--spoil')}` shows the solution all the same."
        )
    data = _built(catalogue.solution(id), place)
    target = folder / f"{id}_solution.ipynb"
    if target.is_file() and target.read_bytes() == data:
        return target
    _write_new(
        target,
        data,
        f"{shown(target)} is there already and differs from the solution.\n"
        f"Rename it, or name another folder: {command('solution', place, 'FOLDER')}",
    )
    return target


def find_file(id: str, given: Path | None, here: Path) -> Path:
    """The file that is meant: `given`, else <id>.ipynb or <id>.py in `here`. Raises UserError."""
    if given is not None:
        return given
    found = [path for path in places(id, given, here) if path.exists()]
    if len(found) > 1:
        names = " and ".join(shown(path) for path in found)
        raise UserError(f"Both {names} are here.\nName the one you mean, after {id}.")
    if not found:
        raise UserError(
            f"There is no {id}.ipynb and no {id}.py in {shown(here)}.\n"
            f"`judge start {id}` puts a notebook there. Is your work in another file? "
            f"Name it after {id}."
        )
    return found[0]


def places(id: str, given: Path | None, here: Path) -> list[Path]:
    """Where the file that is meant may be: `given` alone, else the usual names in `here`."""
    if given is not None:
        return [given]
    # Relative where it can be: messages and reports show the name that a person would type.
    base = Path() if here == Path.cwd() else here
    return [base / f"{id}{suffix}" for suffix in _SUFFIXES]


# --- templates --------------------------------------------------------------------------------


def _template(catalogue: Catalogue, id: str, suffix: str) -> bytes:
    source = catalogue.template(id)
    place = catalogue.folder(id)
    data = _built(source, place)
    if suffix == ".ipynb":
        return data
    try:
        return as_script(json.loads(data)).encode()
    except (ValueError, TypeError, KeyError) as error:
        raise ChallengeError(
            f"{source} is damaged ({error}).\n`{command('build', place)}` mends it."
        ) from None


def _built(source: Path, place: Path) -> bytes:
    try:
        return source.read_bytes()
    except FileNotFoundError:
        raise ChallengeError(
            f"{shown(source)} is not built yet.\n`{command('build', place)}` writes it."
        ) from None
    except OSError as error:
        raise ChallengeError(f"{shown(source)} cannot be read: {error.strerror}.") from None


def as_script(notebook: dict[str, Any]) -> str:
    """A notebook as a percent script. Cells with a line for IPython alone are left out."""
    return "\n\n".join(_script_cells(notebook["cells"])) + "\n"


def _script_cells(cells: list[dict[str, Any]]) -> Iterator[str]:
    for cell in cells:
        source = cell["source"]
        lines = ("".join(source) if isinstance(source, list) else source).splitlines()
        if cell["cell_type"] == "code":
            if not any(map(_needs_ipython, lines)):
                yield "\n".join(["# %%", *lines])
        else:
            kept = [line for line in lines if "colab-badge" not in line]
            text = "\n".join(kept).strip().splitlines()
            yield "\n".join(["# %% [markdown]", *(f"# {line}".rstrip() for line in text)])


def _needs_ipython(line: str) -> bool:
    return line.lstrip().startswith(("%", "!")) or "get_ipython" in line


# --- writing ----------------------------------------------------------------------------------


def _write_new(target: Path, data: bytes, there: str) -> None:
    """Write a file that must not be there yet. Raises UserError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        # The folder itself may be a file.
        folder = f"{shown(target.parent)} is a file, not a folder.\nName another folder."
        raise UserError(there if target.parent.is_dir() else folder) from None
    except OSError as error:
        raise UserError(
            f"{shown(target)} cannot be written: {error.strerror or error}.\nName another folder."
        ) from None


def _free_name(file: Path) -> Path:
    """`softmax.20260314-092653.ipynb`, with a number behind it where that is taken."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    names = (f"{file.stem}.{stamp}{more}{file.suffix}" for more in _numbers())
    return next(path for path in map(file.with_name, names) if not path.exists())


def _numbers() -> Iterator[str]:
    yield ""
    number = 2
    while True:
        yield f"-{number}"
        number += 1
