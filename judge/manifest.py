"""challenge.toml, read and checked: tasks, points, hints and limits as values.

Every error names the file, the field and the cure.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from judge.errors import ChallengeError, UnknownNameError, near_matches

Level = Literal["easy", "medium", "hard", "expert"]
Profile = Literal["numpy", "torch"]


@dataclass(frozen=True)
class Task:
    """One function to write. `function` is its signature, `returns` names the parts it returns.

    Of a class it is that of the constructor, and `methods` are what tests call.
    """

    id: str
    function: str
    name: str
    parameters: tuple[str, ...]
    returns: tuple[str, ...]
    points: float
    hints: tuple[str, ...]
    methods: tuple[tuple[str, tuple[str, ...]], ...] = ()  # name and parameters


@dataclass(frozen=True)
class Challenge:
    """What challenge.toml says, and the folder it stands in.

    `released` is what students are given: public tests alone, and stubs in place of the reference.
    """

    folder: Path
    id: str
    title: str
    track: str
    level: Level
    version: str
    profile: Profile
    imports: tuple[str, ...]
    forbidden: tuple[str, ...]
    memory_mb: int
    tasks: tuple[Task, ...]
    released: bool = False

    @property
    def points(self) -> float:
        return math.fsum(task.points for task in self.tasks)

    def task(self, id: str) -> Task:
        """The task of that id. Raises UnknownNameError."""
        for task in self.tasks:
            if task.id == id:
                return task
        known = [task.id for task in self.tasks]
        raise UnknownNameError("task", id, known, f"{self.id} has {', '.join(known)}.")


@dataclass(frozen=True)
class Fields:
    """The names that a file knows, at its top and in its tables, and what to write for each."""

    top: tuple[str, ...]
    table: tuple[str, ...]
    cures: Mapping[str, str]


# --- challenge.toml ---------------------------------------------------------------------------

_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Dotted = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]


class _TaskTable(msgspec.Struct, forbid_unknown_fields=True):
    id: _Id
    function: _Text
    points: Annotated[float, msgspec.Meta(gt=0, le=1e6)]
    hints: Annotated[list[_Text], msgspec.Meta(min_length=1)]
    returns: list[_Text] = []
    methods: list[_Text] = []


class _ChallengeFile(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal[1]
    id: _Id
    title: _Text
    track: _Id
    level: Level
    version: Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+(\.\d+)?$")]
    profile: Profile
    imports: list[_Dotted]
    task: Annotated[list[_TaskTable], msgspec.Meta(min_length=1)]
    forbidden: list[_Dotted] = []
    memory_mb: Annotated[int, msgspec.Meta(ge=64, le=65536)] = 1024
    released: bool = False


_CURES = {
    "format": "Write format = 1.",
    "id": "Use lower-case letters, digits and underscores, a letter first.",
    "title": "Write the title in a few words.",
    "track": "Give the id of a track in tracks.toml.",
    "level": "Write one of: easy, medium, hard, expert.",
    "version": 'Write two or three numbers, such as "1.0".',
    "profile": 'Write "numpy" or "torch".',
    "imports": 'List the third-party packages a solution may import, such as ["numpy"].',
    "forbidden": 'List dotted calls, such as ["numpy.linalg.inv"], or leave it out.',
    "released": "Leave it out: `judge release` writes it.",
    "memory_mb": "Write a whole number of megabytes from 64 to 65536.",
    "task": "Write at least one [[task]] with id, function, points and hints.",
    "function": 'Write the signature, such as "softmax(x, axis=-1)".',
    "points": "Write a number above 0.",
    "hints": "List at least one hint, the gentlest first.",
    "methods": 'List the signatures of methods, such as ["forward(x)"].',
    "returns": 'List the names of what the function returns, such as ["O", "cache"].',
}
_FIELDS = Fields(_ChallengeFile.__struct_fields__, _TaskTable.__struct_fields__, _CURES)


def read_challenge(folder: Path) -> Challenge:
    """The challenge in `folder`. Raises ChallengeError."""
    file = folder / "challenge.toml"
    raw = _decode(file)
    if raw.id != folder.resolve().name:
        raise ChallengeError(
            f"{file}: the id is {raw.id!r}, the folder is called {folder.resolve().name!r}.\n"
            "Give both the same name."
        )
    tasks = tuple(_task(table, file) for table in raw.task)
    if twice := first_double([task.id for task in tasks]):
        raise ChallengeError(f"{file}: two tasks have the id {twice!r}.\nRename one of them.")
    return Challenge(
        folder=folder,
        id=raw.id,
        title=raw.title,
        track=raw.track,
        level=raw.level,
        version=raw.version,
        profile=raw.profile,
        imports=tuple(raw.imports),
        forbidden=tuple(raw.forbidden),
        memory_mb=raw.memory_mb,
        tasks=tasks,
        released=raw.released,
    )


def _decode(file: Path) -> _ChallengeFile:
    import tomllib  # 18 ms, and only here

    text = read_text(file)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ChallengeError(f"{file} is not TOML: {error}.\nMend that line.") from None
    try:
        return msgspec.convert(data, _ChallengeFile)
    except msgspec.ValidationError as error:
        raise wrong_field(file, data, str(error), _FIELDS) from None


def wrong_field(file: Path, data: dict[str, Any], reason: str, fields: Fields) -> ChallengeError:
    """Say in terms of the file what the decoder found: field, value, cure."""
    reason, _, path = reason.partition(" - at `$.")
    path = path.rstrip("`")
    whose = _named(data, path)
    if lost := re.search(r"(missing required|unknown) field `(\w+)`", reason):
        name = lost.group(2)
        place = f"{path}.{name}{whose}" if path else name
        if lost.group(1) == "unknown":
            known = fields.table if path else fields.top
            near = near_matches(name, known)
            meant = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
            return ChallengeError(f"{file}: there is no field {place}.\n{meant}")
        return ChallengeError(f"{file}: the field {place} is missing.\n{fields.cures[name]}")
    found: Any = data
    for step in re.findall(r"\w+", path):
        found = found[int(step)] if isinstance(found, list) else found[step]
    name = re.findall(r"[a-z_]+", path)[-1]
    return ChallengeError(
        f"{file}: {path}{whose} = {found!r} is not accepted.\n{fields.cures[name]}"
    )


def _named(data: dict[str, Any], path: str) -> str:
    """The name of the table that a path leads into, where it has one."""
    if not (step := re.match(r"(\w+)\[(\d+)\]", path)):
        return ""
    table = data[step[1]][int(step[2])]
    name = table.get("name") if isinstance(table, dict) else None
    return f" ({name})" if isinstance(name, str) else ""


def _task(table: _TaskTable, file: Path) -> Task:
    """A task with its signatures taken apart."""
    name, parameters = _signature(table.function, "function", table.id, file)
    return Task(
        id=table.id,
        function=table.function,
        name=name,
        parameters=parameters,
        returns=tuple(table.returns),
        points=table.points,
        hints=tuple(table.hints),
        methods=tuple(_signature(text, "methods", table.id, file) for text in table.methods),
    )


def _signature(text: str, field: str, task: str, file: Path) -> tuple[str, tuple[str, ...]]:
    """The name and the parameters of a signature. Raises ChallengeError."""
    try:
        (definition,) = ast.parse(f"def {text}: ...").body
    except (SyntaxError, ValueError):
        definition = None
    if not isinstance(definition, ast.FunctionDef):
        raise ChallengeError(
            f"{file}: task {task}: {field} = {text!r} is not a signature.\n" + _CURES[field]
        )
    a = definition.args
    named = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg]
    return definition.name, tuple(argument.arg for argument in named if argument is not None)


def read_text(file: Path) -> str:
    """A file of a challenge folder. Raises ChallengeError."""
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ChallengeError(
            f"{file} does not exist.\nA challenge folder needs it; `judge new ID` writes one."
        ) from None
    except UnicodeDecodeError:
        raise ChallengeError(f"{file} is not UTF-8 text.\nSave it as UTF-8.") from None
    except OSError as error:
        raise ChallengeError(f"{file} cannot be read: {error.strerror}.") from None


def first_double(names: list[str]) -> str | None:
    """The first name that occurs more than once."""
    return next((name for name in names if names.count(name) > 1), None)
