"""What stays in the worker: arguments built there, results left there, objects of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from judge.calls import (
    Elsewhere,
    Exchange,
    Made,
    Take,
    is_numbers,
    is_small,
    is_tensor,
    known,
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
        self,
        student: Student,
        ref: Ref,
        *,
        origin: Exchange | None = None,
        known: Any = None,
    ) -> None:
        self.ref = ref
        self.type = ref.type[:_TEXT]
        self.described = f"your own {self.type}"
        self.known = known
        self.made: Made | None = None
        self.cls = ""
        self._student = student
        self._origin = origin
        self._passed: list[Exchange] = []  # the calls that it was an argument of, while small
        self._all_passed = True  # whether that is all of them

    def get(self, take: Take = None) -> Any:
        """The value, or the part of it that `take` names."""
        ask = {"ref": self.ref, "take": list(path_of(take))}
        value = self._student._expect(self._student._ask("get", ask), "value").value
        origin = self._origin_of(take)
        if origin is None:
            if take is None:
                self._student.last = self._written(value) or self._student.last
            return self._student._with_remotes(value)
        return self._student._received(value, origin)

    def part(self, take: Take) -> Remote:
        """A part of the value, left in the worker."""
        ask = {"ref": self.ref, "take": list(path_of(take))}
        reply = self._student._ask("part", ask).value
        return self._student._remote(reply, origin=self._origin_of(take))

    def _written(self, value: Any) -> Exchange | None:
        """What calls of one function have written into this argument; None where they did not."""
        calls = self._passed if self._all_passed else []
        plain = all(call.made is None and call.cotangent is None for call in calls)
        if not plain or len({call.function for call in calls}) != 1:
            return None
        if not _differ(value, self.known):
            return None
        return replace(calls[-1], take=(), value=value, earlier=tuple(calls), written=self.known)

    def _origin_of(self, take: Take) -> Exchange | None:
        """The call that a part of this value comes from."""
        if self._origin is None:
            return None
        return replace(self._origin, take=(*self._origin.take, *path_of(take)))

    # --- objects ---------------------------------------------------------------------------------

    def call(self, method: str, /, *args: Any, take: Take = None, **kwargs: Any) -> Any:
        """Call a method; `forward` of a module calls the module. The value, or a part of it."""
        student = self._student
        reply = student._call((self.ref, method), args, kwargs, take=path_of(take), keep=False)
        return student._received(reply, self._asked(method, args, kwargs, take))

    def keep(self, method: str, /, *args: Any, **kwargs: Any) -> Remote:
        """Call a method and leave the result in the worker."""
        reply = self._student._call((self.ref, method), args, kwargs, take=(), keep=True)
        return self._student._remote(reply)

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
        asked = self._asked(method, args, kwargs, take)
        asked = self._student._with_wrt(asked, cotangent, wrt)
        found = self._student._gradients((self.ref, method), asked)
        return found["value"], found["gradients"], found["parameters"]

    def set(self, path: str, value: Any) -> None:
        """Set an attribute; a tensor that is there takes the new numbers and stays itself."""
        student = self._student
        student._ask("set", {"ref": self.ref, "path": path, "value": student._outgoing(value)})
        self._remember({path: value})

    def state(self) -> State:
        """Parameters and buffers by path, the names in the state_dict, and the mode."""
        found = read_state(self._student._ask("state", {"ref": self.ref}).value)
        for kind in ("parameters", "buffers"):
            found[kind] = {path: item for path, item in found[kind].items() if is_tensor(item)}
        self._remember(found["parameters"])
        return State(**found)

    def _remember(self, settings: Mapping[str, Any]) -> None:
        """What a mutant's object is given before the same call; unknown when it cannot be told."""
        plain = known(dict(settings))
        if self.made is not None:
            new = tuple(plain.items()) if plain is not None else ()
            more = replace(self.made, settings=(*self.made.settings, *new))
            self.made = more if plain is not None else None

    def _asked(
        self, method: str, args: Sequence[Any], kwargs: dict[str, Any], take: Take
    ) -> Exchange:
        return Exchange(
            self.cls, tuple(args), kwargs, path_of(take), None, made=self.made, method=method
        )


def note_passed(asked: Exchange, made: Exchange) -> None:
    """Tell the arguments of a call that stay in the worker that they were passed."""
    for value in (*asked.args, *asked.kwargs.values()):
        if isinstance(value, Remote) and is_small(made):
            value._passed.append(made)
        elif isinstance(value, Remote):
            value._all_passed = False


def _differ(one: Any, other: Any) -> bool:
    """Whether two values are arrays, or tensors, and not the same."""
    if not is_numbers(one) or type(one) is not type(other):
        return False
    return bool(one.shape != other.shape or (one != other).any())
