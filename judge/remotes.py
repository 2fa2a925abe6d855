"""What stays in the worker: arguments built there, results left there, objects of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from judge.calls import (
    Elsewhere,
    Exchange,
    Kept,
    Step,
    Take,
    is_float_tensor,
    is_numbers,
    is_tensor,
    path_of,
)
from judge.replies import read_state
from judge.wire import Ref

if TYPE_CHECKING:
    from judge.student import Student

_TEXT = 200  # characters of a text that is not ours


@dataclass(frozen=True)
class State:
    """An object's tensors by path, the names in its state_dict, and whether it is training."""

    parameters: Mapping[str, Any]
    buffers: Mapping[str, Any]
    names: tuple[str, ...]
    training: bool | None  # None for what is no nn.Module


class Remote(Elsewhere):
    """A value that stays in the worker: an argument built there, or a result left there."""

    def __init__(
        self, student: Student, ref: Ref, *, kept: Kept | None = None, known: Any = None
    ) -> None:
        self.ref = ref
        self.type = ref.type[:_TEXT]
        self.described = f"your own {self.type}"
        self.kept = kept
        self.known = known
        self._student = student

    def get(self, take: Take = None) -> Any:
        """The value, or the part of it that `take` names."""
        ask = {"ref": self.ref, "take": list(path_of(take))}
        value = self._student._expect(self._student._ask("get", ask), "value").value
        exchange = self._student.history.read(self.kept, path_of(take), value)
        return self._student._noted(exchange if exchange and _is_news(exchange) else None, value)

    def part(self, take: Take) -> Remote:
        """A part of the value, left in the worker."""
        ask = {"ref": self.ref, "take": list(path_of(take))}
        reply = self._student._ask("part", ask).value
        return self._student._remote(reply, Step("part", owner=self, take=path_of(take)))

    # --- objects ---------------------------------------------------------------------------------

    def call(self, method: str, /, *args: Any, take: Take = None, **kwargs: Any) -> Any:
        """Call a method; `forward` of a module calls the module. The value, or a part of it."""
        reply = self._student._call((self.ref, method), args, kwargs, take=path_of(take))
        return self._student._received(reply, self._step(method, args, kwargs), path_of(take))

    def keep(self, method: str, /, *args: Any, **kwargs: Any) -> Remote:
        """Call a method and leave the result in the worker."""
        reply = self._student._call((self.ref, method), args, kwargs, keep=True)
        return self._student._remote(reply, self._step(method, args, kwargs))

    def vjp(
        self,
        method: str,
        args: Sequence[Any],
        cotangent: Any,
        /,
        *,
        wrt: Sequence[int | str] | None = None,
        take: Take = None,
        **kwargs: Any,
    ) -> tuple[Any, list[Any], dict[str, Any]]:
        """As `Student.vjp`, and the gradients of the object's parameters by path."""
        step = with_gradients(self._step(method, args, kwargs), cotangent, wrt, take)
        found = self._student._gradients((self.ref, method), step)
        return found["value"], found["gradients"], found["parameters"]

    def set(self, path: str, value: Any) -> None:
        """Set an attribute; a tensor that is there takes the new numbers and stays itself."""
        student = self._student
        student._ask("set", {"ref": self.ref, "path": path, "value": student._outgoing(value)})
        student.history.add(Step("set", owner=self, args=(value,), take=path_of(path)))

    def state(self) -> State:
        """Parameters and buffers by path, the names in the state_dict, and the mode."""
        found = read_state(self._student._ask("state", {"ref": self.ref}).value)
        for kind in ("parameters", "buffers"):
            found[kind] = {path: item for path, item in found[kind].items() if is_tensor(item)}
        # Other code starts with other random numbers: it is given these before it goes on.
        step = Step("state", owner=self, args=(found["parameters"],))
        self._student.history.add(step)
        return State(**found)

    def _step(self, method: str, args: Sequence[Any], kwargs: dict[str, Any]) -> Step:
        return Step("call", method, tuple(args), kwargs, owner=self)


def with_gradients(step: Step, cotangent: Any, wrt: Sequence[int | str] | None, take: Take) -> Step:
    """The call of a step, for its gradients too."""
    if wrt is None:
        wrt = [n for n, arg in enumerate(step.args) if is_float_tensor(arg)]
    return replace(step, kind="vjp", cotangent=cotangent, wrt=tuple(wrt), take=path_of(take))


def _is_news(exchange: Exchange) -> bool:
    """Whether this is not what the test itself has put there."""
    put = exchange.plain(Kept(exchange.of))
    return exchange.take != () or isinstance(put, Kept) or _differ(exchange.value, put)


def _differ(one: Any, other: Any) -> bool:
    """Whether two values are arrays, or tensors, and not the same."""
    if not is_numbers(one) or type(one) is not type(other):
        return False
    return bool(one.shape != other.shape or (one != other).any())
