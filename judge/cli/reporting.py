"""The command that looks at the results of a class, or of a set of model samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from judge.cli.options import PATH, json_, note, print_json
from judge.errors import UserError

if TYPE_CHECKING:
    from judge.classroom.store import Store

_APART = (
    *(("--html", "--diff"), ("--html", "--json")),
    *(("--similar", "--diff"), ("--similar", "--json")),
)
_LAST = ""  # `--diff` alone: against what each result was before
_USUAL = "0.8"  # `--similar` alone


@click.command()
@click.argument("out", metavar="OUT", type=PATH, required=False)
@click.option("--html", type=PATH, metavar="DIR", help="Write pages for a browser into DIR.")
@click.option("--instructor", is_flag=True, help="Pages with the evidence of hidden tests.")
@click.option("--all", "everybody", is_flag=True, help="Every student, not only the first 40.")
@click.option(
    "--diff",
    is_flag=False,
    flag_value=_LAST,
    metavar="[OTHER]",
    help="Who moved: since the results in the folder OTHER, or since each was last graded.",
)
@click.option(
    "--similar",
    is_flag=False,
    flag_value=_USUAL,
    metavar="[SHARE]",
    help="Also pairs with so much code in common: 0.8 of it unless said otherwise.",
)
@json_
def report(**typed: Any) -> None:
    """Look at the results that `judge grade` put into OUT."""
    _check(typed)
    out: Path | None = typed["out"]
    other: str | None = typed["diff"]
    similar: str | None = typed["similar"]
    if out is None and other:  # `judge report --diff OUT`
        out, other = Path(other), _LAST
    if out is None and similar and _number(similar) is None:  # `judge report --similar OUT`
        out, similar = Path(similar), _USUAL
    share = None if similar is None else _share(similar)
    if out is None:
        raise UserError(
            "Which results?\nName the folder that `judge grade` wrote: judge report OUT"
        )
    if other is not None:
        _diff(out, other, as_json=typed["as_json"])
    elif typed["html"] is not None:
        _site(out, typed["html"], share, instructor=typed["instructor"])
    elif share is not None:
        _similar(out, share)
    else:
        _summary(out, everybody=typed["everybody"], as_json=typed["as_json"])


def _check(typed: dict[str, Any]) -> None:
    """Options that say nothing together. Raises UserError."""
    given = {f"--{name}" for name in ("html", "diff", "similar") if typed[name] is not None}
    given |= {"--json"} if typed["as_json"] else set()
    for pair in _APART:
        if given.issuperset(pair):
            raise UserError(
                f"{' and '.join(pair)} do not go together.\nGive two commands, one with each."
            )
    if typed["instructor"] and typed["html"] is None:
        raise UserError(
            "--instructor is for pages.\nName a folder for them: --html DIR --instructor"
        )


def _share(text: str) -> float:
    """Raises UserError."""
    share = _number(text)
    if share is None or not 0 < share <= 1:
        raise UserError(
            f"--similar {text} is no share of the code.\n"
            "Give a number from 0 to 1, such as 0.8, or --similar alone."
        )
    return share


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _summary(out: Path, *, everybody: bool, as_json: bool) -> None:
    from judge.classroom.analysis import analyse
    from judge.classroom.data import as_data
    from judge.classroom.store import Store
    from judge.classroom.terminal import rows
    from judge.report.console import console

    with Store(out) as store:
        _check_filled(store.count(), out)
        _note_unfinished(store)
        analysis = analyse(store.results())
    if as_json:
        print_json(as_data(analysis))
        return
    _print(rows(analysis, console().width, everybody=everybody))


def _similar(out: Path, share: float) -> None:
    from judge.classroom.similarity import all_similar
    from judge.classroom.store import Store
    from judge.classroom.terminal import alike
    from judge.report.console import console

    with Store(out) as store:
        _check_filled(store.count(), out)
        pairs = all_similar(store, share)
    _print(alike(pairs, console().width))


def _site(out: Path, folder: Path, share: float | None, *, instructor: bool) -> None:
    from judge.classroom.similarity import all_similar
    from judge.classroom.site.folder import Site
    from judge.classroom.store import Store
    from judge.report.figures import count

    with Store(out) as store:
        _check_filled(store.count(), out)
        _note_unfinished(store)
        pairs = [] if share is None else all_similar(store, share)
        analysis = Site(store, folder, "instructor" if instructor else "student", pairs).write()
    click.echo(f"{count(analysis.results, 'submission')}: open {folder / 'index.html'}")
    if not instructor:
        click.echo("The overview shows the whole class; hand out single pages of submissions/.")


def _diff(out: Path, other: str, *, as_json: bool) -> None:
    from judge.classroom import moved
    from judge.classroom.data import movement_as_data
    from judge.classroom.store import Store
    from judge.classroom.terminal import movement
    from judge.report.console import console

    with Store(out) as store:
        _check_filled(store.count(), out)
        if other:
            with Store(Path(other)) as before:
                found = moved.against(store, before)
        else:
            found = moved.since_last(store)
    if as_json:
        print_json(movement_as_data(found))
        return
    _print(movement(found, console().width))


def _note_unfinished(store: Store) -> None:
    from judge.classroom.store import FINISHED

    if store.settings().get(FINISHED) == "":
        note(["The last run is not at its end: `judge grade`, given once more, goes on with it."])


def _check_filled(number: int, out: Path) -> None:
    if not number:
        from judge.intake import shown

        raise UserError(
            f"{shown(out)} holds no results yet.\n`judge grade` fills it; when it was stopped "
            "early, give the same command again."
        )


def _print(rows: list[Any]) -> None:
    from judge.report.console import console, show
    from judge.report.terminal import styled

    show(styled(row, console().encoding) for row in rows)
