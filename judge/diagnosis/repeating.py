"""Making a call of a test again, with the author's code in the trusted process."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from judge.calls import Exchange
from judge.paths import walk


def repeated(function: Any, exchange: Exchange, names: Sequence[str]) -> Any:
    """What this function, or an object of this class, gives for the call of an exchange."""
    if exchange.written is not None:
        return walk(_written(function, exchange), exchange.take, ())
    made, args, kwargs, cotangent = copy.deepcopy(
        (exchange.made, exchange.args, exchange.kwargs, exchange.cotangent)
    )
    trained: Mapping[str, Any] = {}
    if made is not None:
        from judge import objects

        owner = function(*made.args, **made.kwargs)
        for path, value in made.settings:
            objects.assign(owner, path, value)
        function, names = objects.bound(owner, exchange.method), ()
        trained = objects.parameters(owner)
    if cotangent is None:
        return walk(function(*args, **kwargs), exchange.take, names)
    from judge import objects

    inputs = [args[key] if isinstance(key, int) else kwargs[key] for key in exchange.wrt]
    return objects.vjp(
        lambda: walk(function(*args, **kwargs), exchange.take, names), inputs, trained, cotangent
    )


def _written(function: Any, exchange: Exchange) -> Any:
    """What an argument has become in the calls up to this one."""
    # In one copy: what several calls were passed stays one object.
    calls, argument = copy.deepcopy((exchange.earlier, exchange.written))
    for call in calls:
        function(*call.args, **call.kwargs)
    return argument


def arguments_of(function: Any, exchange: Exchange) -> dict[str, Any]:
    """The arguments of a call by name, in the order of the parameters, defaults included.

    `function` is that of the exchange, or its class. Where they do not suit it they keep the order
    of the call.
    """
    first: tuple[Any, ...] = ()
    if exchange.made is not None:
        function, first = getattr(function, exchange.method, None), (None,)  # in place of self
    try:
        bound = inspect.signature(function).bind(*first, *exchange.args, **exchange.kwargs)
    except (TypeError, ValueError):
        named = {f"argument {place + 1}": value for place, value in enumerate(exchange.args)}
        return named | exchange.kwargs
    bound.apply_defaults()
    return dict(itertools.islice(bound.arguments.items(), len(first), None))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Overflow and the like are what mutants are made of; NumPy's random state is not theirs."""
    state = np.random.get_state()  # noqa: NPY002  a mutant may call np.random.seed
    torch = sys.modules.get("torch")
    drawn = torch.get_rng_state() if torch is not None else None
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        if torch is not None:
            torch.set_rng_state(drawn)
        np.random.set_state(state)  # noqa: NPY002  what the caller of grade() draws next is theirs
