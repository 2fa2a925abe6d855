"""The worker: load one submission, answer calls. The only code of ours beside the student's.

`main(fd)` serves the trusted process over one descriptor until it closes. Requests and replies are
wire messages; each reply carries the number of its request. Nothing here is trusted by the other
side: a submission may replace any of it, and gains no more than wrong answers.

| request | value | reply |
|---|---|---|
| plan | cells, kind, wanted | `plan` |
| load | plan, allowed, returns; forbidden, support | `loaded`, `refused` |
| call | function, args, kwargs, take, keep | `value` |
| many | function, calls, kwargs, take | `value` (a list) |
| measure | | `ready`; then `go`, as call with trace, is answered by `measured` |
| locate | as call | `value`: the line that allocated most |
| put | value, layout | `value` (a reference) |
| get, part | ref, take | `value` |
| make | function, args, kwargs | `value` (a reference) |
| vjp | as call with cotangent, wrt, parameters | `value`: value, gradients, parameters |
| set, state | ref, path and value | `value` |
| random, seed | seed | `value`: a digest of the global random state |
| live | names, digests | `value`: which are defined, and which differ from their digest |

`function` is a name, or a reference and the name of a method. Any of them may be answered by
`raised`, `missing` or `forbidden`, and a call by `callback` first.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from judge import generators, wire
from judge.paths import SUPPORT, Missing
from judge.worker import digest, loading, measure, slicing
from judge.worker.values import Values

if TYPE_CHECKING:
    from judge.worker.watching import Watch

# The trusted side bounds what it sends, and sends back what it has accepted.
_LIMITS = wire.Limits(64 << 20, 4 << 30, texts=4 << 30, depth=wire.MAX_DEPTH, odd_keys=1 << 30)
_TEXT = 2000  # characters of an exception's message


class Gone(BaseException):
    """The trusted process closed the channel. No Exception: a submission must not swallow it."""


class Worker:
    """One submission, loaded, and the values it keeps between requests."""

    def __init__(self, fd: int) -> None:
        # Captured now: the submission may replace what `os` holds.
        self._read_fd, self._write_fd = os.read, os.write
        self._fd = fd
        self._ahead = memoryview(b"")  # read, and not asked for yet
        self._values = Values(self._function)
        self._namespace: dict[str, Any] = {}
        self._support: dict[str, Any] = {}
        self._watch: Watch | contextlib.nullcontext[None] = contextlib.nullcontext()
        self._answers: dict[str, Callable[[dict[str, Any]], tuple[str, object]]] = {
            "plan": self._plan,
            "load": self._load,
            "call": self._call,
            "many": self._many,
            "measure": self._measure,
            "locate": self._locate,
            "put": self._put,
            "get": self._get,
            "part": self._part,
            "live": self._live,
            "vjp": self._vjp,
            "set": self._set,
            "state": self._state,
            "random": self._random,
            "seed": self._seed,
        }
        self._number = 0

    def serve(self) -> None:
        """Answer requests until the channel closes."""
        while True:
            try:
                message = self._next()
            except Gone:
                return
            kind, value = self._answer(message)
            self._reply(kind, value)
            del message, value  # a kept array would count as the next call's memory

    def _answer(self, message: wire.Message) -> tuple[str, object]:
        kind, value = self._attempt(message)
        found = getattr(self._watch, "found", None)
        return ("forbidden", found) if found else (kind, value)

    def _attempt(self, message: wire.Message) -> tuple[str, object]:
        try:
            return self._answers[message.kind](message.value)
        except Gone:
            raise
        except Missing as missing:
            return "missing", {"text": str(missing), "attempted": missing.attempted}
        except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt too
            return "raised", _described(error)

    # --- requests -----------------------------------------------------------------------------

    def _plan(self, ask: dict[str, Any]) -> tuple[str, object]:
        plan = slicing.make_plan(ask["cells"], ask["kind"], ask["wanted"])
        return "plan", slicing.plan_to_plain(plan)

    def _load(self, ask: dict[str, Any]) -> tuple[str, object]:
        plan = slicing.plan_from_plain(ask["plan"])
        self._values.returns = ask["returns"]
        problem = loading.import_problem(plan, ask["allowed"])
        if problem is not None:
            return "refused", {
                "module": problem.module,
                "label": problem.label,
                "line": problem.line,
                "text": loading.import_advice(problem, ask["allowed"]),
            }
        loading.withhold_optional(plan, ask["allowed"])
        if "torch" in ask["allowed"]:
            self._with_torch(ask.get("forbidden", ()))
        loading.install_judge_stub()
        if ask.get("support"):
            self._support = loading.support(ask["support"])
        with self._watch:
            module, notes = loading.load(plan)
        self._namespace = vars(module)
        return "loaded", {"notes": list(notes)}

    def _with_torch(self, forbidden: Sequence[str]) -> None:
        from judge import objects  # loaded by the fork server
        from judge.worker.watching import Watch

        self._objects = objects
        self._watch = Watch(forbidden)
        self._watch.guard()

    def _call(self, ask: dict[str, Any]) -> tuple[str, object]:
        function, args, kwargs = self._bound(ask)
        with self._watch:
            result = function(*args, **kwargs)
        if ask["keep"]:
            return "value", self._values.keep(result, self._values.names_of(ask["function"]))
        return "value", self._values.outgoing(ask["function"], result, ask["take"])

    def _vjp(self, ask: dict[str, Any]) -> tuple[str, object]:
        function, args, kwargs = self._bound(ask)
        owner = ask["function"]
        trained = {}
        if type(owner) is list and ask["parameters"]:
            trained = self._objects.parameters(self._values.incoming(owner[0]))
        inputs = [args[key] if type(key) is int else kwargs[key] for key in ask["wrt"]]

        def result() -> object:
            found = function(*args, **kwargs)
            return self._values.outgoing(ask["function"], found, ask["take"])

        with self._watch:
            return "value", self._objects.vjp(result, inputs, trained, ask["cotangent"])

    def _set(self, ask: dict[str, Any]) -> tuple[str, object]:
        value = self._values.incoming(ask["value"])
        self._objects.assign(self._values.incoming(ask["ref"]), ask["path"], value)
        return "value", None

    def _state(self, ask: dict[str, Any]) -> tuple[str, object]:
        return "value", self._objects.state(self._values.incoming(ask["ref"]))

    def _seed(self, ask: dict[str, Any]) -> tuple[str, object]:
        generators.seed(ask["seed"])
        return "value", None

    def _many(self, ask: dict[str, Any]) -> tuple[str, object]:
        function = self._callable(ask["function"])
        kwargs = self._values.incoming(ask["kwargs"])
        results = []
        for args in ask["calls"]:
            with self._watch:
                result = function(*self._values.incoming(args), **kwargs)
            results.append(self._values.outgoing(ask["function"], result, ask["take"]))
        return "value", results

    def _measure(self, _: dict[str, Any]) -> tuple[str, object]:
        gc.collect()
        self._reply("ready", None)
        message = self._next()
        if message.kind != "go":
            raise Gone
        ask = message.value
        function, args, kwargs = self._bound(ask)
        watch = self._watch
        if isinstance(watch, contextlib.nullcontext):
            run = measure.measured(function, args, kwargs, trace=ask["trace"])
        else:
            watch.look_for_tensors(on=ask["trace"])
            with watch:
                run = measure.measured(function, args, kwargs, trace=False)
            watch.look_for_tensors(on=False)
        value = self._values.outgoing(ask["function"], run.result, ask["take"])
        counts = {"traced": run.traced, "returned": run.returned}
        largest = {"largest": getattr(watch, "largest", 0), "line": getattr(watch, "line", None)}
        return "measured", {"value": value, **counts, **largest}

    def _locate(self, ask: dict[str, Any]) -> tuple[str, object]:
        function, args, kwargs = self._bound(ask)
        return "value", measure.hungriest_line(function, args, kwargs)

    def _put(self, ask: dict[str, Any]) -> tuple[str, object]:
        value = measure.laid_out(ask["value"], ask["layout"])
        return "value", self._values.keep(value)

    def _get(self, ask: dict[str, Any]) -> tuple[str, object]:
        return "value", self._values.part(ask["ref"], ask["take"])

    def _part(self, ask: dict[str, Any]) -> tuple[str, object]:
        return "value", self._values.keep(self._values.part(ask["ref"], ask["take"]))

    def _live(self, ask: dict[str, Any]) -> tuple[str, object]:
        defined = [name for name in ask["names"] if name in self._namespace]
        here = {name: digest.digest(self._namespace[name]) for name in defined}
        changed = [
            name for name in defined if digest.differ(ask["digests"].get(name, ""), here[name])
        ]
        return "value", {"defined": defined, "changed": changed}

    def _random(self, ask: dict[str, Any]) -> tuple[str, object]:
        return "value", measure.random_state()

    # --- values and messages ------------------------------------------------------------------

    def _callable(self, name: Any) -> Callable[..., Any]:
        if type(name) is list:
            ref, method = name
            return self._objects.bound(self._values.incoming(ref), method)
        names = self._namespace
        if name.startswith(SUPPORT):
            name, names = name.removeprefix(SUPPORT), self._support
        function: Callable[..., Any] | None = names.get(name)
        if function is None:
            raise Missing(f"{name} is not defined", attempted=False)
        return function

    def _bound(self, ask: dict[str, Any]) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        args = self._values.incoming(ask["args"])
        return self._callable(ask["function"]), args, self._values.incoming(ask["kwargs"])

    def _function(self, number: int) -> Callable[..., Any]:
        """A function of the trusted process, as the submission sees it."""

        def function(*args: Any, **kwargs: Any) -> Any:
            self._reply("callback", {"id": number, "args": args, "kwargs": kwargs})
            answer = self._next()
            if answer.kind == "failed":
                raise ValueError(answer.value)
            return self._values.incoming(answer.value)

        return function

    def _next(self) -> wire.Message:
        message = wire.read_message(self._read, _LIMITS)
        self._number = message.number
        return message

    def _reply(self, kind: str, value: object) -> None:
        self._packed(kind, value).write(self._write)

    def _packed(self, kind: str, value: object) -> wire.Packed:
        """A reply; one that says why when the value is too deep, too large or hostile."""
        try:
            reply = wire.Message(kind, self._number, value)
            packed = wire.pack_message(reply, keep=self._values.keep)
            fault = packed.fault(wire.Limits())
            if fault is None:
                return packed
            kind, value = "missing", {"text": fault, "attempted": True}
        except wire.WireError as error:
            kind, value = "missing", {"text": str(error), "attempted": True}
        except BaseException as error:  # noqa: BLE001  its own methods run while it is packed
            kind, value = "raised", _described(error)
        return wire.pack_message(wire.Message(kind, self._number, value))

    def _read(self, view: memoryview) -> None:
        while view:
            wanted = max(len(view), wire.AHEAD)  # a small message comes whole
            data = self._ahead or memoryview(self._read_fd(self._fd, min(wanted, wire.CHUNK)))
            if not data:
                raise Gone
            size = min(len(view), len(data))
            view[:size], self._ahead = data[:size], data[size:]
            view = view[size:]

    def _write(self, data: memoryview | bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._write_fd(self._fd, view) :]


def _described(error: BaseException) -> dict[str, Any]:
    """An exception as data. Its own `__str__` runs here, in the worker, and may itself raise."""
    try:
        text = str(error)[:_TEXT]
    except BaseException:  # noqa: BLE001  hostile or careless __str__
        text = ""
    return {
        "type": type(error).__name__[:200],
        "text": text,
        "own": loading.is_own(error),
        "frames": [list(frame) for frame in loading.frames_of(error)],
    }


def main(fd: int) -> None:
    """Serve on `fd` until it closes, then leave without running any exit handler."""
    sys.setrecursionlimit(1000)
    Worker(fd).serve()
