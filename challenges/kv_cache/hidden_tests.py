"""The hidden tests of the key-value cache: pieces equal one pass, and the cache is left alone."""

from __future__ import annotations

from functools import partial

import torch

from judge.testing import (
    Remote,
    Student,
    expect_close,
    expect_dtype,
    expect_same,
    hidden_test,
)
from judge.testing.autograd import (
    expect_module_vjp,
    expect_parameters,
    fill_parameters,
    normal,
)

from . import oracle, support

VALUES = "one_pass_equals_causal_attention"
CACHED = "new_tokens_see_the_cache_and_not_each_others_future"
AGAINST = "causal attention computed from your layers"
LAYERS = ("W_q", "W_k", "W_v", "W_o")
OWN = "four calls of nn.Linear(d_model, d_model); a module lists a shared layer once"
AXES = ("b", "token", "feature")
KEPT_AXES = ("b", "head", "token", "feature")

Cache = tuple[torch.Tensor, torch.Tensor]


def shapes(width: int) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter by path."""
    weights = {f"{layer}.weight": (width, width) for layer in LAYERS}
    return weights | {f"{layer}.bias": (width,) for layer in LAYERS}


def made(student: Student, width: int, heads: int) -> tuple[Remote, dict[str, torch.Tensor]]:
    """An object with random numbers for parameters, and these numbers by path."""
    layer = student.make("KVCacheAttention", width, heads)
    return layer, fill_parameters(layer, shapes(width), student.rng)


def tokens(
    student: Student, *shape: int, scale: float = 1.0, dtype: torch.dtype = torch.float32
) -> torch.Tensor:
    """Random numbers for tokens (B, S, d_model), or for the keys or values of a cache."""
    return normal(student.rng, *shape, scale=scale, dtype=dtype)


def exact(cache: Cache) -> Cache:
    """The cache in float64."""
    return cache[0].double(), cache[1].double()


@hidden_test(task="kv_cache", points=4, limit=4.0)
def one_pass_equals_causal_attention(student: Student) -> None:
    """The output without a cache, for 1, 2, 3 and 4 heads and one token or several; keywords."""
    for heads, sizes in (
        (3, (2, 5, 12)),
        (4, (1, 7, 8)),
        (2, (3, 1, 6)),
        (1, (2, 4, 5)),
    ):
        layer, numbers = made(student, sizes[-1], heads)
        x = tokens(student, *sizes)
        want = oracle.attention(numbers, x.double(), heads=heads)
        for got in (
            layer.call("forward", x, take=0),
            layer.call("forward", x=x, cache=None, take=0),
        ):
            expect_close(
                got,
                want,
                name="out",
                against=AGAINST,
                tolerance=1e-5,
                axes=AXES,
                hint="print the weights of one head: zeros above the diagonal, rows that sum to 1",
            )
    named = student.make("KVCacheAttention", num_heads=2, d_model=4)
    numbers = fill_parameters(named, shapes(4), student.rng)
    x = tokens(student, 2, 3, 4)
    got = named.call("forward", x, take=0)
    want = oracle.attention(numbers, x.double(), heads=2)
    expect_close(got, want, name="out", against=AGAINST, tolerance=1e-5, axes=AXES)


@hidden_test(task="kv_cache", points=1, limit=4.0)
def large_scores_stay_right(student: Student) -> None:
    """Scores some hundreds above and below zero, also where all of a row are far below."""
    layer, numbers = made(student, 8, 2)
    for batch, length in ((2, 5), (8, 1)):
        x = tokens(student, batch, length, 8, scale=12.0)
        expect_close(
            layer.call("forward", x, take=0),
            oracle.attention(numbers, x.double(), heads=2),
            name="out",
            against=AGAINST,
            tolerance=2e-3,  # float32 keeps a score of 500 to 3e-5, and its sum to a bit less
            axes=AXES,
            hint="print the largest number that goes into exp: 0 in each row, and nothing clipped",
        )


@hidden_test(task="kv_cache", points=3, limit=4.0)
def the_cache_holds_all_keys_and_values(student: Student) -> None:
    """K and V after a call without a cache and after one with random numbers in its cache."""
    layer, numbers = made(student, 6, 3)
    for past, new in ((0, 4), (5, 1), (1, 3)):
        x = tokens(student, 2, new, 6)
        given = (tokens(student, 2, 3, past, 2), tokens(student, 2, 3, past, 2))
        args = (x, given) if past else (x,)
        want = oracle.kept(numbers, x.double(), exact(given), heads=3)
        for place, name in enumerate("KV"):
            expect_close(
                layer.call("forward", *args, take=f"1.{place}"),
                want[place],
                name=name,
                against="the cache, then the heads of your layer's output",
                tolerance=1e-5,
                axes=KEPT_AXES,
                hint="K and V are what W_k and W_v give, cut into heads and not scaled; torch.cat "
                "puts the new tokens last, along dim 2",
            )


@hidden_test(task="kv_cache", points=4, limit=4.0)
def new_tokens_see_the_cache_and_not_each_others_future(student: Student) -> None:
    """One to four new tokens after a cache of one to seventy keys and values; by keyword, too."""
    layer, numbers = made(student, 6, 2)
    for batch, past, new in ((2, 5, 1), (1, 3, 4), (3, 1, 2), (2, 2, 4), (1, 70, 3)):
        x = tokens(student, batch, new, 6)
        given = tuple(tokens(student, batch, 2, past, 3) for _ in "KV")
        cache = (given[0], given[1])
        want = oracle.attention(numbers, x.double(), exact(cache), heads=2)
        for got in (
            layer.call("forward", x, cache, take=0),
            layer.call("forward", x, cache=cache, take=0),
        ):
            expect_close(
                got,
                want,
                name="out",
                against=AGAINST,
                tolerance=1e-5,
                axes=AXES,
                hint=f"for {past} cached and {new} new tokens print the mask, "
                f"({new}, {past + new}): row i sees {past} + i + 1 keys",
            )


@hidden_test(task="kv_cache", points=3, needs=[VALUES], limit=4.0)
def any_pieces_equal_one_pass(student: Student) -> None:
    """Nine tokens as 4 + 5, 2 + 3 + 4, 5 + 1 + 3 and one by one give the same outputs."""
    layer, numbers = made(student, 8, 4)
    x = tokens(student, 2, 9, 8)
    want = oracle.attention(numbers, x.double(), heads=4)
    for sizes in ((4, 5), (2, 3, 4), (5, 1, 3), (1,) * 9):
        said = " + ".join(map(str, sizes)) if len(sizes) < 9 else "1 + ... + 1"
        start = 0
        args: tuple[Remote, ...] = ()
        for size in sizes:
            result = layer.keep("forward", x[:, start : start + size], *args)
            expect_close(
                result.get(0),
                want[:, start : start + size],
                name=f"out of tokens {start} to {start + size - 1} of {said}",
                against="one pass over all nine",
                tolerance=1e-5,
                axes=AXES,
                hint="the mask has S_new rows and P + S_new columns, and starts at column P",
            )
            start, args = start + size, (result.part(1),)


@hidden_test(task="kv_cache", points=3, needs=[VALUES, CACHED], limit=4.0)
def gradients_flow_through_the_cache(student: Student) -> None:
    """Gradients of x and all parameters for a random cotangent: in one pass, and as 2 + 1 + 3."""
    for sizes in ((6,), (2, 1, 3)):
        layer, _ = made(student, 6, 3)
        expect_parameters(layer, shapes(6), hint=OWN)
        expect_module_vjp(
            student.make(f"support.{support.Pieces.__name__}", layer, list(sizes)),
            [tokens(student, 2, 6, 6)],
            partial(oracle.attention, heads=3),
            student.rng,
            names=["x"],
            name="out",
            against=AGAINST,
            hint="look for .detach(), .data and torch.no_grad where the cache is put together",
            floor=1.0,  # the exact gradient of W_k.bias is 0, and float32 leaves rounding there
        )


@hidden_test(task="kv_cache", points=2, needs=[VALUES], limit=4.0)
def the_given_cache_is_left_alone(student: Student) -> None:
    """x and the given K and V keep their bytes; one cache serves two continuations; dtypes."""
    hint = "torch.cat makes new tensors; append, +=, copy_ and .data write into the old ones"
    for dtype in (torch.float32, torch.float64):
        layer, _ = made(student, 6, 2)
        if dtype == torch.float64:
            for name in LAYERS:
                layer.part(name).call("double")
        given = {
            "x": tokens(student, 2, 3, 6, dtype=dtype),
            "K": tokens(student, 2, 2, 4, 3, dtype=dtype),
            "V": tokens(student, 2, 2, 4, 3, dtype=dtype),
        }
        x, k, v = (student.put(tensor) for tensor in given.values())
        result = layer.keep("forward", x, (k, v))
        for path, label in ((0, "out"), ("1.0", "K"), ("1.1", "V")):
            expect_dtype(result.get(path), dtype, name=label)
        for remote, (label, tensor) in zip((x, k, v), given.items(), strict=True):
            expect_same(remote.get(), tensor, name=f"the given {label}", hint=hint)
        before = [result.get(f"1.{place}") for place in (0, 1)]
        once = layer.call("forward", x, result.part(1), take=0)
        again = layer.call("forward", x, result.part(1), take=0)
        for label, place in (("K", 0), ("V", 1)):
            after = result.get(f"1.{place}")
            expect_same(after, before[place], name=f"{label} of an earlier call", hint=hint)
        expect_same(again, once, name="out", by="the same call again", hint=hint)
