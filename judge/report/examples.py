"""Made-up reports: what the demos show and where the tests start from."""

from __future__ import annotations

from dataclasses import dataclass

from judge.results import (
    AnyEvidence,
    Call,
    ChallengeInfo,
    CostTooHigh,
    Frame,
    HeadMarks,
    Isolation,
    Misconception,
    Outcome,
    Places,
    Points,
    Raised,
    Report,
    Status,
    SubmissionInfo,
    TaskResult,
    Verdict,
    WrongValue,
)

_SEED = 20931
_MARKS = {
    "b0 h0": "-:**###",
    "b0 h1": "-:*:#**",
    "b0 h2": "-:****:",
    "b1 h0": "-.*:#*:",
    "b1 h1": "-:###*#",
    "b1 h2": "-:*###*",
}


@dataclass(frozen=True)
class Question:
    """A hidden test of the made-up challenge, before it has an outcome."""

    task: str
    title: str
    about: str
    points: float

    def answered(
        self,
        status: Status = Status.PASSED,
        evidence: AnyEvidence | None = None,
        *,
        misconception: Misconception | None = None,
        reason: str | None = None,
    ) -> Outcome:
        """The outcome of this test: all points when passed, else none."""
        return Outcome(
            task=self.task,
            name=self.title.replace(" ", "_").lower(),
            title=self.title,
            about=self.about,
            group="core" if self.points else "strict",
            visibility="public",
            status=status,
            earned=self.points if status is Status.PASSED else 0.0,
            possible=self.points,
            seconds=0.125,
            evidence=evidence,
            misconception=misconception,
            reason=reason,
        )


QUESTIONS = (
    Question("forward", "the output has the shape of the queries", "For any B, H, N and D.", 5),
    Question(
        "forward",
        "the running sums follow a growing maximum",
        "The scores grow along the keys, so that the row maximum rises in every tile.",
        10,
    ),
    Question("forward", "a causal row ignores later keys", "Later keys change nothing before.", 10),
    Question(
        "forward",
        "scratch memory does not grow with n squared",
        "Doubling N may double what is returned, never quadruple the space used on the way.",
        10,
    ),
    Question("forward", "the inputs stay as they were", "Bit for bit, for every layout.", 5),
    Question("forward", "float64 is really used", "The error stays below 1e-9.", 0),
    Question(
        "backward",
        "the gradients agree with finite differences",
        "A small step in V, Q or K moves the loss as the gradient says.",
        30,
    ),
    Question("backward", "a second backward gives the same", "The cache stays as it was.", 10),
    Question("backward", "the gradients have the input dtype", "float32 in, float32 out.", 10),
)

CALL = Call(
    text="flash_attention_fwd(Q, K, V, tile_size=16, causal=True)",
    inputs=("Q, K, V float64 (2, 3, 100, 16)",),
)

NOT_RESCALED = WrongValue(
    call=CALL,
    hint="for row 17 print m, m_new, exp(m - m_new) at the second K/V tile; l and acc take it",
    quantity="O",
    against="full softmax attention",
    error=1.3,
    tolerance=1e-4,
    share=0.541,
    worst=(0, 2, 42, 1),
    got=1.16451,
    expected=-0.903264,
    axes=("b", "h", "row", "col"),
    places=Places(
        axis="row",
        tile=16,
        heads=tuple(HeadMarks(label=label, marks=marks) for label, marks in _MARKS.items()),
        right=((0, 16), (18, 19)),
        first_wrong=17,
    ),
)

KNOWN = Misconception(
    name="no_rescale",
    text="acc keeps the scale of the old maximum when a later tile raises it",
    match="equals",
)

GROWTH = CostTooHigh(
    call=Call(
        text="flash_attention_fwd(Q, K, V, tile_size=128, causal=True)",
        inputs=("Q, K, V float64 (1, 1, 2048, 8)",),
    ),
    what="growth",
    used=3.61,
    limit=2.5,
    line="cell 3, line 4: mask = np.tril(np.ones((N, N), dtype=bool))",
    sizes=(1024, 2048),
    uses=(1.41e6, 5.09e6),
)

RAISED = Raised(
    call=Call(
        text="flash_attention_bwd(dO, cache, tile_size=16, causal=True)",
        inputs=("dO float64 (1, 1, 64, 32)", "cache with O, L, Q, K, V"),
    ),
    phase="call",
    type="ValueError",
    text="operands could not be broadcast together with shapes (16,32) (16,16)",
    frames=(
        Frame(label="cell 5", line=9, function="flash_attention_bwd", code="dS = step(dP, P)"),
        Frame(label="cell 4", line=2, function="step", code="    return dP * (P - delta)"),
    ),
)


def report(
    tests: tuple[Outcome, ...],
    *,
    verdict: Verdict = Verdict.FAILED,
    reason: str | None = None,
    notes: tuple[str, ...] = (),
    isolation: Isolation | None = None,
) -> Report:
    """A report of the made-up challenge with these outcomes."""
    tasks = tuple(_task(name, tests) for name in dict.fromkeys(test.task for test in tests))
    return Report(
        judge="0.1.0",
        challenge=ChallengeInfo(
            id="flash_attention", title="Flash attention, forward and backward", version="1.0"
        ),
        submission=SubmissionInfo(origin="attention.ipynb", sha256="0" * 64),
        seed=_SEED,
        isolation=isolation or Isolation(level="full", layers=("landlock", "seccomp", "rlimits")),
        verdict=verdict,
        reason=reason,
        notes=notes,
        points=Points(
            earned=sum(task.earned for task in tasks), possible=sum(t.possible for t in tasks)
        ),
        seconds=4.21,
        tasks=tasks,
        tests=tests,
    )


def failing() -> Report:
    """Two tasks with mistakes of three kinds."""
    shape, sums, causal, growth, inputs, strict, finite, second, dtype = QUESTIONS
    waits = "it needs `the_gradients_agree_with_finite_differences`, which did not pass"
    return report(
        (
            shape.answered(),
            sums.answered(Status.FAILED, NOT_RESCALED, misconception=KNOWN),
            causal.answered(),
            growth.answered(Status.FAILED, GROWTH),
            inputs.answered(),
            strict.answered(),
            finite.answered(Status.CRASHED, RAISED),
            second.answered(Status.NOT_RUN, reason=waits),
            dtype.answered(Status.NOT_RUN, reason=waits),
        ),
        notes=("the line `%matplotlib inline` of cell 1 was left out",),
    )


def passing() -> Report:
    """The same challenge with everything right."""
    return report(tuple(question.answered() for question in QUESTIONS), verdict=Verdict.PASSED)


def _task(name: str, tests: tuple[Outcome, ...]) -> TaskResult:
    own = [test for test in tests if test.task == name]
    bad = [test.status for test in own if test.status is not Status.PASSED]
    return TaskResult(
        id=name,
        status=bad[0] if bad else Status.PASSED,
        earned=sum(test.earned for test in own),
        possible=sum(test.possible for test in own),
        reason=own[0].reason if own[0].status is Status.NOT_ATTEMPTED else None,
    )
