"""What `judge doctor` found, as lines of rich text and as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from judge.report import clean

if TYPE_CHECKING:
    from judge.doctor import Examination, Witness

_LABEL = 11
_LEVELS = {
    "full": "full: submissions are kept in by two layers of the kernel",
    "reduced": "reduced: it lacks what full needs",
    "none": "none: no worker answered",
}
# What is not there without a package that only some need; all others are needed by everybody.
_WITHOUT = {
    "torch": 'torch challenges need it: pip install "flashjudge[torch]"',
    "ipykernel": "notebooks do not run in this Python; their files are checked all the same",
    "watchfiles": "`judge watch` looks at the file twice a second instead, which will do",
    "distributed": 'only --cluster needs it: pip install "flashjudge[cluster]"',
    "copydetect": 'only --similar needs it: pip install "flashjudge[similarity]"',
    "sqlite3": "`judge grade` keeps its results with it: take a Python that was built with it",
}


def lines(found: Examination) -> list[Text]:
    """For a person."""
    return [_row(label, text, bad=bad) for label, text, bad in _rows(found)]


def as_data(found: Examination) -> dict[str, Any]:
    """For a program."""
    witnesses = {w.name: {"works": w.works, "seen_bytes": w.seen} for w in found.witnesses}
    return {"schema": 1, "works": found.works, **asdict(found), "witnesses": witnesses}


def _rows(found: Examination) -> Iterator[tuple[str, str, bool]]:
    yield "judge", found.judge, False
    yield "python", f"{found.python}, {found.executable}", False
    yield "platform", found.platform, False
    yield "isolation", _LEVELS.get(found.level, found.level), found.level != "full"
    yield "layers", ", ".join(found.layers) or "none", False
    for number, (layer, why) in enumerate(found.missing.items()):
        yield "" if number else "missing", f"{layer}: {why}", True
    yield "worker", _worker(found), found.problem is not None
    yield from _probes(found)
    for number, witness in enumerate(found.witnesses):
        yield "" if number else "memory", _seen(witness), not witness.works
    for number, (name, version) in enumerate(found.packages.items()):
        missed = version is None and name not in _WITHOUT
        yield "" if number else "packages", _package(name, version), missed
    yield "progress", found.progress_folder, False
    yield "", "", False
    if found.works:
        yield "verdict", "submissions can be checked here", False
    else:
        yield "verdict", "submissions cannot be checked here: see what is marked with !", True


def _worker(found: Examination) -> str:
    if found.problem is not None:
        return f"does not answer: {found.problem}"
    start, answer = (1000 * (s or 0.0) for s in (found.start_seconds, found.answer_seconds))
    return f"answers; the first after {start + answer:.0f} ms, each further one {answer:.0f} ms"


def _probes(found: Examination) -> Iterator[tuple[str, str, bool]]:
    """How many held, and each that did not."""
    if not found.probes:
        return
    tried = [probe for probe in found.probes if probe.applies]
    held = sum(probe.held for probe in tried)
    text = f"{held} of {len(tried)} tries to get out were withstood"
    yield "probes", text, held < len(tried)
    for probe in found.probes:
        if not probe.held:
            text = f"{probe.probe}: {probe.status}: {clean.one_line(probe.why)}"
            yield "", text, probe.applies


def _package(name: str, version: str | None) -> str:
    if version is not None:
        return f"{name} {version}"
    without = f": {_WITHOUT[name]}" if name in _WITHOUT else ""
    return f"{name} not installed{without}"


def _seen(witness: Witness) -> str:
    word = "seen" if witness.works else "NOT seen"
    return f"{witness.name}: {witness.expected / 2**20:.0f} MiB of a probe were {word}"


def _row(label: str, text: str, *, bad: bool) -> Text:
    line = Text(overflow="fold")
    line.append(f"{label:<{_LABEL}}", "dim")
    line.append(f"! {text}" if bad else text, "bold red" if bad else "")
    return line
