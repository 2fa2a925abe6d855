"""Arguments and options that several commands take, and how what they find is said."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import Any, TypeVar

import click

from judge.catalogue import Catalogue, open_catalogue
from judge.errors import UserError

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
_FILES = (".ipynb", ".py", ".md", ".txt")  # what a submission's name ends in
_WORK = (".ipynb", ".py")  # what somebody may have written, and nothing writes over


def challenges(command: F) -> F:
    text = "Also look for challenges in DIR. Can be repeated; JUDGE_CHALLENGES does the same."
    option = click.option(
        "--challenges", "folders", type=PATH, multiple=True, metavar="DIR", help=text
    )
    return option(command)


def spared(ctx: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A path to write to. Raises UserError where it is somebody's notebook or Python file."""
    if path is not None and path.suffix.lower() in _WORK and path.exists():
        from judge.intake import shown

        raise UserError(
            f"{shown(path)} is there already, and is nothing that is written over.\n"
            f"Give {option.opts[0]} another path."
        )
    return path


def _no_file(ctx: click.Context, argument: click.Parameter, id: str) -> str:
    """An id. Raises UserError where a FILE was named in its place."""
    named = PurePath(id).suffix.lower() in _FILES or "/" in id or "\\" in id
    if named and any(parameter.name == "file" for parameter in ctx.command.params):
        from judge.intake import shown

        raise UserError(
            f"{shown(id)} is the name of a file, not of a challenge.\n"
            f"The challenge comes first: judge {ctx.info_name} ID {shown(id)}\n"
            "`judge list` shows all ids."
        )
    return id


id_ = click.argument("id", metavar="ID", callback=_no_file)
file_ = click.argument("file", metavar="[FILE]", type=PATH, required=False)
tasks_ = click.option(
    "--task", "tasks", metavar="TASK", multiple=True, help="Only this task. Can be repeated."
)
json_ = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def catalogue_of(folders: Sequence[Path]) -> Catalogue:
    return open_catalogue(folders, course=Path.cwd())


def typed_path(path: Path) -> str:
    """A path as a shell takes it; what cannot be printed is spelt out."""
    from judge.intake import shown

    return shlex.quote(shown(path))


def print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=2))


def note(notes: Sequence[str]) -> None:
    for text in notes:
        click.echo(f"note: {text}", err=True)
