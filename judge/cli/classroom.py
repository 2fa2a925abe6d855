"""Commands for many submissions at once: a class, or samples of models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from judge.cli.options import PATH, challenges, typed_path
from judge.errors import EXIT_OURS, EXIT_PASSED, UserError

if TYPE_CHECKING:
    from judge.classroom.records import Collection
    from judge.classroom.run import Count, Progress
    from judge.classroom.session import Done

_TOLD = 10  # refusals, each with its reason


@click.command()
@click.argument("folders_handed", metavar="DIR...", nargs=-1, required=True, type=PATH)
@click.option(
    *("-c", "--challenge", "ids"),
    metavar="ID[,ID]",
    multiple=True,
    required=True,
    help="The challenges that were handed in.",
)
@click.option("-o", "--out", type=PATH, required=True, metavar="OUT", help="Folder of results.")
@click.option("--jobs", type=int, metavar="N", help="Submissions at a time; all cores by default.")
@click.option("--seed", type=int, metavar="N", help="A secret one is drawn and kept in OUT.")
@click.option(
    "--pattern",
    metavar="REGEX",
    help="Whose a file is: named groups student, challenge, sample, timestamp.",
)
@click.option("--cluster", metavar="ADDRESS", help="tcp://host:port or local:N, with Dask.")
@click.option(
    "--require-isolation",
    "isolation",
    is_flag=False,
    flag_value="full",
    type=click.Choice(["reduced", "full"]),
    help="Grade nothing unless the sandbox reaches this level.",
)
@challenges
def grade(folders_handed: tuple[Path, ...], ids: tuple[str, ...], **typed: Any) -> int:
    """Grade a class, or samples of models, into a folder of results.

    DIR holds a folder or a file per student, downloads of Moodle, Canvas or nbgrader, archives, or
    samples of models as MODEL/CHALLENGE/SAMPLE.md. Stopped at any moment, the same command goes on
    where it was.

    \b
    judge grade handed_in/ -c flash_attention -o results
    judge report results

    Exit codes: 0 all were looked at, whatever they came to; 2 your mistake; 3 a fault of the judge.
    """
    from judge.classroom import session
    from judge.report import console

    named = tuple(dict.fromkeys(id.strip() for part in ids for id in part.split(",") if id.strip()))
    packs = typed.pop("folders")
    if not named:
        raise UserError(
            "-c names no challenge.\nName what was handed in: -c flash_attention; several with "
            "commas between them."
        )
    order = session.Order(folders_handed, named, course=Path.cwd(), packs=packs, **typed)
    try:
        with console.watching_many() as tick:
            done = session.grade(order, lambda found, level: _begin(found, level, tick))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "the run. What was graded is stored; the same command goes on where it was"
        ) from None
    _conclude(done, order.out)
    return EXIT_OURS if done.count.broken else EXIT_PASSED


def _begin(found: Collection, level: str, tick: Any) -> Progress:
    """Say what was collected; afterwards show how far the run is."""
    from judge.report.figures import count

    samples = found.kind == "samples"
    people = len({handed.student for handed in found.handed})
    what = count(len(found.handed), "sample" if samples else "submission")
    whose = count(people, "model" if samples else "student")
    click.echo(f"{what} of {whose}; isolation {level}.", err=True)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    for refusal in found.refusals[:_TOLD]:
        click.echo(f"refused: {refusal.source[:200]}: {refusal.reason.splitlines()[0]}", err=True)
    if len(found.refusals) > _TOLD:
        click.echo(f"refused: {len(found.refusals) - _TOLD} more", err=True)

    def progress(count: Count) -> None:
        word = f"{count.known} known" if count.known else ""
        tick(count.done, count.total, word)

    return progress


def _conclude(done: Done, out: Path) -> None:
    count = done.count
    parts = [f"{count.graded} graded"]
    parts += [f"{count.known} known before"] * bool(count.known)
    parts += [f"{count.refused} refused"] * bool(count.refused)
    parts += [f"{count.broken} broken by a fault of the judge"] * bool(count.broken)
    if done.kept:
        click.echo(
            f"note: {done.kept} of the results in {typed_path(out)} are of files that were not "
            "handed in now. They stay and count; to leave them out, grade into a new folder.",
            err=True,
        )
    click.echo(f"{', '.join(parts)}.\nLook at them: judge report {typed_path(out)}")
