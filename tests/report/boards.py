"""What functions other than check() show, by name: progress, hints, notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from judge.catalogue import Entry, TaskEntry, Track
from judge.hints import Hint
from judge.progress import Progress, Tally
from judge.report import panels
from judge.report.panels import Panel
from judge.report.standing import Dashboard, dashboard

TRACKS = (
    Track("fundamentals", "Fundamentals", "The pieces."),
    Track("attention", "Attention", "Positions that look at each other."),
    Track("kernels", "Kernels", "The same numbers with less memory."),
)
HINTS = (
    "Keep a running maximum m and a running sum l for each row of Q.",
    "When a tile raises m, everything summed so far has to shrink by exp(m_old - m_new).",
    "acc = acc * exp(m - m_new)[:, None] + p @ v, and l the same way.",
)


def entry(id: str, title: str, track: str, level: str, points: float) -> Entry:
    tasks = (TaskEntry("forward", f"{id}(x)", points),)
    return Entry(id, title, track, level, "1.0", "numpy", tasks, 5, "A statement.")


ENTRIES = (
    entry("relu", "The rectified linear unit", "fundamentals", "easy", 10),
    entry("softmax_numpy", "A softmax that does not overflow", "fundamentals", "easy", 10),
    entry("causal_attention", "Causal attention", "attention", "medium", 10),
    entry("mha", "Multi-head attention", "attention", "hard", 20),
    entry("flash_attention", "Flash attention, forward and backward", "kernels", "hard", 100),
    entry("flash_attention_torch", "Flash attention in torch", "kernels", "hard", 20),
)
SOLVED = Tally(
    attempts=3,
    earned=10.0,
    possible=10.0,
    seconds=0.131,
    solved="2026-03-01T10:11:12+00:00",
    verdict="passed",
    checked="2026-03-02T08:00:00+00:00",
    hints={"forward": 1},
)
HALF = {
    "relu": SOLVED,
    "softmax_numpy": Tally(verdict="not attempted", checked="2026-03-03T08:00:00+00:00"),
    "mha": Tally(attempts=1, verdict="refused", checked="2026-03-04T08:00:00+00:00"),
    "flash_attention": Tally(
        attempts=112,
        earned=62.5,
        possible=100.0,
        seconds=12.31,
        verdict="failed",
        checked="2026-03-05T08:00:00+00:00",
        hints={"forward": 3, "backward": 1},
    ),
}


def board(tallies: Mapping[str, Tally]) -> Dashboard:
    return dashboard(ENTRIES, TRACKS, Progress(tallies))


def full() -> dict[str, Tally]:
    """Every challenge solved with all its points."""
    return {
        one.id: Tally(
            attempts=2,
            earned=one.points,
            possible=one.points,
            seconds=1.5,
            solved="2026-03-09T10:11:12+00:00",
            verdict="passed",
            checked="2026-03-09T10:11:12+00:00",
        )
        for one in ENTRIES
    }


def hint(step: int, *, repeated: bool = False, solved: bool = False) -> Hint:
    earlier = HINTS[: step - 1]
    total = len(HINTS)
    return Hint(
        "flash_attention", "forward", step, total, HINTS[step - 1], repeated, earlier, solved
    )


BOARDS: dict[str, Callable[[], Panel]] = {
    "status_empty": lambda: panels.status(board({})),
    "status_half": lambda: panels.status(board(HALF)),
    "status_full": lambda: panels.status(board(full())),
    "status_note": lambda: panels.status(
        dashboard((), (), Progress()), ["progress.json is damaged; the next check sets it aside."]
    ),
    "hint_first": lambda: panels.hint(hint(1)),
    "hint_second": lambda: panels.hint(hint(2)),
    "hint_last": lambda: panels.hint(hint(3)),
    "hint_again": lambda: panels.hint(hint(3, repeated=True)),
    "hint_solved": lambda: panels.hint(hint(3, solved=True)),
    "notice": lambda: panels.notice("Forgotten: all progress."),
    "mistake": lambda: panels.notice(
        "There is no challenge 'sofmax'. Did you mean softmax?\n`judge list` shows all there are."
    ),
}
