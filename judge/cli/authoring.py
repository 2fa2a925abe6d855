"""Commands for those who write challenges, and for the judge itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from judge.cli.options import PATH, challenges, id_, json_, note, print_json
from judge.errors import EXIT_NOT_PASSED, EXIT_PASSED

# --- authoring --------------------------------------------------------------------------------


@click.command()
@id_
@click.argument("folder", metavar="[DIR]", type=PATH, required=False)
def new(id: str, folder: Path | None) -> None:
    """Write a small challenge that works, to be made your own."""
    from judge.authoring import chosen, new
    from judge.catalogue import command

    other = chosen.namesake(id, Path.cwd())
    made = new(id, folder or chosen.home(Path.cwd()))
    click.echo(f"{made} is a challenge that works. Change it piece by piece, then:")
    click.echo(f"    {command('build', made)}\n    {command('validate', made)}")
    note([other] if other else [])


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit code 1 if stale.")
@challenges
def build(ids: tuple[str, ...], dry: bool, folders: tuple[Path, ...]) -> int:
    """Write notebooks and index from the challenge folders."""
    from judge.authoring import build, chosen

    changed = build(chosen.challenges(ids, folders, Path.cwd()), check=dry)
    for path in changed:
        click.echo(f"{'stale' if dry else 'wrote'} {path}")
    if not changed:
        click.echo("Everything is built.")
    return EXIT_NOT_PASSED if dry and changed else EXIT_PASSED


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All your own challenges.")
@click.option("--test", "tests", metavar="NAME", multiple=True, help="Only this hidden test.")
@click.option("--mutant", "mutants", metavar="NAME", multiple=True, help="Only this mutant.")
@click.option("--seeds", default=3, metavar="K", help="How many seeds the reference must pass.")
@json_
@challenges
def validate(**typed: Any) -> int:
    """Prove that hidden tests see known mistakes and nothing else."""
    from judge.authoring import chosen
    from judge.authoring.validate import Options, validate
    from judge.report import console, killtable

    ids = chosen.named(typed["ids"], everything=typed["everything"])
    found = chosen.read(ids, typed["folders"], Path.cwd())
    asked = {name: typed[name] for name in ("tests", "mutants", "seeds")}
    with console.watching_steps() as step:
        result = validate(found, Options(progress=step, **asked))
    if typed["as_json"]:
        print_json(result.to_data())
    else:
        console.show([killtable.render(result)])
    if result.interrupted:
        raise KeyboardInterrupt
    return EXIT_PASSED if result.ok else EXIT_NOT_PASSED


# --- the judge itself -------------------------------------------------------------------------


@click.command()
def schema() -> None:
    """The JSON Schema of what `judge check --json` prints."""
    from judge.report.json import schema

    print_json(schema())


@click.command()
@json_
def doctor(as_json: bool) -> int:
    """What works on this machine: workers, isolation, memory."""
    from judge import doctor
    from judge.report import console, health

    found = doctor.examine()
    if as_json:
        print_json(health.as_data(found))
    else:
        console.show(health.lines(found))
    return EXIT_PASSED if found.works else EXIT_NOT_PASSED
