"""The command line: parse, call, show, return the exit code. Nothing is decided here.

Everything but click is imported where it is used: `judge list` has to be there at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from judge import __version__
from judge.catalogue import Catalogue, open_catalogue
from judge.errors import EXIT_NOT_PASSED, EXIT_PASSED, SubmissionError
from judge.group import Group, Stopped

F = TypeVar("F", bound=Callable[..., Any])
_PATH = click.Path(path_type=Path)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. Raises what the command raises."""
    try:
        code = judge.main(arguments, "judge", standalone_mode=False)
    except Stopped as stopped:
        raise stopped.stop from None
    except click.Abort:  # what click makes of Ctrl-C before the command has begun
        raise KeyboardInterrupt from None
    except SystemExit:  # click's own: the pipe closed while it printed its help
        raise BrokenPipeError from None
    except click.ClickException as error:
        error.show()
        return error.exit_code
    return code or EXIT_PASSED


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="judge %(version)s")
@click.pass_context
def judge(ctx: click.Context) -> None:
    """Challenges in deep learning, checked by hidden tests.

    \b
    judge list                   what there is, and how far you are
    judge show softmax           what a challenge asks
    judge start softmax          put its notebook here
    judge check softmax          check your work: softmax.ipynb or softmax.py
    judge watch softmax          check it again at each save
    judge hint softmax           a nudge, one step at a time

    Exit codes of `judge check`: 0 passed, 1 not passed, 2 your mistake or refused, 3 the judge's
    own fault.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _challenges(command: F) -> F:
    text = "Also look for challenges in DIR. Can be repeated; JUDGE_CHALLENGES does the same."
    option = click.option(
        "--challenges", "folders", type=_PATH, multiple=True, metavar="DIR", help=text
    )
    return option(command)


_id = click.argument("id", metavar="ID")
_file = click.argument("file", metavar="[FILE]", type=_PATH, required=False)
_tasks = click.option(
    "--task", "tasks", metavar="TASK", multiple=True, help="Only this task. Can be repeated."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


# --- looking ----------------------------------------------------------------------------------


@judge.command("list")
@click.option("--track", metavar="TRACK", help="Only this track.")
@_json
@_challenges
def list_(track: str | None, as_json: bool, folders: tuple[Path, ...]) -> None:
    """The challenges in the order of study, with your progress."""
    from judge import progress
    from judge.report import console, listing

    catalogue, done = _catalogue(folders), progress.read()
    entries = listing.of_track(catalogue.entries, track)
    if as_json:
        _print_json(listing.as_data(entries, catalogue.tracks, done))
        return
    console.show(listing.listing(entries, catalogue.tracks, done))
    _note([*catalogue.problems, *done.notes])


@judge.command()
@_challenges
def status(folders: tuple[Path, ...]) -> None:
    """Your progress by track, and what comes next."""
    from judge import progress
    from judge.report import console, listing

    catalogue, done = _catalogue(folders), progress.read()
    console.show(listing.status(catalogue.entries, catalogue.tracks, done))
    _note(done.notes)


@judge.command()
@_id
@_challenges
def show(id: str, folders: tuple[Path, ...]) -> None:
    """What a challenge asks: statement, tasks, titles of its tests."""
    from judge.challenge import load_tests
    from judge.manifest import read_challenge
    from judge.prompting import statement
    from judge.report import console
    from judge.report.statement import render_challenge

    challenge = read_challenge(_catalogue(folders).folder(id))
    console.show_prose(render_challenge(challenge, statement(challenge), load_tests(challenge)))


@judge.command()
@_id
@_challenges
def prompt(id: str, folders: tuple[Path, ...]) -> None:
    """The same as one plain text for a language model."""
    from judge.manifest import read_challenge
    from judge.prompting import prompt

    click.echo(prompt(read_challenge(_catalogue(folders).folder(id))), nl=False)


# --- working ----------------------------------------------------------------------------------


@judge.command()
@_id
@click.argument("folder", metavar="[DIR]", type=_PATH, default=Path())
@click.option("--py", is_flag=True, help="A Python file instead of a notebook.")
@_challenges
def start(id: str, folder: Path, py: bool, folders: tuple[Path, ...]) -> None:
    """Put the notebook of a challenge here, or in DIR.

    Nothing is ever overwritten.
    """
    from judge import starting

    target = starting.start(_catalogue(folders), id, folder, script=py)
    usual = folder == Path()
    click.echo(f"{target} is ready. Write your solution in it, save it, then check it:")
    click.echo(f"    judge check {id}{'' if usual else f' {target}'}")


@judge.command()
@_id
@_file
@_tasks
@click.option(
    "--test", "tests", metavar="NAME", multiple=True, help="Only this hidden test. Can be repeated."
)
@click.option("--all", "full", is_flag=True, help="Every message, not only the first of a task.")
@_json
@click.option("--junit", type=_PATH, metavar="FILE", help="Write JUnit XML as well.")
@click.option("--seed", type=int, metavar="N", help="Repeat the check of this seed.")
@click.option(
    "--require-isolation",
    "isolation",
    type=click.Choice(["reduced", "full"]),
    help="Check nothing unless the sandbox reaches this level.",
)
@click.option("--debug", is_flag=True, help="In this process, for pdb; without isolation.")
@_challenges
def check(**typed: Any) -> int:
    """Check your work: FILE, or ID.ipynb or ID.py here.

    Exit codes: 0 passed, 1 not passed, 2 your mistake or refused, 3 the judge's own fault.
    """
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
        console.show([render(report, full=full)])
    if request.junit is not None:
        asking.write_junit(report, request.junit)
    return asking.EXIT_CODES[report.verdict]


@judge.command()
@_id
@_file
@_tasks
@click.option("--seed", type=int, metavar="N", help="This seed for every check.")
@_challenges
def watch(**typed: Any) -> int:
    """Check again at each save, until q, Ctrl-C or the end of the input.

    Exit codes: 0 if the last check passed, 1 if not, 2 your mistake, 3 the judge's own fault.
    """
    from judge import watch
    from judge.checking import Wish

    wanted = {name: typed[name] for name in ("tasks", "seed", "folders")}
    wish = Wish(typed["id"], **wanted, course=Path.cwd())
    return watch.watch(wish, typed["file"], Path.cwd())


@judge.command()
@_id
@click.option("--task", metavar="TASK", help="The task, where there are several.")
@click.option("--all", "everything", is_flag=True, help="All hints of the task at once.")
@_challenges
def hint(id: str, task: str | None, everything: bool, folders: tuple[Path, ...]) -> None:
    """The next hint of a task. Each call gives one more."""
    from judge import hints
    from judge.manifest import read_challenge
    from judge.report import console, listing

    challenge = read_challenge(_catalogue(folders).folder(id))
    for one in hints.take(challenge, task, everything=everything):
        console.show_prose(listing.hint_lines(one))


@judge.command()
@_id
@_file
@click.option("--progress", "forget", is_flag=True, help="Forget your progress; touch no file.")
@_challenges
def reset(id: str, file: Path | None, forget: bool, folders: tuple[Path, ...]) -> None:
    """Put the template back, and keep a copy of your file."""
    from judge import progress, starting

    catalogue = _catalogue(folders)
    catalogue.folder(id)
    if forget:
        _note(progress.reset_progress(id))
        click.echo(f"Your progress in {id} is forgotten.")
        return
    target = starting.find_file(id, file, Path.cwd())
    backup = starting.reset(catalogue, id, target)
    click.echo(f"{target} is the template again. What you had is in {backup}")


@judge.command()
@_id
@click.argument("folder", metavar="[DIR]", type=_PATH, default=Path())
@click.option("--spoil", is_flag=True, help="Even though it is not solved yet.")
@_challenges
def solution(id: str, folder: Path, spoil: bool, folders: tuple[Path, ...]) -> None:
    """The reference solution, once you have solved the challenge."""
    from judge import starting

    target = starting.solution(_catalogue(folders), id, folder, spoil=spoil)
    click.echo(f"The solution is in {target}")


# --- authoring --------------------------------------------------------------------------------


@judge.command()
@_id
@click.argument("folder", metavar="[DIR]", type=_PATH, required=False)
def new(id: str, folder: Path | None) -> None:
    """Write a small challenge that works, to be made your own."""
    from judge.authoring import chosen, new

    made = new(id, folder or chosen.home(Path.cwd()))
    option = chosen.option_for(made.parent, Path.cwd())
    click.echo(f"{made} is a challenge that works. Change it piece by piece, then:")
    click.echo(f"    judge build {id}{option}\n    judge validate {id}{option}")


@judge.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--check", "dry", is_flag=True, help="Write nothing; exit code 1 if stale.")
@_challenges
def build(ids: tuple[str, ...], dry: bool, folders: tuple[Path, ...]) -> int:
    """Write notebooks and index from the challenge folders."""
    from judge.authoring import build, chosen

    changed = build(chosen.challenges(ids, folders, Path.cwd()), check=dry)
    for path in changed:
        click.echo(f"{'stale' if dry else 'wrote'} {path}")
    if not changed:
        click.echo("Everything is built.")
    return EXIT_NOT_PASSED if dry and changed else EXIT_PASSED


@judge.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All your own challenges.")
@click.option("--test", "tests", metavar="NAME", multiple=True, help="Only this hidden test.")
@click.option("--mutant", "mutants", metavar="NAME", multiple=True, help="Only this mutant.")
@click.option("--seeds", default=3, metavar="K", help="How many seeds the reference must pass.")
@_json
@_challenges
def validate(**typed: Any) -> int:
    """Prove that hidden tests see each known mistake and nothing else."""
    from judge.authoring import chosen
    from judge.authoring.validate import Options, validate
    from judge.report import console, killtable

    ids = chosen.named(typed["ids"], everything=typed["everything"])
    found = chosen.read(ids, typed["folders"], Path.cwd())
    asked = {name: typed[name] for name in ("tests", "mutants", "seeds")}
    with console.watching_steps() as step:
        result = validate(found, Options(progress=step, **asked))
    if typed["as_json"]:
        _print_json(result.to_data())
    else:
        console.show([killtable.render(result)])
    if result.interrupted:
        raise KeyboardInterrupt
    return EXIT_PASSED if result.ok else EXIT_NOT_PASSED


# --- the judge itself -------------------------------------------------------------------------


@judge.command()
def schema() -> None:
    """The JSON Schema of what `judge check --json` prints."""
    from judge.report.json import schema

    _print_json(schema())


@judge.command()
@_json
def doctor(as_json: bool) -> int:
    """What works on this machine: workers, isolation, memory."""
    from judge import doctor
    from judge.report import console, health

    found = doctor.examine()
    if as_json:
        _print_json(health.as_data(found))
    else:
        console.show(health.lines(found))
    return EXIT_PASSED if found.works else EXIT_NOT_PASSED


# --- showing ----------------------------------------------------------------------------------


def _catalogue(folders: Sequence[Path]) -> Catalogue:
    return open_catalogue(folders, course=Path.cwd())


def _print_json(data: Any) -> None:
    click.echo(json.dumps(data, indent=2))


def _note(notes: Sequence[str]) -> None:
    for note in notes:
        click.echo(f"note: {note}", err=True)
