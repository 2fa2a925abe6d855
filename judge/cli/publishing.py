"""Commands that give things away: results to other systems, challenges to students."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from judge.cli.options import PATH, challenges, id_, note, spared

# By hand: the modules that know them are not imported for a list of commands.
_FORMATS = ("gradescope", "canvas", "moodle", "junit", "csv", "jsonl")


@click.command()
@click.argument("folder", metavar="OUT", type=PATH)
@click.option("--to", required=True, type=click.Choice(_FORMATS), help="Who takes the results.")
@click.option(
    "--output",
    type=PATH,
    metavar="PATH",
    callback=spared,
    help="File or folder; usually in OUT.",
)
@click.option(
    "--gradebook", type=PATH, metavar="FILE", help="For Canvas: the gradebook it exported."
)
@click.option("--worksheet", type=PATH, metavar="FILE", help="For Moodle: its grading worksheet.")
@click.option(
    "--column",
    "columns",
    metavar="TITLE",
    multiple=True,
    help="For Canvas: the column to fill. For Moodle: ROLE=HEADING, where a heading is unknown.",
)
@click.option("--match", metavar="KEY", help="Know students by this key alone: id, name, email...")
@click.option("-c", "--challenge", "ids", metavar="ID", multiple=True, help="Only this challenge.")
@click.option("--instructor", is_flag=True, help="With what students must not see.")
def export(**typed: Any) -> None:
    """Hand results on to other systems, without grading again."""
    from judge.classroom.export.request import Request
    from judge.classroom.export.request import export as run

    done = run(Request(challenges=typed.pop("ids"), **typed))
    count = f"{done.files} files in " if done.target.is_dir() else ""
    click.echo(f"wrote {count}{done.target}")
    note(done.notes)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All your own challenges.")
@click.option("-o", "--output", required=True, type=PATH, metavar="DIR", help="An empty folder.")
@click.option("--with-oracle", is_flag=True, help="With what public tests need of oracle.py.")
@click.option("--repository", metavar="OWNER/NAME", help="Where it will lie on GitHub.")
@click.option("--no-check", is_flag=True, help="Do not try your solutions on what is written.")
@challenges
def release(**typed: Any) -> None:
    """Write the student version: public tests, and no solution."""
    from judge.authoring import chosen
    from judge.authoring.release import Wish
    from judge.authoring.release import release as run
    from judge.report import console

    ids = chosen.named(typed["ids"], everything=typed["everything"])
    found = chosen.read(ids, typed["folders"], Path.cwd())
    wish = Wish(
        output=typed["output"],
        with_oracle=typed["with_oracle"],
        repository=typed["repository"],
        check=not typed["no_check"],
    )
    with console.watching_steps() as step:
        notes = run(found, wish, step)
    click.echo(f"wrote the student version of {', '.join(c.id for c in found)} to {wish.output}")
    note(notes)


@click.command()
@id_
@click.option(
    *("-o", "--output"),
    type=PATH,
    metavar="FILE",
    callback=spared,
    help="Usually autograder.zip here.",
)
@click.option(
    "--pace",
    default=2.0,
    metavar="N",
    help="Times the limits of the tests: half a CPU needs 2, the default.",
)
@challenges
def gradescope(id: str, output: Path | None, pace: float, folders: tuple[Path, ...]) -> None:
    """Make the zip of an autograder for Gradescope."""
    from judge.authoring.gradescope import autograder
    from judge.catalogue import find_challenge

    challenge = find_challenge(id, folders, Path.cwd())
    target = output or Path("autograder.zip")
    autograder(challenge, target, pace)
    click.echo(f"wrote {target}: upload it as the autograder, with {challenge.points:g} points.")
    click.echo("It holds the hidden tests and the solution: do not give it to students.")
