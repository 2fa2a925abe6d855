"""What a worker may read: the interpreter, the allowed packages, what the system needs to run."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import FileFinder, PathFinder
from pathlib import Path

ALWAYS = ("numpy", "msgspec")  # what the worker itself is made of
_SYSTEM = (
    *("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"),
    *("/dev/zero", "/dev/urandom", "/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo"),
)
_THIRD_PARTY = ("site-packages", "dist-packages")
_LIBRARY = re.compile(r"\.(so|dylib)(\.|$)")


def readable(packages: Sequence[str]) -> list[Path]:
    """Files and folders, each once; no folder holds the judge or a package that is not allowed."""
    private = _private()
    wanted = [*map(Path, _SYSTEM), *_standard_library(), *_shared_libraries()]
    for name in with_requirements((*ALWAYS, *packages)):
        wanted += _package(name)
    resolved = (path.resolve() for path in wanted if path.exists())
    return list(dict.fromkeys(part for path in resolved for part in _without(path, private)))


def essential(packages: Sequence[str]) -> list[Path]:
    """What must be readable for a worker to be of use: the folders it imports from."""
    found = [path for name in (*ALWAYS, *packages) for path in _package(name)]
    return [Path(os.__file__), *found]


def keep_listings() -> None:
    """Look through the folders of `sys.path` now, and never forget what is in them.

    A worker may open what lies in the standard library's folder, but not list it: others' packages
    lie below. Imports need the listing, which a forked process inherits.
    """
    PathFinder.find_spec("no_module_has_this_name")
    for folder in sys.path:
        finder = sys.path_importer_cache.get(folder)
        if isinstance(finder, FileFinder):
            finder.invalidate_caches = _nothing  # type: ignore[method-assign]  # the purpose


def _nothing() -> None:
    pass


def _standard_library() -> list[Path]:
    """Its folder, and the one of its extension modules where that is elsewhere."""
    dynamic = [Path(folder) for folder in sys.path if Path(folder).name == "lib-dynload"]
    return [Path(os.__file__).parent, *dynamic]


def _shared_libraries() -> Iterator[Path]:
    """The interpreter's own, which extension modules load on first use."""
    for prefix in {sys.base_prefix, sys.base_exec_prefix}:
        try:
            entries = list(Path(prefix, "lib").iterdir())
        except OSError:
            continue
        yield from (path for path in entries if _LIBRARY.search(path.name) and path.is_file())


def _package(name: str) -> list[Path]:
    """Where a package lies, with the shared libraries that its wheel brings along."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return []
    if spec is None:
        return []
    if not spec.submodule_search_locations:
        return [Path(spec.origin)] if spec.origin and spec.has_location else []
    folders = [Path(folder) for folder in spec.submodule_search_locations]
    return [*folders, *(folder.with_name(f"{name}.libs") for folder in folders)]


def with_requirements(packages: Sequence[str]) -> list[str]:
    """The packages and, but for our own, what they need in turn, by the names they install."""
    found = dict.fromkeys(packages)
    todo = [name for name in found if name not in ALWAYS]
    while todo:
        for name in _requirements(todo.pop()):
            if name not in found:
                found[name] = None
                todo.append(name)
    return list(found)


def _requirements(package: str) -> list[str]:
    from importlib import metadata  # costs 15 ms: not for NumPy alone

    try:
        lines = metadata.requires(package) or []
    except metadata.PackageNotFoundError:
        return []
    needed = [line for line in lines if "extra ==" not in line]
    names = [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in needed]
    modules = (name.lower().replace("-", "_") for name in names)
    # Many distributions share the package `nvidia`, each with a folder of its own in it.
    return ["nvidia" if name.startswith("nvidia_") else name for name in modules]


def _private() -> set[Path]:
    """Folders no rule may cover as a whole: installed packages, and where the judge lies."""
    roots = [*_SYSTEM[:4], sys.base_prefix + "/lib", sys.base_exec_prefix + "/lib"]
    installed = (
        folder
        for root in roots
        for name in _THIRD_PARTY
        for folder in Path(root).glob(f"python*/{name}")
    )
    judge = Path(__file__).parents[1]
    beside = (judge.with_name(name) for name in ("challenges", "solutions", "templates", "tests"))
    return {folder.resolve() for folder in (*installed, judge, *beside)}


def _without(path: Path, private: Iterable[Path]) -> Iterator[Path]:
    """`path`, or what lies in it when something private does too."""
    if path in private or path.name in _THIRD_PARTY:
        return
    inside = [folder for folder in private if folder.is_relative_to(path)]
    if not inside:
        yield path
        return
    for entry in path.iterdir():
        if not entry.is_symlink():  # where it leads has a rule of its own, or should have none
            yield from _without(entry, inside)
