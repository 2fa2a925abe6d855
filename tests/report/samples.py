"""Reports for every situation that a reader can meet, by name."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge.report.examples import (
    CALL,
    GROWTH,
    KNOWN,
    NOT_RESCALED,
    QUESTIONS,
    RAISED,
    Question,
    failing,
    passing,
    report,
)
from judge.results import (
    AnyEvidence,
    Changed,
    CostTooHigh,
    Died,
    ForbiddenCall,
    Frame,
    HeadMarks,
    Isolation,
    LimitHit,
    Misconception,
    NotFinite,
    OffDistribution,
    Places,
    Raised,
    Report,
    Said,
    Status,
    Verdict,
    WrongShape,
    WrongType,
    WrongValue,
)
from tests.report.made import SUMS, secret, single
from tests.report.situations import SITUATIONS

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07[bold red]all passed[/] <script>alert(1)</script>\r\n"
    "\u202egnp.exe\u202c a\u200bb \ud800 \x00\x9b31m ]]> &amp; =1+1 " + "long " * 400
)


def several(*evidence: AnyEvidence, status: Status = Status.FAILED) -> Report:
    """A report with one test for each piece of evidence."""
    return report(
        tuple(
            Question("forward", f"{one.what} stays low", "", 5).answered(status, one)
            for one in evidence
            if isinstance(one, CostTooHigh | LimitHit)
        )
    )


def shape() -> Report:
    return single(WrongShape(call=CALL, quantity="O", got=(2, 3, 96, 16), expected=(2, 3, 100, 16)))


def dtype() -> Report:
    return single(WrongType(call=CALL, quantity="dQ", got="float64", expected="float32"))


def not_finite() -> Report:
    heads = tuple(
        HeadMarks(label=f"b{b} h{h}", marks="-" * 64 if h else "-" * 20 + ".:*" + "#" * 41)
        for b in range(4)
        for h in range(6)
    )
    places = Places(axis="row", tile=64, heads=heads, right=((0, 1299),), first_wrong=1300)
    return single(
        NotFinite(
            call=CALL,
            quantity="O",
            nan=11_184,
            inf=12,
            size=6_291_456,
            first=(0, 0, 1300, 0),
            axes=("b", "h", "row", "col"),
            places=places,
        )
    )


def close_value() -> Report:
    return single(
        WrongValue(
            call=CALL,
            quantity="L",
            against="the logsumexp of each row",
            error=2.3e-7,
            tolerance=1e-9,
            share=0.99996,
            worst=(0, 0, 7),
            got=3.1415926,
            expected=3.1415923,
            absolute=True,
            axes=("b", "h", "row"),
        )
    )


def pattern() -> Report:
    fits = Misconception(
        name="scale_missing", text="every score lacks the division by sqrt(D)", match="fits"
    )
    loss = WrongValue(
        quantity="the loss",
        against="the mean over the batch",
        error=3.0,
        tolerance=1e-6,
        share=1.0,
        worst=(),
        got=8.0,
        expected=2.0,
    )
    return single(loss, misconception=fits)


def changed() -> Report:
    return single(Changed(call=CALL, quantity="K", by="the call", count=1600, size=9600))


def memory() -> Report:
    n = 4096
    mask = CostTooHigh(
        call=CALL,
        what="resident memory",
        used=2.9e6 + n * n,
        limit=10.9e6,
        reference=2.9e6,
        square=n,
    )
    scores = CostTooHigh(
        what="traced memory",
        used=136e6,
        limit=26.8e6,
        square=n,
        line="cell 3, line 6: S = Q @ K.swapaxes(-1, -2)",
        hint="print S.shape: one tile of it is enough",
    )
    reserved = CostTooHigh(what="virtual memory", used=4.2e8, limit=6.4e7)
    return several(mask, scores, reserved)


def growth() -> Report:
    return single(GROWTH)


def time_and_calls() -> Report:
    slow = CostTooHigh(what="time", used=3.14159, limit=2.0, reference=0.0981)
    many = CostTooHigh(what="calls", used=40, limit=12, reference=12)
    return several(slow, many)


def largest_tensor() -> Report:
    return single(
        CostTooHigh(
            what="largest tensor", used=262_144, limit=65_536, line="cell 3, line 6: S = Q @ K.mT"
        )
    )


def forbidden() -> Report:
    frame = Frame(label="cell 3", line=4, function="", code="return F.softmax(x, dim)")
    return single(ForbiddenCall(call=CALL, name="torch.nn.functional.softmax", frame=frame))


def distribution() -> Report:
    return single(
        OffDistribution(
            quantity="the variance of weight",
            got=1.021,
            expected=0.0025,
            allowed=0.000125,
            size=20_000,
        )
    )


def raised() -> Report:
    return single(RAISED, Status.CRASHED)


def raised_at_load() -> Report:
    frame = Frame(label="cell 2", line=1, function="<module>", code="SCALE = 1 / sqrt(D)")
    error = Raised(phase="load", type="NameError", text="name 'D' is not defined", frames=(frame,))
    return single(error, Status.CRASHED)


def died() -> Report:
    return single(
        Died(call=CALL, phase="call", how="killed by signal 11 (SIGSEGV)"), Status.CRASHED
    )


def limits() -> Report:
    return several(
        LimitHit(call=CALL, phase="call", what="time", limit=2.0),
        LimitHit(phase="call", what="memory", limit=1.073e9),
        LimitHit(phase="load", what="output", limit=20_000),
        status=Status.EXCEEDED,
    )


def said() -> Report:
    return single(
        Said(
            call=CALL,
            expected="a dict with the keys O, L, Q, K, V",
            got="a dict without L",
            where=("the other four are there", "extra keys do no harm"),
        )
    )


def half_done() -> Report:
    """One task passed, the other not begun."""
    forward = tuple(question.answered() for question in QUESTIONS[:6])
    backward = tuple(
        question.answered(
            Status.NOT_ATTEMPTED, reason="`flash_attention_bwd` still raises NotImplementedError"
        )
        for question in QUESTIONS[6:]
    )
    return report((*forward, *backward))


def strict_left() -> Report:
    """All points, but a strict test did not pass."""
    tests = [question.answered() for question in QUESTIONS]
    tests[5] = QUESTIONS[5].answered(
        Status.FAILED, WrongType(quantity="O inside", got="float32", expected="float64")
    )
    return report(tuple(tests), verdict=Verdict.PASSED)


def broken_test() -> Report:
    first, second, *_ = QUESTIONS
    broken = second.answered(Status.BROKEN, reason="the oracle ran out of memory")
    return report((first.answered(), broken), verdict=Verdict.BROKEN)


def broken() -> Report:
    return report((), verdict=Verdict.BROKEN, reason="the fork server did not start")


def refused() -> Report:
    where = "cell 3, line 12: '(' was never closed"
    return report((), verdict=Verdict.REFUSED, reason=f"this is not Python: {where}")


def not_attempted() -> Report:
    reason = "there is no function `flash_attention_fwd`; found: my_attention"
    tests = tuple(q.answered(Status.NOT_ATTEMPTED, reason=reason) for q in QUESTIONS[:6])
    return report(tests, verdict=Verdict.NOT_ATTEMPTED)


def hidden() -> Report:
    """Hidden tests with evidence that the student must not see."""
    first = SUMS.answered(Status.FAILED, NOT_RESCALED, misconception=KNOWN)
    second = QUESTIONS[6].answered(Status.CRASHED, RAISED)
    return report(tuple(secret(outcome) for outcome in (first, second)))


def hostile() -> Report:
    """Text from a submission that attacks the display."""
    error = Raised(
        phase="call",
        type=f"E{HOSTILE}",
        text=HOSTILE,
        frames=(Frame(label=HOSTILE, line=1, function=HOSTILE, code=HOSTILE),),
    )
    attacked = single(error, Status.CRASHED)
    submission = msgspec.structs.replace(attacked.submission, origin=f"{HOSTILE}.py")
    return msgspec.structs.replace(attacked, submission=submission, notes=(HOSTILE,))


def reduced() -> Report:
    weak = Isolation(level="reduced", layers=("rlimits",))
    return report((SUMS.answered(),), verdict=Verdict.PASSED, isolation=weak)


SAMPLES: dict[str, Callable[[], Report]] = {
    made.__name__: made
    for made in (
        failing,
        passing,
        shape,
        dtype,
        not_finite,
        close_value,
        pattern,
        changed,
        memory,
        growth,
        time_and_calls,
        raised,
        raised_at_load,
        died,
        limits,
        largest_tensor,
        forbidden,
        distribution,
        said,
        half_done,
        strict_left,
        broken_test,
        broken,
        refused,
        not_attempted,
        hidden,
        hostile,
        reduced,
    )
} | SITUATIONS
