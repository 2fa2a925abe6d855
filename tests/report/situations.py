"""Reports for further situations: objects, pairs of mistakes, chains of tests, refusals, notes."""

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
    report,
)
from judge.results import (
    KERNEL,
    Call,
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

# --- values -----------------------------------------------------------------------------------

TORCH = WrongValue(
    call=Call(
        text="flash_attention(Q, K, V, block_size=4)", inputs=("Q, K, V float32 (2, 1, 14, 3)",)
    ),
    hint="the last block is shorter: use what is there",
    quantity="O",
    against="softmax(Q K^T / sqrt(D)) V",
    error=0.805,
    tolerance=1e-5,
    share=0.22,
    worst=(1, 0, 13, 0),
    got=0.21538,
    expected=1.1054,
    axes=("b", "h", "row", "col"),
    places=Places(
        axis="row",
        tile=4,
        heads=(HeadMarks(label="b0 h0", marks="---#"), HeadMarks(label="b1 h0", marks="---#")),
        right=((0, 11),),
        first_wrong=12,
    ),
)


def tiles_of_torch() -> Report:
    return single(TORCH)


def all_heads_alike() -> Report:
    """Every head is wrong in the same tiles, so one line of marks tells them all."""
    assert TORCH.places is not None
    heads = tuple(HeadMarks(label=f"b0 h{head}", marks="-###") for head in range(8))
    places = msgspec.structs.replace(TORCH.places, heads=heads, right=((0, 3),), first_wrong=4)
    return single(msgspec.structs.replace(TORCH, places=places))


def gradient() -> Report:
    """A gradient that finite differences do not agree with; probes have no rows."""
    return single(
        WrongValue(
            call=Call(text="layer_norm(x, weight, bias)", inputs=("x float64 (4, 6)",)),
            quantity="the gradient of x",
            against="finite differences along random directions",
            error=0.31,
            tolerance=1e-6,
            share=0.875,
            worst=(5,),
            got=0.4213,
            expected=0.1104,
            axes=("probe",),
        )
    )


def number_not_finite() -> Report:
    """A loss that is no number: a single value, without axes and places."""
    call = Call(text="dpo_loss(chosen, rejected, beta=0.1)", inputs=("chosen, rejected (8,)",))
    return single(NotFinite(call=call, quantity="the loss", nan=1, inf=0, size=1, first=()))


def type_of_result() -> Report:
    return single(WrongType(call=CALL, quantity="the result", got="NoneType", expected="a tuple"))


def axes_swapped() -> Report:
    return single(
        WrongShape(call=CALL, quantity="O", got=(2, 100, 3, 16), expected=(2, 3, 100, 16))
    )


def changed_later() -> Report:
    return single(
        Changed(call=CALL, quantity="the first result", by="the next call", count=9600, size=9600)
    )


# --- objects ------------------------------------------------------------------------------------


def objects() -> Report:
    """An object of the student's: its state, what a method returns, what it keeps."""
    forward = Call(
        text="KVCacheAttention.forward(x, cache=cache)",
        inputs=("x float32 (2, 1, 6)", "cache tuple"),
    )
    state = WrongValue(
        call=forward,
        quantity="K",
        against="the cache, then the heads of your layer's output",
        error=0.293,
        tolerance=1e-5,
        share=1.0,
        worst=(1, 1, 1, 0),
        got=1.8195,
        expected=2.5731,
        axes=("b", "head", "token", "feature"),
    )
    trained = Said(
        call=Call(text="LoRALinear(in_features=5, out_features=3, rank=2)"),
        expected="lora_A and lora_B that require a gradient, and nothing else",
        got="trained: linear.bias, linear.weight, lora_A, lora_B",
    )
    fits = Misconception(
        name="divided_by_sqrt_d", text="every number is the right one times 0.7071", match="fits"
    )
    return report(
        (
            Question("kv_cache", "the cache holds all keys and values", "", 4).answered(
                Status.FAILED, state, misconception=fits
            ),
            Question("lora", "exactly two tensors are trained", "", 1).answered(
                Status.FAILED, trained
            ),
        )
    )


# --- mistakes -----------------------------------------------------------------------------------


def two_mistakes() -> Report:
    """A pair of known mistakes together gives the student's numbers."""
    pair = Misconception(
        name="no_rescale and scale_missing",
        text=f"{KNOWN.text}; and the scores are not divided by sqrt(D)",
        match="equals",
    )
    return single(NOT_RESCALED, misconception=pair)


def either_mistake() -> Report:
    """Two known mistakes that no call so far tells apart."""
    either = Misconception(
        name="mask_of_minus_100 or mask_after_softmax",
        text="hidden scores are -100 and not -inf / the mask comes after the softmax",
        match="equals",
    )
    return single(NOT_RESCALED, misconception=either)


# --- cost and ends ------------------------------------------------------------------------------


def growth_with_reference() -> Report:
    return single(msgspec.structs.replace(GROWTH, reference=1.02, uses=(0.6e6, 3.61e6), line=None))


def growth_of_three() -> Report:
    growth = CostTooHigh(
        what="growth",
        used=9.8,
        limit=5.0,
        sizes=(512, 1024, 2048),
        uses=(1.1e6, 3.4e6, 10.78e6),
    )
    return single(growth)


def forbidden_at_load() -> Report:
    return single(ForbiddenCall(name="torch.nn.LayerNorm"))


def died_at_load() -> Report:
    return single(Died(phase="load", how="left with exit code 1"), Status.CRASHED)


def raised_deep() -> Report:
    """An error that came from far below, without a line of the student's own."""
    deep = Raised(call=CALL, phase="call", type="RecursionError", text="maximum recursion depth")
    return single(deep, Status.CRASHED)


def given_up() -> Report:
    """After the second limit the rest of a task is not run."""
    late = LimitHit(call=CALL, phase="call", what="time", limit=2.0)
    reason = "2 tests of this task had already gone over a limit"
    first, second, third, fourth, *_ = QUESTIONS
    return report(
        (
            first.answered(Status.EXCEEDED, late),
            second.answered(Status.EXCEEDED, late),
            third.answered(Status.NOT_RUN, reason=reason),
            fourth.answered(Status.NOT_RUN, reason=reason),
        )
    )


def chain() -> Report:
    """One failed test keeps others from being run, and those again others."""
    shape, sums, causal, growth, *_ = QUESTIONS

    def waits(title: str) -> str:
        return f"it needs `{title}`, which did not pass"

    return report(
        (
            shape.answered(
                Status.FAILED,
                WrongShape(call=CALL, quantity="O", got=(2, 3, 96, 16), expected=(2, 3, 100, 16)),
            ),
            sums.answered(Status.NOT_RUN, reason=waits(shape.title)),
            causal.answered(Status.NOT_RUN, reason=waits(sums.title)),
            growth.answered(Status.NOT_RUN, reason=waits(causal.title)),
        )
    )


def not_loaded() -> Report:
    """The cells raise before any test: one test tells it, the others are not run."""
    frame = Frame(label="cell 2", line=3, function="<module>", code="import flash_attn")
    error = Raised(
        phase="load",
        type="ImportError",
        text="flash_attn may not be imported here",
        frames=(frame,),
    )
    first, *rest = QUESTIONS[:3]
    reason = "the submission could not be loaded"
    others = [question.answered(Status.NOT_RUN, reason=reason) for question in rest]
    return report((first.answered(Status.CRASHED, error), *others))


# --- whole reports ------------------------------------------------------------------------------


def refused_notebook() -> Report:
    return _refused("attention.ipynb is no notebook: it is not JSON (line 1, column 1).")


def refused_large() -> Report:
    return _refused("attention.ipynb has 12.4 MB; at most 10 MB are read. Clear its outputs.")


def refused_missing() -> Report:
    return _refused("There is no file attention.ipynb.\nName the file after the challenge.")


def _refused(reason: str) -> Report:
    nothing = Isolation(level="none", layers=())
    return report((), verdict=Verdict.REFUSED, reason=reason, isolation=nothing)


def notes() -> Report:
    """Everything that may have to be said beside a report."""
    told = (
        "flash_attention is not defined here, but softmax_numpy is: that one was graded.",
        "cell 2 was left out: it begins with %%bash.",
        "cell 4: left out `%matplotlib inline`, `!pip install einops` and 2 more.",
        "cell 7 was left out: line 3 does not parse (invalid syntax).",
        "softmax in memory is not what your cells define: run its cell again.",
        "Your progress is not saved: another check has held progress.lock for 10 s.",
    )
    return report((SUMS.answered(),), verdict=Verdict.PASSED, notes=told)


def from_a_kernel() -> Report:
    """A check in a notebook: it is repeated there, and names cells."""
    submission = msgspec.structs.replace(failing().submission, origin=KERNEL)
    return msgspec.structs.replace(failing(), submission=submission)


def unprotected() -> Report:
    return report(
        (SUMS.answered(),), verdict=Verdict.PASSED, isolation=Isolation(level="none", layers=())
    )


def hidden_outcomes() -> Report:
    """All seven outcomes of hidden tests."""
    secrets = (
        SUMS.answered(),
        SUMS.answered(Status.FAILED, NOT_RESCALED, misconception=KNOWN),
        SUMS.answered(Status.CRASHED, RAISED),
        SUMS.answered(Status.EXCEEDED, LimitHit(call=CALL, phase="call", what="time", limit=2.0)),
        SUMS.answered(Status.NOT_RUN, reason="it needs `O is finite`, which did not pass"),
        SUMS.answered(Status.NOT_ATTEMPTED, reason="flash_attention_fwd is still the stub"),
        SUMS.answered(Status.BROKEN, reason="the oracle raised ValueError: x = [4.25, 1.5]"),
    )
    named = (
        msgspec.structs.replace(
            one, name=str(one.status), title=f"this hidden test comes out as {one.status}"
        )
        for one in secrets
    )
    return report(tuple(map(secret, named)), verdict=Verdict.BROKEN)


SITUATIONS: dict[str, Callable[[], Report]] = {
    made.__name__: made
    for made in (
        *(tiles_of_torch, all_heads_alike, gradient, number_not_finite, type_of_result),
        *(axes_swapped, changed_later, objects, two_mistakes, either_mistake),
        *(growth_with_reference, growth_of_three, forbidden_at_load, died_at_load, raised_deep),
        *(given_up, chain, not_loaded, refused_notebook, refused_large, refused_missing),
        *(notes, from_a_kernel, unprotected, hidden_outcomes),
    )
}
