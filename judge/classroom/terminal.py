"""What a class comes to, as lines for a terminal; `plain` of `judge.report.layout` makes text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.analysis import Analysis, Class, Item, Spread
from judge.classroom.estimates import Estimate
from judge.classroom.models import models
from judge.classroom.moved import Moved, Movement, Stand
from judge.classroom.records import Pair
from judge.report import figures
from judge.report.clean import one_line
from judge.report.layout import Row, Span, Style
from judge.report.lines import columns, cut, pad
from judge.report.message import MIN_WIDTH, WIDTH
from judge.report.summary import VERDICTS
from judge.results import Verdict

SHOWN = 40  # students
_HARDEST = 5
_COMMONEST = 5
_TURNED = 3  # tests that changed, named
_NAME = 16  # columns of a model's name
_CELL = 13  # and of an estimate
_STYLES: dict[Verdict, Style] = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "bad",
    Verdict.NOT_ATTEMPTED: "quiet",
    Verdict.REFUSED: "warn",
    Verdict.BROKEN: "ours",
}
_WORD = max(map(len, VERDICTS.values()))


def rows(analysis: Analysis, width: int = 80, *, everybody: bool = False) -> list[Row]:
    """The summary: each challenge, then pass@k of models; students up to 40, or `everybody`."""
    page = _Page(analysis, max(MIN_WIDTH, min(width, WIDTH)), everybody)
    return [tuple(span for span in row if span.text) for row in page.rows()]


def movement(found: Movement, width: int = 80) -> list[Row]:
    """Who moved: a line each, and below it the tests whose outcome changed."""
    width = max(MIN_WIDTH, min(width, WIDTH))
    lines: list[Row] = []
    for moved in found.moved:
        lines += _moved(moved, width)
    return [*lines, *([()] if lines else []), _sum(found)]


def alike(pairs: Sequence[Pair], width: int = 80) -> list[Row]:
    """Pairs of submissions with much code in common, a line each."""
    if not pairs:
        return [(Span("No two submissions have so much of their code in common."),)]
    width = max(MIN_WIDTH, min(width, WIDTH))
    half = (width - 8) // 2
    lines: list[Row] = [(Span("Much in common proves nothing: look at both.", "quiet"),)]
    several = len({source for pair in pairs for source in _sources(pair)}) > len(
        {who for pair in pairs for who in (pair.left, pair.right)}
    )
    for pair in pairs:
        both = _sources(pair) if several else (pair.left, pair.right)
        left, right = (cut(one_line(one), half - 2) for one in both)
        share = f"{pair.share:.0%}"
        lines.append((Span(f"{share:>5}  "), Span(f"{pad(left, half)}{right}")))
    return lines


def _sources(pair: Pair) -> tuple[str, str]:
    return pair.left_source, pair.right_source


@dataclass(frozen=True)
class _Page:
    analysis: Analysis
    width: int
    everybody: bool

    def rows(self) -> Iterator[Row]:
        thing = "sample" if self.analysis.samples else "submission"
        yield (Span(figures.count(self.analysis.results, thing), "strong"),)
        yield from self._verdicts()
        if self.analysis.samples:
            yield from self._passes()
        for one in self.analysis.classes:
            yield ()
            yield from self._class(one)

    def _verdicts(self) -> Iterator[Row]:
        """How many of each, on one line where there is room."""
        row: list[Span] = []
        used = 0
        for one in self.analysis.verdicts:
            span = Span(f"  {one.number:,} {VERDICTS[one.verdict]}", _STYLES[one.verdict])
            if used + len(span.text) > self.width:
                yield tuple(row)
                row, used = [], 0
            row.append(span)
            used += len(span.text)
        yield tuple(row)

    def _class(self, one: Class) -> Iterator[Row]:
        title = f"  {one_line(one.title)}"
        name = cut(one_line(one.challenge), self.width // 2)
        yield Span(name, "strong"), Span(cut(title, self.width - columns(name)), "quiet")
        if one.points is not None:
            yield (Span(f"  points    {_told(one.points)} of {figures.points(one.possible)}"),)
        if one.seconds is not None:
            told = f"  seconds   median {figures.seconds(one.seconds.median)}"
            yield (Span(f"{told}, the longest {figures.seconds(one.seconds.most)}"),)
        yield from self._hardest(one)
        yield from self._misconceptions(one)
        yield from self._unrun(one)
        if not self.analysis.samples:
            yield from self._students(one)

    def _hardest(self, one: Class) -> Iterator[Row]:
        ran = [item for item in one.items if item.ran and item.passed < item.ran]
        ran.sort(key=lambda item: item.passed / item.ran)
        if ran:
            yield ()
            yield (Span("  hardest tests", "quiet"),)
        for item in ran[:_HARDEST]:
            passed = f"{item.passed} of {item.ran} pass"
            yield from self._listed(passed, one_line(item.title))
        for remark in ("nobody passes", "everybody passes"):
            found = [item for item in one.items if item.remark == remark]
            if found:
                yield from self._listed(remark, _names(found))

    def _misconceptions(self, one: Class) -> Iterator[Row]:
        if one.misconceptions:
            yield ()
            yield (Span("  commonest misconceptions", "quiet"),)
        for found in one.misconceptions[:_COMMONEST]:
            told = f"{one_line(found.name, 60)}: {one_line(found.text)}"
            yield from self._listed(str(found.count), told)

    def _unrun(self, one: Class) -> Iterator[Row]:
        if one.unrun:
            yield ()
            yield (Span("  why no test ran", "quiet"),)
        for found in one.unrun[:_COMMONEST]:
            yield from self._listed(str(len(found.numbers)), found.reason)
        if left := sum(len(found.numbers) for found in one.unrun[_COMMONEST:]):
            yield from self._listed(str(left), "for other reasons")

    def _listed(self, label: str, text: str) -> Iterator[Row]:
        first = max(18, columns(label) + 2)
        yield Span(f"  {pad(label, first)}"), Span(cut(text, self.width - first - 2))

    def _students(self, one: Class) -> Iterator[Row]:
        yield ()
        yield (Span("  students", "quiet"),)
        shown = one.rows if self.everybody else one.rows[:SHOWN]
        points = max((len(figures.points(row.earned)) for row in shown), default=0)
        room = self.width - points - _WORD - 13
        names = [cut(one_line(row.student), room) for row in shown]
        widest = max(map(columns, names), default=0)
        for row, name in zip(shown, names, strict=True):
            yield (
                Span(f"  {pad(name, widest)}  {figures.points(row.earned):>{points}}  "),
                Span(VERDICTS[row.verdict].ljust(_WORD + 2), _STYLES[row.verdict]),
                Span("late" if row.late else "", "warn"),
            )
        if len(shown) < len(one.rows):
            yield (Span(f"  and {len(one.rows) - len(shown)} more: --all shows them", "quiet"),)

    def _passes(self) -> Iterator[Row]:
        """Two lines for each model: pass@k, and below it the bounds of the intervals."""
        found = models(self.analysis)
        ks = [one.k for one in max((model.estimates for model in found), key=len, default=())]
        names = [cut(one_line(model.name), _NAME) for model in found]
        first = max([5, *map(columns, names)]) + 2
        ks = ks[: (self.width - first - 9) // _CELL]
        yield ()
        heads = "".join(f"{f'pass@{k}':<{_CELL}}" for k in ks)
        yield (Span(f"{pad('model', first)}{'samples':>7}  {heads}", "quiet"),)
        for name, model in zip(names, found, strict=True):
            known = {one.k: one for one in model.estimates}
            shown = [known.get(k) for k in ks]
            values = "".join(f"{f'{one.value:.1%}' if one else '-':<{_CELL}}" for one in shown)
            yield Span(f"{pad(name, first)}{model.samples:>7}  "), Span(values, "strong")
            yield (Span(" " * (first + 9) + "".join(map(_bounds, shown)), "quiet"),)
        yield (Span("below each: the interval of 95%, in %", "quiet"),)


def _bounds(one: Estimate | None) -> str:
    """`38.2-51.9` in its column."""
    return f"{f'{one.low * 100:.1f}-{one.high * 100:.1f}' if one else '':<{_CELL}}"


def _told(spread: Spread) -> str:
    return f"mean {figures.points(spread.mean)}, median {figures.points(spread.median)}"


def _names(items: Sequence[Item]) -> str:
    return ", ".join(one_line(item.title) for item in items)


# --- who moved ----------------------------------------------------------------------------------


def _moved(moved: Moved, width: int) -> Iterator[Row]:
    who = " ".join(one_line(part, 60) for part in (moved.student, moved.sample) if part)
    gain = figures.points(abs(moved.gain))
    sign = "+" if moved.gain > 0 else "-" if moved.gain < 0 else " "
    style: Style = "good" if moved.gain > 0 else "bad" if moved.gain < 0 else ""
    told = f"{_stood(moved.before)} -> {_stood(moved.after)}"
    name = cut(f"{who}  {one_line(moved.challenge, 60)}", width // 2)
    yield Span(f"{sign}{gain:<5} ", style), Span(f"{name}  ", "strong"), Span(told)
    for turned in moved.turned[:_TURNED]:
        change = f"{turned.before or 'no such test'} -> {turned.after or 'no such test'}"
        room = width - len(change) - 10
        yield Span(f"        {cut(one_line(turned.title), room)}: "), Span(change, "quiet")
    left = len(moved.turned) - _TURNED
    if left > 0:
        yield (Span(f"        and {figures.count(left, 'test')} more", "quiet"),)


def _stood(stand: Stand | None) -> str:
    if stand is None:
        return "nothing"
    return f"{figures.points(stand.earned)} {VERDICTS[stand.verdict]}"


def _sum(found: Movement) -> Row:
    up = sum(one.gain > 0 for one in found.moved)
    down = sum(one.gain < 0 for one in found.moved)
    other = len(found.moved) - up - down
    still = found.compared - len(found.moved)
    told = f"{up} up, {down} down, {other} otherwise changed, {still} as before"
    return Span(figures.count(found.compared, "result"), "strong"), Span(f": {told}")
