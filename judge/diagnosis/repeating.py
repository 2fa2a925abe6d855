"""Making the requests of a test again, with the author's code in the trusted process."""

from __future__ import annotations

import contextlib
import copy
import inspect
import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from judge import generators
from judge.calls import Exchange, Kept, Step, exchanged
from judge.paths import walk

Names = Mapping[str, Sequence[str]]  # function -> what it calls the parts of its result


def repeated(namespace: Mapping[str, Any], exchange: Exchange, returns: Names) -> Any:
    """What the code in this namespace gives for the requests of an exchange."""
    again = _Again(namespace, returns)
    for step in exchange.steps:
        again.make(step)
    return walk(again.results[exchange.of], exchange.take, again.names.get(exchange.of, ()))


class _Again:
    """The requests of a test, made of the author's code as the worker makes them of a student's."""

    def __init__(self, namespace: Mapping[str, Any], returns: Names) -> None:
        self.results: dict[int, Any] = {}  # by the number of the step
        self.names: dict[int, Sequence[str]] = {}  # of the parts of a result
        self._namespace = namespace
        self._returns = returns

    def make(self, step: Step) -> None:
        """Make one request. Raises whatever the code does."""
        # A mutant may write into what it is given, and the next one is given the same.
        whole = copy.deepcopy((step.args, step.kwargs, step.cotangent))
        args, kwargs, cotangent = exchanged(whole, Kept, self._kept)
        owner = None if step.owner is None else self._kept(step.owner)
        if step.kind in ("call", "vjp"):
            result = self._called(step, owner, args, kwargs, cotangent)
        elif step.kind == "part":
            result = walk(owner, step.take, self.names.get(step.owner.number, ()))
        else:
            result = self._set(step, owner, *args)
        self.results[step.number] = result

    def _kept(self, kept: Kept) -> Any:
        return self.results[kept.number]

    def _called(
        self, step: Step, owner: Any, args: Sequence[Any], kwargs: dict[str, Any], cotangent: Any
    ) -> Any:
        if owner is None:
            function, names = self._namespace[step.name], self._returns.get(step.name, ())
            self.names[step.number] = names
        else:
            from judge import objects

            function, names = objects.bound(owner, step.name), ()
        if step.kind == "call":
            return function(*args, **kwargs)
        from judge import objects

        inputs = [args[key] if isinstance(key, int) else kwargs[key] for key in step.wrt]
        trained = {} if owner is None else objects.parameters(owner)
        return objects.vjp(
            lambda: walk(function(*args, **kwargs), step.take, names), inputs, trained, cotangent
        )

    def _set(self, step: Step, owner: Any, value: Any) -> Any:
        """Set what stays: what a test has put there, an attribute, parameters, generators."""
        if step.kind == "seed":
            generators.seed(value)
        elif step.kind == "set":
            from judge import objects

            objects.assign(owner, ".".join(map(str, step.take)), value)
        elif step.kind == "state":
            from judge import objects

            objects.fill(owner, value)
        return value


def arguments_of(namespace: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
    """The arguments of a call by name, in the order of the parameters, defaults included.

    `namespace` has the author's functions and classes. Where the arguments do not suit these they
    keep the order of the call.
    """
    step = exchange.source
    args, kwargs = exchange.plain((step.args, step.kwargs))
    function: Any = namespace.get(step.name)
    first: tuple[Any, ...] = ()
    if step.owner is not None:
        classes = {made.number: namespace.get(made.name) for made in exchange.steps}
        function, first = getattr(classes[step.owner.number], step.name, None), (None,)  # for self
    try:
        bound = inspect.signature(function).bind(*first, *args, **kwargs)
    except (TypeError, ValueError):
        return {f"argument {n}": value for n, value in enumerate(args, start=1)} | dict(kwargs)
    bound.apply_defaults()
    return dict(itertools.islice(bound.arguments.items(), len(first), None))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Overflow and the like are what mutants are made of; the random state is not theirs."""
    with generators.kept(), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
