"""`judge validate`: the proof that a challenge's hidden tests see what they are there for.

The reference passes with every seed, the template and submissions that understand nothing get no
points, each mutant is killed by the tests that it names, and each test kills a mutant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from judge.authoring.bench import Bench, told
from judge.authoring.blame import blame, broken, cure_of, differs
from judge.authoring.folder import folder_problems
from judge.authoring.killing import (
    aspect_problems,
    idle_problems,
    kill,
    killer,
    mutant_problems,
    slip,
    torn,
)
from judge.authoring.stubs import Stub, stubs
from judge.catalogue import command
from judge.challenge import Challenge, reference_submission, template_submission
from judge.errors import ChallengeError, UnknownNameError, UserError
from judge.grading import Grader
from judge.mutants import Mutant, read_mutants
from judge.results import Outcome, Status, Verdict
from judge.submission import Submission
from judge.testing.marks import MAX_SECONDS, HiddenTest
from judge.validation import Kill, KillTable, Problem, Validation

_SLACK = 4  # a limit is at least so many times what the reference takes

Progress = Callable[[str, int, int], None]  # what is run now, steps done, all steps


@dataclass(frozen=True)
class Options:
    """What of the challenges to look at. With names of tests or mutants, only at those.

    The seeds are 1 to `seeds`; mutants are run with seed 1.
    """

    seeds: int = 3
    tests: tuple[str, ...] = ()
    mutants: tuple[str, ...] = ()
    jobs: int | None = None
    progress: Progress | None = None

    @property
    def whole(self) -> bool:
        return not self.tests and not self.mutants


def validate(challenges: Sequence[Challenge], options: Options | None = None) -> Validation:
    """Look for everything that is wrong with these challenges.

    Ctrl-C ends it early: what was found until then is returned, marked as interrupted. Raises
    UnknownNameError for a test or a mutant that is not there, and SandboxError.
    """
    options = options or Options()
    if options.seeds < 1:
        raise UserError(f"seeds={options.seeds} is too few.\nGive at least 1; 20 for a release.")
    grader = Grader() if options.jobs is None else Grader(jobs=options.jobs)
    seeds = tuple(range(1, options.seeds + 1))
    problems: list[Problem] = []
    tables: list[KillTable] = []
    interrupted = False
    try:
        for challenge in challenges:
            proof = _Proof(challenge, options, Bench(grader, challenge), seeds)
            try:
                proof.run()
            except KeyboardInterrupt:
                interrupted = True
            problems += [Problem(challenge.id, text) for text in dict.fromkeys(proof.problems)]
            tables.append(proof.table())
            if interrupted:
                break
    finally:
        grader.close()
    return Validation(
        seeds=seeds, problems=tuple(problems), tables=tuple(tables), interrupted=interrupted
    )


@dataclass
class _Proof:
    """One challenge being looked at; what is found is kept from the start, for Ctrl-C."""

    challenge: Challenge
    options: Options
    bench: Bench
    seeds: tuple[int, ...]
    problems: list[str] = field(default_factory=list)
    _tests: Sequence[HiddenTest] = ()  # all of the challenge
    _sound: Sequence[HiddenTest] = ()  # those asked for that the reference passes
    _mutants: Sequence[Mutant] | None = None  # None: mutants.toml cannot be read
    _rows: list[Kill] = field(default_factory=list)
    _done: int = 0
    _all: int = 0

    def run(self) -> None:
        try:
            self._read()
            self._try_all()
        except ChallengeError as error:
            self.problems.append(str(error))

    def table(self) -> KillTable:
        """The rows so far."""
        return KillTable(
            challenge=self.challenge.id,
            tests=tuple(killer(test) for test in self._sound),
            mutants=tuple(self._rows),
            whole=self._every_mutant and len(self._sound) == len(self._tests) > 0,
        )

    @property
    def _every_mutant(self) -> bool:
        return self._mutants is not None and len(self._rows) == len(self._mutants)

    # --- reading -------------------------------------------------------------------------------

    def _read(self) -> None:
        """The tests, the mutants and the folder. Raises ChallengeError for hidden_tests.py."""
        kit = self.bench.grader.kit(self.challenge)
        self._tests = kit.tests
        self._sound = kit.chosen((), self.options.tests)
        try:
            self._mutants = read_mutants(self.challenge)
        except ChallengeError as error:
            self.problems.append(str(error))
        if self.options.whole:
            files = tuple(mutant.name for mutant in self._mutants or () if _is_file(mutant))
            known = None if self._mutants is None else files
            self.problems += folder_problems(self.challenge, known)

    def _try_all(self) -> None:
        asked = self._asked_mutants()
        tried = stubs(self.challenge) if self.options.whole else ()
        self._all = len(asked) + len(tried) + (0 if self.options.mutants else len(self.seeds))
        if not self.options.mutants:
            self._try_reference()
        if not self._sound:
            return
        if self.options.whole:
            self._try_template()
        for stub in tried:
            self._try_stub(stub)
        for mutant in asked:
            self._try_mutant(mutant)
        self._judge()

    def _asked_mutants(self) -> list[Mutant]:
        mutants = list(self._mutants or ())
        known = [mutant.name for mutant in mutants]
        for name in self.options.mutants:
            if name not in known and self._mutants is not None:
                listing = f"They are in {self.challenge.folder / 'mutants.toml'}."
                raise UnknownNameError("mutant", name, known, listing)
        return [m for m in mutants if not self.options.mutants or m.name in self.options.mutants]

    def _step(self, text: str) -> None:
        if self.options.progress is not None:
            self.options.progress(f"{self.challenge.id}: {text}", self._done, self._all)
        self._done += 1

    # --- the reference -------------------------------------------------------------------------

    def _try_reference(self) -> None:
        """It passes each test with each seed; the tests that it does not pass are set aside."""
        submission = reference_submission(self.challenge)
        runs: dict[int, dict[str, Outcome]] = {}
        for seed in self.seeds:
            self._step(f"the reference, seed {seed}")
            ran = self.bench.run(submission, self._sound, seed)
            if ran.fault:
                self._say("notebook.py", f"the reference {ran.fault}", self._cure(ran.fault))
                self._sound = ()
                return
            runs[seed] = ran.outcomes
        sound = []
        for test in self._sound:
            outcomes = {seed: outcomes[test.name] for seed, outcomes in runs.items()}
            if self._passes(submission, test, outcomes):
                sound.append(test)
                self._check_limit(test, min(outcome.seconds for outcome in outcomes.values()))
        self._sound = sound

    def _cure(self, fault: str) -> str:
        if self.challenge.released:
            return "This is the version for students. Validate the challenge it was made from."
        if "is not defined" in fault:
            return "Give the function the same name in notebook.py and in challenge.toml."
        if "ImportError" in fault:
            return "Do without it, or list it under imports in challenge.toml."
        where = " and in support.py" if (self.challenge.folder / "support.py").exists() else ""
        return f"Mend the code between BEGIN SOLUTION and END SOLUTION{where}."

    def _passes(
        self, submission: Submission, test: HiddenTest, outcomes: dict[int, Outcome]
    ) -> bool:
        wrong = {s: o for s, o in outcomes.items() if o.status is not Status.PASSED}
        if not wrong:
            return True
        first, outcome = next(iter(wrong.items()))
        seeds = f"seed {first}" if len(wrong) == 1 else f"seeds {', '.join(map(str, wrong))}"
        folder = self.challenge.folder
        again = command("validate", folder, f"--test {test.name} --seeds {first}")
        found = blame(folder, outcome, f"with {seeds}", again)
        self._say(found.file, found.what, found.cure)
        second = self.bench.run(submission, [test], first).outcomes.get(test.name, outcome)
        if differs(outcome, second):
            self._say(
                "hidden_tests.py",
                f"hidden test {test.name} says something else with seed {first} each time",
                "Draw every number from student.rng, and let nothing depend on the clock.",
            )
        return False

    def _check_limit(self, test: HiddenTest, seconds: float) -> None:
        """Slow machines are slower than this one. The oracle's own time is not limited."""
        if _SLACK * seconds <= test.limit or test.limit >= MAX_SECONDS:
            return
        seconds = min(self.bench.asked_seconds(test, seed) for seed in self.seeds)
        if _SLACK * seconds > test.limit:
            enough = min(math.ceil(_SLACK * seconds), int(MAX_SECONDS))
            self._say(
                "hidden_tests.py",
                f"hidden test {test.name} allows {test.limit:g} s, the reference takes "
                f"{seconds:.2g} s",
                f"Write limit={enough} or more, or make the test smaller.",
            )

    # --- what must not pass --------------------------------------------------------------------

    def _try_template(self) -> None:
        report = self.bench.as_student(template_submission(self.challenge), heed_needs=False)
        if report.verdict is Verdict.REFUSED:
            self._say("notebook.py", f"the template is refused: {report.reason}", "Mend the cell.")
        passed = [o.name for o in report.tests if o.status is Status.PASSED]
        if passed:
            self._say(
                "hidden_tests.py",
                f"the template passes {', '.join(passed)}",
                "Let each test call the function and compare what it returns.",
            )
        others = (Status.PASSED, Status.NOT_ATTEMPTED)
        for outcome in [o for o in report.tests if o.status not in others][:1]:
            self._say(
                "notebook.py",
                f"the template is '{outcome.status.value}' in {outcome.name}, not "
                f"'not attempted': {told(outcome)}",
                "Let the solution region hold the whole body, so that the stub raises at once.",
            )

    def _try_stub(self, stub: Stub) -> None:
        self._step(f"a stub that returns {stub.returned}")
        report = self.bench.as_student(stub.submission)
        self._check_broken(report.tests, f"a submission returns {stub.returned}")
        earned = report.points.earned
        paid = [outcome.name for outcome in report.tests if outcome.earned > 0]
        if paid:
            self._say(
                "hidden_tests.py",
                f"a submission that returns {stub.returned} earns "
                f"{earned:g} point{'' if earned == 1 else 's'}, by {', '.join(paid)}",
                "Let what such an answer passes need a test of values: needs=[...].",
            )

    def _try_mutant(self, mutant: Mutant) -> None:
        self._step(f"mutant {mutant.name}")
        ran = self.bench.run(mutant.submission, self._sound, self.seeds[0])
        if ran.fault:
            said = f"mutant {mutant.name} {torn(mutant) or ran.fault}"
            self._say("mutants.toml", said, "Mend `put`: a mutant is wrong in what it computes.")
            return
        self._check_broken(ran.outcomes.values(), f"it meets the mutant {mutant.name}")
        if error := slip(ran.outcomes):
            said = f"mutant {mutant.name} does nothing but raise NameError: {error}"
            self._say("mutants.toml", said, "Mend `put`: it uses a name that is not there.")
        self._rows.append(kill(mutant, ran.outcomes))

    def _check_broken(self, outcomes: Iterable[Outcome], when: str) -> None:
        """A test that raises what is no verdict would blame the judge for a wrong answer."""
        sound = {test.name for test in self._sound}
        for outcome in outcomes:
            if outcome.status is Status.BROKEN and outcome.name in sound:
                self._say(
                    "hidden_tests.py",
                    broken(self.challenge.folder, outcome, f"when {when}"),
                    cure_of(outcome),
                )

    # --- the table -----------------------------------------------------------------------------

    def _judge(self) -> None:
        table = self.table()
        self.problems += mutant_problems(self.challenge, table, self._tests)
        if self._every_mutant:
            self.problems += idle_problems(self.challenge, table)
        if table.whole:
            self.problems += aspect_problems(self.challenge, table)

    def _say(self, file: str, what: str, cure: str) -> None:
        self.problems.append(f"{self.challenge.folder / file}: {what}.\n{cure}")


def _is_file(mutant: Mutant) -> bool:
    """Whether a mutant is a file of its own, not a patch."""
    return any(c.label == f"mutants/{mutant.name}.py" for c in mutant.submission.cells)
