"""Arguments and options that several commands take, and how what they find is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from judge.catalogue import Catalogue, open_catalogue

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


def challenges(command: F) -> F:
    text = "Also look for challenges in DIR. Can be repeated; JUDGE_CHALLENGES does the same."
    option = click.option(
        "--challenges", "folders", type=PATH, multiple=True, metavar="DIR", help=text
    )
    return option(command)


id_ = click.argument("id", metavar="ID")
file_ = click.argument("file", metavar="[FILE]", type=PATH, required=False)
tasks_ = click.option(
    "--task", "tasks", metavar="TASK", multiple=True, help="Only this task. Can be repeated."
)
json_ = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def catalogue_of(folders: Sequence[Path]) -> Catalogue:
    return open_catalogue(folders, course=Path.cwd())


def print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=2))


def note(notes: Sequence[str]) -> None:
    for text in notes:
        click.echo(f"note: {text}", err=True)
