"""Inside a torch worker: which library functions a submission calls, and how large its tensors get.

A forbidden call is stopped where it happens, under any of its names: as a function, a method, an
operator or a module. It is there to teach. Code that is out to evade it can, as it runs in the
same process.
"""

from __future__ import annotations

import _thread
import functools
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType, FunctionType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from judge.worker.loading import label_of, line_of

_STARTERS = ("_start_new_thread", "_start_joinable_thread")  # of threading, by Python's version
# What a library function comes to further down, under a name of its own.
_BELOW = {
    "scaled_dot_product_attention": (
        *("scaled_dot_product_flash_attention", "scaled_dot_product_efficient_attention"),
        *("scaled_dot_product_cudnn_attention", "scaled_dot_product_fused_attention"),
        *("flash_attention_forward", "efficient_attention_forward", "flex_attention"),
    ),
    "multi_head_attention_forward": ("native_multi_head_attention", "transformer_encoder_layer"),
}


class ForbiddenCallError(RuntimeError):
    """A call that the challenge forbids."""


class Watch:
    """What one submission's calls are watched for; a context around each of them."""

    def __init__(self, forbidden: Sequence[str], *, tensors: bool = False) -> None:
        """`forbidden` are dotted names; with `tensors` the largest tensor is looked for."""
        self.found: dict[str, Any] | None = None  # the first forbidden call
        self.largest = 0  # elements
        self.line: str | None = None  # where the largest was made
        self._names: dict[str, str] = {}  # plain -> as the challenge writes it, the first of them
        for name in forbidden:
            for plain in (_plain(name), *map(_plain, _BELOW.get(_plain(name), ()))):
                self._names.setdefault(plain, name)
        self._forbidden = tuple(forbidden)
        self._tensors = tensors
        self._here = threading.local()

    def __enter__(self) -> Watch:
        modes: list[Any] = []
        if self._names or self._tensors:
            modes = [_Functions(self), _Operators(self)]
            for mode in modes:
                mode.__enter__()
        self._here.modes = modes
        return self

    def __exit__(self, *error: object) -> None:
        modes, self._here.modes = self._here.modes, []
        for mode in reversed(modes):
            mode.__exit__(*error)

    @property
    def active(self) -> bool:
        """Whether this thread runs the submission, under watch."""
        return bool(getattr(self._here, "modes", None))

    def look_for_tensors(self, *, on: bool) -> None:
        """Whether the largest tensor is looked for from now on."""
        self._tensors = on
        if on:
            self.largest, self.line = 0, None

    def guard(self) -> None:
        """Watch the threads that will be started, and forbidden classes and Python functions."""
        for name in self._forbidden:
            found = _resolved(name)
            if isinstance(found, type):
                _stop_making(found, name, self)
            elif isinstance(found, FunctionType):  # it may be made of what is allowed
                _stop_calling(found, name, self)
        for module in (threading, _thread):
            for starter in _STARTERS:
                if hasattr(module, starter):
                    setattr(module, starter, self._watched_start(getattr(module, starter)))

    def _watched_start(self, start: Callable[..., Any]) -> Callable[..., Any]:
        def begin(function: Callable[..., Any], *rest: Any, **more: Any) -> Any:
            if not self.active:
                return start(function, *rest, **more)

            def body(*args: Any, **kwargs: Any) -> Any:
                with self:
                    return function(*args, **kwargs)

            return start(body, *rest, **more)

        return begin

    def called(self, name: str) -> None:
        """A function of the library is called. Raises ForbiddenCallError."""
        plain = _plain(name)
        for known, dotted in self._names.items():
            if plain == known or plain.startswith(known + "_"):
                self.stop(dotted)

    def stop(self, dotted: str) -> None:
        """Note a forbidden call, and where it happened. Raises ForbiddenCallError."""
        if self.found is None:
            label, line, code = line_of(_frame())
            self.found = {"name": dotted, "label": label, "line": line, "code": code}
        raise ForbiddenCallError(f"{dotted} is forbidden in this challenge")

    def made(self, value: Any) -> None:
        """An operator returned this."""
        for tensor in value if isinstance(value, list | tuple) else (value,):
            if isinstance(tensor, torch.Tensor):
                size = tensor.untyped_storage().nbytes() // max(1, tensor.element_size())
                elements = min(tensor.numel(), size)  # of an expanded view, what is stored
                if elements > self.largest:
                    self.largest = elements
                    label, line, code = line_of(_frame())
                    place = f"{label}, line {line}" if label else f"line {line}"
                    self.line = f"{place}: {code}" if line else None


class _Functions(TorchFunctionMode):
    """Sees every function and method of torch, by the name it is called by."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self._watch.called(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


class _Operators(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own
    """Sees every operator that functions come to."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's own
        self._watch = watch

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self._watch.called(func._schema.name.rpartition("::")[2])
        result = func(*args, **(kwargs or {}))
        self._watch.made(result)
        return result


def _plain(name: str) -> str:
    """`torch.ops.aten.native_layer_norm.default`, `F.layer_norm` and `layer_norm_` as one name."""
    parts = name.split(".")
    last = parts[-2] if len(parts) > 1 and parts[-1] in ("default", "int", "dim", "out") else ""
    last = (last or parts[-1]) if "torch" in name else parts[0]
    last = last.strip("_")
    for prefix in ("native_", "special_", "safe_", "cudnn_", "mkldnn_"):
        last = last.removeprefix(prefix)
    return last


def _resolved(dotted: str) -> object:
    """What a dotted name stands for; None for what has not been imported."""
    module, _, name = dotted.rpartition(".")
    return getattr(sys.modules.get(module), name, None)


def _stop_making(forbidden: Any, dotted: str, watch: Watch) -> None:
    """Nobody makes an instance of this class, or of one that is derived from it."""
    begin = forbidden.__init__

    @functools.wraps(begin)
    def stopped(self: object, *args: Any, **kwargs: Any) -> None:
        if not watch.active:
            begin(self, *args, **kwargs)
            return
        made = type(self)
        own = made is not forbidden and made.__module__.startswith("torch.")
        watch.stop(f"{made.__module__}.{made.__qualname__}" if own else dotted)

    forbidden.__init__ = stopped


def _stop_calling(forbidden: FunctionType, dotted: str, watch: Watch) -> None:
    """Nobody calls this function of the library, imported from wherever."""

    @functools.wraps(forbidden)
    def stopped(*args: Any, **kwargs: Any) -> Any:
        if watch.active:
            watch.stop(dotted)
        return forbidden(*args, **kwargs)

    module, _, name = dotted.rpartition(".")
    setattr(sys.modules[module], name, stopped)


def _frame() -> FrameType | None:
    """The innermost frame of the submission."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and label_of(frame.f_code.co_filename) is None:
        frame = frame.f_back
    return frame


def warm() -> None:
    """Import and pay once, in the fork server, for what each worker would: half a second."""
    import judge.objects  # noqa: F401  a worker cannot read it any more
    from judge import tensors

    tensors.enable()
    with Watch((), tensors=True):
        torch.empty(1)
