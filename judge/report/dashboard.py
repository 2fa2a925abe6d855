"""The student's progress by track in a terminal: a line for each challenge, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from judge.report import figures
from judge.report.clean import one_line
from judge.report.lines import columns, cut, pad
from judge.report.standing import Dashboard, Group, Standing, Step

_BAR = 10
_LEAST_BAR = 4
_GUTTER = 10  # columns of a label, as in a report
_GAP = 2  # columns between two others; one where that saves a column
_WORD = 20
_TITLE = 40
_NARROW = 50
_DROPPED = ("time", "last check", "attempts", "solved")  # where the width does not suffice


@dataclass(frozen=True)
class _Line:
    """What one line of the table says: of a track, or of a challenge."""

    name: str
    share: float
    points: str
    attempts: int
    time: str
    solved: str
    last: str
    style: str
    strong: bool = False


@dataclass(frozen=True)
class _Column:
    """The cells of a column, all of one width."""

    heading: str
    cells: tuple[Text, ...]
    right: bool = False

    @property
    def width(self) -> int:
        return max(columns(self.heading), *(cell.cell_len for cell in self.cells))

    def padded(self) -> Iterator[Text]:
        """The heading, then the cells."""
        for cell in (Text(self.heading, "dim"), *self.cells):
            space = Text(" " * (self.width - cell.cell_len))
            yield space + cell if self.right else cell + space


def lines(board: Dashboard, width: int = 80) -> list[Text]:
    """The dashboard on lines of at most `width` columns."""
    width = max(width, _NARROW)
    told = [line for group in board.tracks for line in _told(group)]
    table = _table(told, width) if told else []
    sums = f"{_of(board.whole)} solved, {_points(board.whole, 'of')} points"
    following = [*_steps(board, width)]
    return [*table, Text(), _cut(Text(sums), width), *following]


def score(row: Standing | Group) -> str:
    """`4 of 10`."""
    return _points(row, "of")


def day(time: str | None) -> str:
    """The day of an ISO time."""
    return one_line(time or "", _WORD)[:10]


def verdict(row: Standing) -> str:
    """What the last check came to."""
    return one_line(row.tally.verdict or "", _WORD)


def fastest(row: Standing) -> str:
    """How long the best check took, if there was one."""
    return figures.seconds(row.tally.seconds) if row.tally.possible else ""


def nothing_left(board: Dashboard) -> str:
    """Why there is no next step."""
    return "Everything is solved." if board.tracks else "There are no challenges here."


def so_far(step: Step) -> str:
    """The title of a challenge, and the points so far if it was begun."""
    title = one_line(step.row.entry.title, _TITLE)
    return f"{score(step.row)} points so far: {title}" if step.begun else title


# --- the table --------------------------------------------------------------------------------


def _told(group: Group) -> Iterator[_Line]:
    title, points = one_line(group.title, _TITLE), _points(group, "/")
    plain = _Line(title, group.share, points, group.attempts, "", _of(group), "", "", strong=True)
    yield plain
    for row in group.rows:
        yield replace(
            plain,
            name=f"  {one_line(row.entry.id, _TITLE)}",
            share=row.share,
            points=_points(row, "/"),
            attempts=row.tally.attempts,
            time=fastest(row),
            solved=day(row.tally.solved),
            last=verdict(row),
            style="green" if row.tally.solved else "yellow" if row.tally.checked else "",
            strong=False,
        )


def _table(told: Sequence[_Line], width: int) -> list[Text]:
    """The columns that the width has room for, the bars as long as it lets them be."""
    found, gap = _fitted(_columns(told, _LEAST_BAR), width)
    bar = min(_LEAST_BAR + max(width - _total(found, gap), 0), _BAR)
    kept = {column.heading for column in found}
    wide = [column for column in _columns(told, bar) if column.heading in kept]
    rows = zip(*(column.padded() for column in wide), strict=True)
    first, *rest = (_cut(Text(" " * gap).join(cells), width) for cells in rows)
    return [first, *_parted(rest, told)]


def _fitted(found: list[_Column], width: int) -> tuple[list[_Column], int]:
    """The columns to show, and the columns of space between them."""
    gap = _GAP if _total(found, _GAP) <= width else 1
    for heading in _DROPPED:
        if _total(found, gap) > width:
            found = [column for column in found if column.heading != heading]
    return found, gap


def _columns(told: Sequence[_Line], bar: int) -> list[_Column]:
    points = max(len(line.points) for line in told)
    return [
        _Column("", tuple(Text(line.name, "bold" if line.strong else "") for line in told)),
        _Column("best points", tuple(_best(line, bar, points) for line in told)),
        _Column("attempts", _plain([str(line.attempts or "") for line in told]), right=True),
        _Column("time", _plain([line.time for line in told]), right=True),
        _Column("solved", _plain([line.solved for line in told])),
        _Column("last check", tuple(Text(line.last, line.style) for line in told)),
    ]


def _plain(cells: Sequence[str]) -> tuple[Text, ...]:
    return tuple(map(Text, cells))


def _best(line: _Line, bar: int, points: int) -> Text:
    full = figures.filled(line.share, bar)
    return Text.assemble(("#" * full, "green"), ("." * (bar - full), "dim"), " ").append(
        f"{line.points:>{points}}"
    )


def _total(found: Sequence[_Column], gap: int) -> int:
    return sum(column.width for column in found) + gap * (len(found) - 1)


def _parted(texts: Sequence[Text], told: Sequence[_Line]) -> Iterator[Text]:
    """An empty line before each track but the first."""
    for index, (text, line) in enumerate(zip(texts, told, strict=True)):
        if line.strong and index:
            yield Text()
        yield text


# --- what comes next --------------------------------------------------------------------------


def _steps(board: Dashboard, width: int) -> Iterator[Text]:
    yield Text()
    following, begun = board.following, board.begun
    if following is None:
        yield Text(f"{'next':<{_GUTTER}}{nothing_left(board)}")
        return
    commands = [step.command for step in (begun, following) if step]
    wide = max(map(columns, commands))
    if begun is not None:
        yield _step("go on", begun, wide, width)
    yield _step("next", following, wide, width)


def _step(label: str, step: Step, wide: int, width: int) -> Text:
    line = Text(no_wrap=True)
    line.append(f"{label:<{_GUTTER}}", "dim").append(pad(step.command, wide))
    room = width - line.cell_len - _GAP
    if room > _WORD:  # a command is never cut
        line.append(" " * _GAP + cut(so_far(step), room), "dim")
    line.rstrip()
    return line


def _points(row: Standing | Group, between: str) -> str:
    joint = between if between == "/" else f" {between} "
    earned = row.tally.earned if isinstance(row, Standing) else row.earned
    return f"{figures.points(earned)}{joint}{figures.points(row.possible)}"


def _of(group: Group) -> str:
    return f"{group.solved} of {len(group.rows)}"


def _cut(line: Text, width: int) -> Text:
    line.no_wrap = True
    line.truncate(width, overflow="crop")
    line.rstrip()
    return line
