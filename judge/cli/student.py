"""Commands for those who solve challenges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from judge.cli.options import (
    PATH,
    catalogue_of,
    challenges,
    file_,
    id_,
    json_,
    note,
    print_json,
    spared,
    tasks_,
    typed_path,
)
from judge.errors import SubmissionError, UserError

# --- looking ----------------------------------------------------------------------------------


@click.command("list")
@click.option("--track", metavar="TRACK", help="Only this track.")
@json_
@challenges
def list_(track: str | None, as_json: bool, folders: tuple[Path, ...]) -> None:
    """The challenges in the order of study, with your progress."""
    from judge import progress
    from judge.report import console, listing

    catalogue, done = catalogue_of(folders), progress.read()
    entries = listing.of_track(catalogue.entries, track)
    if as_json:
        print_json(listing.as_data(entries, catalogue.tracks, done))
        return
    console.show(listing.listing(entries, catalogue.tracks, done))
    note([*catalogue.problems, *done.notes])


@click.command()
@json_
@challenges
def status(as_json: bool, folders: tuple[Path, ...]) -> None:
    """Your progress by track, and what comes next."""
    from judge import progress
    from judge.report import console, standing
    from judge.report.dashboard import lines

    catalogue, done = catalogue_of(folders), progress.read()
    board = standing.dashboard(catalogue.entries, catalogue.tracks, done, catalogue.folders)
    if as_json:
        print_json(standing.as_data(board, done.notes))
        return
    console.show(lines(board, console.reading_width()))
    note(done.notes)


@click.command()
@id_
@challenges
def show(id: str, folders: tuple[Path, ...]) -> None:
    """What a challenge asks: statement, tasks, titles of its tests."""
    from judge.catalogue import command
    from judge.challenge import load_tests
    from judge.manifest import read_challenge
    from judge.prompting import statement
    from judge.report import console
    from judge.report.statement import render_challenge

    challenge = read_challenge(catalogue_of(folders).folder(id))
    start, tests = command("start", challenge.folder), load_tests(challenge)
    console.show_prose(render_challenge(challenge, statement(challenge), tests, start))


@click.command()
@id_
@challenges
def prompt(id: str, folders: tuple[Path, ...]) -> None:
    """Statement and signatures as one text for a language model."""
    from judge.manifest import read_challenge
    from judge.prompting import prompt

    click.echo(prompt(read_challenge(catalogue_of(folders).folder(id))), nl=False)


# --- working ----------------------------------------------------------------------------------


@click.command()
@id_
@click.argument("folder", metavar="[DIR]", type=PATH, default=Path())
@click.option("--py", is_flag=True, help="A Python file instead of a notebook.")
@challenges
def start(id: str, folder: Path, py: bool, folders: tuple[Path, ...]) -> None:
    """Put the notebook of a challenge here, or in DIR.

    Nothing is ever overwritten.
    """
    from judge import starting
    from judge.catalogue import command
    from judge.intake import shown

    catalogue = catalogue_of(folders)
    target = starting.start(catalogue, id, folder, script=py)
    where = "" if folder == Path() else typed_path(target)
    click.echo(f"{shown(target)} is ready. Write your solution in it, save it, then check it:")
    click.echo(f"    {command('check', catalogue.folder(id), where)}")


@click.command()
@id_
@file_
@tasks_
@click.option(
    "--test", "tests", metavar="NAME", multiple=True, help="Only this hidden test. Can be repeated."
)
@click.option("--all", "full", is_flag=True, help="Every message, not only the first of a task.")
@json_
@click.option(
    "--junit", type=PATH, metavar="FILE", callback=spared, help="Write JUnit XML as well."
)
@click.option("--seed", type=int, metavar="N", help="Repeat the check of this seed.")
@click.option(
    "--require-isolation",
    "isolation",
    type=click.Choice(["reduced", "full"]),
    help="Check nothing unless the sandbox reaches this level.",
)
@click.option("--debug", is_flag=True, help="In this process, for pdb; without isolation.")
@challenges
def check(**typed: Any) -> int:
    """Check your work: FILE, or ID.ipynb or ID.py here.

    Exit codes: 0 passed, 1 not passed, 2 your mistake or refused, 3 the judge's own fault.
    """
    if typed["debug"] and typed["isolation"] is not None:
        raise UserError(
            "--debug and --require-isolation do not go together.\n"
            "--debug runs your code in this process, without isolation. Leave one of them out."
        )
    from judge.catalogue import find_challenge
    from judge.sandbox.forkserver import launch_ahead

    challenge = find_challenge(typed["id"], typed["folders"], Path.cwd())
    launch_ahead(challenge.imports)  # it imports what it needs while the lines below do the same
    from judge import asking
    from judge.checking import Wish
    from judge.report import console
    from judge.report.json import report_json
    from judge.report.terminal import render

    wanted = {name: typed[name] for name in ("tasks", "tests", "seed", "folders")}
    wish = Wish(typed["id"], **wanted, course=Path.cwd())
    rest = {name: typed[name] for name in ("file", "isolation", "debug", "junit")}
    request = asking.Request(wish, here=Path.cwd(), **rest)
    try:
        with console.watching_tests(quiet=typed["debug"]) as tick:
            report = asking.answer(request, tick)
    except SubmissionError as error:
        if not typed["as_json"]:
            raise
        report = asking.refusal(request, error)
    if typed["as_json"]:
        click.echo(report_json(report))
    else:
        full = typed["full"] or bool(typed["tests"])
        console.show([render(report, full=full, folders=typed["folders"])])
    if request.junit is not None:
        asking.write_junit(report, request.junit)
    return asking.EXIT_CODES[report.verdict]


@click.command()
@id_
@file_
@tasks_
@click.option("--seed", type=int, metavar="N", help="This seed for every check.")
@challenges
def watch(**typed: Any) -> int:
    """Check again at each save, until q, Ctrl-C or end of input.

    Exit codes: 0 if the last check passed, 1 if not, 2 your mistake, 3 the judge's own fault.
    """
    from judge import watch
    from judge.checking import Wish

    wanted = {name: typed[name] for name in ("tasks", "seed", "folders")}
    wish = Wish(typed["id"], **wanted, course=Path.cwd())
    return watch.watch(wish, typed["file"], Path.cwd())


@click.command()
@id_
@click.option("--task", metavar="TASK", help="The task, where there are several.")
@click.option("--all", "everything", is_flag=True, help="All hints of the task at once.")
@challenges
def hint(id: str, task: str | None, everything: bool, folders: tuple[Path, ...]) -> None:
    """The next hint of a task. Each call gives one more."""
    from judge import hints
    from judge.manifest import read_challenge
    from judge.report import console
    from judge.report.hint import lines

    challenge = read_challenge(catalogue_of(folders).folder(id))
    console.show_prose(lines(hints.take(challenge, task, everything=everything)))


@click.command()
@id_
@file_
@click.option("--progress", "forget", is_flag=True, help="Forget your progress; touch no file.")
@challenges
def reset(id: str, file: Path | None, forget: bool, folders: tuple[Path, ...]) -> None:
    """Put the template back, and keep a copy of your file."""
    from judge import progress, starting

    catalogue = catalogue_of(folders)
    catalogue.folder(id)
    if forget and file is not None:
        raise UserError(
            "--progress touches no file, and one is named.\nGive two commands, one with each."
        )
    if forget:
        note(progress.reset_progress(id))
        click.echo(f"Your progress in {id} is forgotten.")
        return
    target = starting.find_file(id, file, Path.cwd())
    backup = starting.reset(catalogue, id, target)
    click.echo(f"{target} is the template again. What you had is in {backup}")


@click.command()
@id_
@click.argument("folder", metavar="[DIR]", type=PATH, default=Path())
@click.option("--spoil", is_flag=True, help="Even though it is not solved yet.")
@challenges
def solution(id: str, folder: Path, spoil: bool, folders: tuple[Path, ...]) -> None:
    """The reference solution, once you have solved the challenge."""
    from judge import starting

    target = starting.solution(catalogue_of(folders), id, folder, spoil=spoil)
    click.echo(f"The solution is in {target}")
