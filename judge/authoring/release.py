"""`judge release`: the version of challenges that students get.

It is a course repository with templates and public tests. It holds nothing else of hidden tests,
oracles, mutants and solutions. What is written is tried before it is put in place: the tests are
imported, and the author's own solutions must pass them.
"""

from __future__ import annotations

import math
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.authoring import handing_out
from judge.authoring.build import build
from judge.authoring.cutting import ORACLE, SUPPORT, TESTS, Cutter, Reached, needs_reference
from judge.authoring.modules import Folder
from judge.challenge import Challenge, load_tests, read_challenge, reference_submission
from judge.errors import ChallengeError, UserError
from judge.grading import SUBMISSION_SECONDS, Asked, Grader
from judge.intake import shown
from judge.results import Status
from judge.testing.marks import HiddenTest

Step = Callable[[str, int, int], None]

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
_SHOWN = 6
_PATIENCE = 5.0


@dataclass(frozen=True)
class Wish:
    """What was typed."""

    output: Path
    with_oracle: bool = False
    repository: str | None = None
    check: bool = True


@dataclass(frozen=True)
class _Part:
    """What travels of one challenge: its files, its tests, and what its author should know."""

    challenge: Challenge
    files: Mapping[str, str]
    tests: tuple[HiddenTest, ...]
    notes: tuple[str, ...]

    @property
    def points(self) -> float:
        return math.fsum(test.points for test in self.tests)


def release(
    challenges: Sequence[Challenge], wish: Wish, step: Step | None = None
) -> tuple[str, ...]:
    """Write the student version of these challenges; what their author should know.

    Raises UserError, and then nothing is written.
    """
    _check_target(wish)
    parts = [_part(challenge, wish) for challenge in challenges]
    draft = wish.output.with_name(f".{wish.output.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write(draft, parts, wish)
        _try(draft, parts, wish, step)
        _put_in_place(draft, wish.output)
    except OSError as error:
        raise UserError(
            f"{shown(wish.output)} cannot be written: {error.strerror or error}.\n"
            "Give another folder with -o."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tuple(note for part in parts for note in part.notes)


def _check_target(wish: Wish) -> None:
    if wish.repository is not None and not _REPOSITORY.fullmatch(wish.repository):
        raise UserError(
            f"--repository {wish.repository} is no repository.\nWrite OWNER/NAME, as on GitHub."
        )
    if wish.output.is_file():
        raise UserError(f"{shown(wish.output)} is a file.\nGive an empty folder with -o.")
    there = [] if not wish.output.is_dir() else [p.name for p in wish.output.iterdir()]
    if set(there) - {".git"}:
        raise UserError(
            f"{shown(wish.output)} is not empty, and nothing is written over.\n"
            "Give an empty folder with -o; of a git repository, empty the last version first."
        )


# --- what travels -----------------------------------------------------------------------------


def _part(challenge: Challenge, wish: Wish) -> _Part:
    if challenge.released:
        raise UserError(f"{challenge.id} is a version for students already.\nRelease the original.")
    tests = load_tests(challenge)
    cutter = Cutter(Folder(challenge.folder), tests)
    reached = {t: cutter.reach(t.name) for t in tests if t.visibility == "public"}
    without = [t for t, found in reached.items() if needs_reference(cutter.folder, found)]
    kept = {t: found for t, found in reached.items() if t not in without}
    _check_kept(challenge, tests, kept, wish)
    files = cutter.written(_union(kept), list(kept), f"The public tests of {challenge.id}.")
    files |= {"challenge.toml": handing_out.challenge_toml(challenge)}
    files |= {"notebook.py": handing_out.notebook_py(challenge)}
    support = challenge.folder / f"{SUPPORT}.py"
    if support.is_file():
        files[support.name] = support.read_text(encoding="utf-8")
    notes = tuple(_notes(challenge, tests, list(kept), without))
    return _Part(challenge, files, tuple(kept), notes)


def _union(reached: Mapping[HiddenTest, Reached]) -> Reached:
    whole = Reached()
    for found in reached.values():
        whole.add(found)
    return whole


def _check_kept(
    challenge: Challenge,
    tests: Sequence[HiddenTest],
    kept: Mapping[HiddenTest, Reached],
    wish: Wish,
) -> None:
    file = shown(challenge.folder / f"{TESTS}.py")
    if not kept:
        raise UserError(
            f"{file}: none of its {len(tests)} tests can travel, so students could check "
            'nothing.\nMark some that need no reference with visibility="public".'
        )
    naming = [test.name for test, found in kept.items() if ORACLE in found.modules()]
    if naming and not wish.with_oracle:
        raise UserError(
            f"{file}: public tests need the oracle, which shows how to solve the task: "
            f"{_listed(naming)}.\n"
            'Mark them with visibility="hidden", write them without the oracle, or give '
            "--with-oracle to hand out what they need of it."
        )


def _notes(
    challenge: Challenge,
    tests: Sequence[HiddenTest],
    kept: Sequence[HiddenTest],
    without: Sequence[HiddenTest],
) -> Iterator[str]:
    yield f"{challenge.id}: {len(kept)} of {len(tests)} tests travel."
    if without:
        names = _listed([test.name for test in without])
        yield f"{challenge.id}: left out, as they measure the reference: {names}."
    for task in challenge.tasks:
        if not any(test.task == task.id for test in kept):
            yield f"{challenge.id}: no public test is left of the task {task.id}."
    names_kept = {test.name for test in kept}
    loose = [test.name for test in kept if set(test.needs) - names_kept]
    if loose:
        yield (
            f"{challenge.id}: these need tests that stay, and run without them: {_listed(loose)}."
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


# --- writing ----------------------------------------------------------------------------------


def _write(root: Path, parts: Sequence[_Part], wish: Wish) -> None:
    challenges = [part.challenge for part in parts]
    points = {part.challenge.id: part.points for part in parts}
    files = {
        "judge.toml": handing_out.judge_toml(challenges, wish.repository),
        "README.md": handing_out.readme(challenges),
        handing_out.WORKFLOW: handing_out.workflow(challenges, points),
        handing_out.SCRIPT: handing_out.script(),
    }
    if tracks := handing_out.tracks_toml(challenges):
        files["challenges/tracks.toml"] = tracks
    for part in parts:
        folder = f"challenges/{part.challenge.id}"
        files |= {f"{folder}/{name}": text for name, text in part.files.items()}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    build([root / "challenges" / challenge.id for challenge in challenges])


def _put_in_place(draft: Path, target: Path) -> None:
    """The folder appears as a whole, or file by file beside a .git that is there."""
    for cache in draft.rglob("__pycache__"):
        shutil.rmtree(cache, ignore_errors=True)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(target)
        return
    for path in sorted(draft.iterdir()):
        path.rename(target / path.name)


# --- trying it --------------------------------------------------------------------------------


def _try(root: Path, parts: Sequence[_Part], wish: Wish, step: Step | None) -> None:
    """Raises ChallengeError when what was written is not what it should be."""
    # Whether anything is missing is the question, not how fast this machine is.
    grader = Grader(seconds=SUBMISSION_SECONDS * _PATIENCE, pace=_PATIENCE)
    try:
        for n, part in enumerate(parts):
            if step is not None:
                step(part.challenge.id, n, len(parts))
            written = read_challenge(root / "challenges" / part.challenge.id)
            _check_tests(part, written)
            if wish.check:
                _check_reference(part, written, grader)
    finally:
        grader.close()


def _check_tests(part: _Part, written: Challenge) -> None:
    found = {test.name for test in load_tests(written)}
    wanted = {test.name for test in part.tests}
    if found != wanted:
        raise ChallengeError(
            f"{part.challenge.folder / 'hidden_tests.py'}: of the public tests these cannot be "
            f"found by their names: {_listed(sorted(wanted ^ found))}.\n"
            "Define each test as a function at the top of a module."
        )


def _check_reference(part: _Part, written: Challenge, grader: Grader) -> None:
    """The author's solution must pass what students get, or something was cut off."""
    reference = reference_submission(part.challenge)
    report = grader.grade(written, reference, Asked(seed=1, diagnose=False))
    for outcome in report.tests:
        if outcome.status is not Status.PASSED:
            why = (outcome.reason or "").strip().rpartition("\n")[2]
            raise ChallengeError(
                f"{part.challenge.folder / 'hidden_tests.py'}: in the student version your "
                f"solution does not pass {outcome.name}: {outcome.status.value} {why}\n"
                "Something that it needs was not seen by its name; import it at the top of the "
                "module. `judge validate` tells whether it passes here."
            )
