"""The hostile submissions of this folder, and what each says it must get."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from judge.sandbox import Worker
from judge.sandbox.process import ProcessSandbox

FOLDER = Path(__file__).parent
CHALLENGE = FOLDER / "challenge"
PROGRAMS = FOLDER / "programs"
FAMILIES = (
    "values",
    "patching",
    "objects",
    "frames",
    "exits",
    "exceptions",
    "hangs",
    "exhaustion",
    "leaks",
    "escapes",
    "hidden_memory",
    "detection",
    "gradients",
    "display",
    "sources",
)
OUTCOMES = ("failed", "crashed", "exceeded", "refused", "not attempted", "broken", "open")
_FIELD = re.compile(r"# (attack|family|outcome|outcome\(reduced\)|tests|marker): (.+)")


@dataclass(frozen=True)
class Attack:
    """One hostile submission. `reduced` is its outcome without Landlock and seccomp."""

    path: Path
    sentence: str
    family: str
    outcome: str
    reduced: str
    tests: tuple[str, ...]
    marker: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def line(self) -> str:
        """What it writes to stdout when it runs."""
        return f"ATTACK RAN {self.name}"

    @property
    def runs_when_graded(self) -> bool:
        """Whether grading gets as far as to run it."""
        return not self.marker.startswith("it would write")

    def expected(self, level: str) -> str:
        return self.outcome if level == "full" else self.reduced


def read_attack(path: Path) -> Attack:
    """An attack by its header: lines of `# field: text`, the first of the file."""
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _FIELD.fullmatch(line)
        if found is None:
            break
        fields[found.group(1)] = found.group(2)
    return Attack(
        path=path,
        sentence=fields["attack"],
        family=fields["family"],
        outcome=fields["outcome"],
        reduced=fields.get("outcome(reduced)", fields["outcome"]),
        tests=tuple(fields["tests"].split(", ")),
        marker=fields["marker"],
    )


def attacks(families: Sequence[str] = FAMILIES) -> list[Attack]:
    """All attacks of these families, in a fixed order."""
    return [
        read_attack(path)
        for family in families
        for path in sorted((PROGRAMS / family).glob("*.py"))
    ]


class ListeningSandbox(ProcessSandbox):
    """Keeps what its workers printed, also those that died."""

    def __init__(self, packages: Sequence[str]) -> None:
        super().__init__(packages)
        self._heard: list[str] = []

    @contextlib.contextmanager
    def worker(self, memory: int) -> Iterator[Worker]:
        with super().worker(memory) as worker:
            try:
                yield worker
            finally:
                self._heard.append(worker.output())

    def heard(self) -> str:
        """What was printed since the last look."""
        heard, self._heard = "".join(self._heard), []
        return heard
