"""The overview: what the class, or the models, come to, on one page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from judge.classroom.analysis import Analysis, Class
from judge.classroom.estimates import Estimate
from judge.classroom.models import Model, models
from judge.classroom.records import Pair
from judge.classroom.rows import Row
from judge.classroom.site import heatmap, items
from judge.classroom.site.page import Looks, document, link, name, percent, scrolled, text
from judge.report import figures
from judge.report.summary import VERDICTS

ESTIMATED = (
    "pass@k: the chance that one of k samples passes, unbiased (Chen et al. 2021), the mean over "
    "the challenges. Intervals of 95%: Wilson's for k = 1, a bootstrap for more."
)
_DISCRIMINATION = (
    "Discrimination is the correlation of passing a test with the points of the other tests, "
    "-1 to 1; near 0 the test does not tell the able from the others."
)


@dataclass(frozen=True)
class _Section:
    """A part of the page, and what the list of parts calls it."""

    id: str
    title: str
    body: str


def overview(analysis: Analysis, title: str, similar: Sequence[Pair] = ()) -> str:
    """The whole page."""
    sections = [part for part in _sections(analysis, similar) if part.body]
    links = "".join(f'<li><a href="#{part.id}">{part.title}</a></li>' for part in sections)
    parts = "".join(
        f'<section aria-labelledby="{part.id}"><h2 id="{part.id}">{part.title}</h2>'
        f"{part.body}</section>"
        for part in sections
    )
    body = (
        f"<header><h1>{text(title)}</h1>{_summary(analysis)}"
        f'<nav aria-label="parts of this page"><ul>{links}</ul></nav></header>'
        f"<main>{_filter(analysis)}{parts}</main>"
    )
    return document(title, body, Looks(("overview",), script="overview"))


def _sections(analysis: Analysis, similar: Sequence[Pair]) -> Iterator[_Section]:
    several = len(analysis.classes) > 1
    if analysis.samples:
        yield from _of_models(analysis)
    elif several:
        yield _Section("all", "Students by challenges", heatmap.by_challenges(analysis))
    for at, one in enumerate(analysis.classes):
        yield from _of_class(analysis, one, at)
    yield _Section("similar", "Worth a look: similar submissions", similar_pairs(similar, analysis))


def _of_models(analysis: Analysis) -> Iterator[_Section]:
    found, ids = models(analysis), [one.challenge for one in analysis.classes]
    yield _Section("pass", "pass@k", pass_table(found))
    for id, measure in (("solved", heatmap.SOLVED), ("points", heatmap.POINTS)):
        title = f"Models by challenges: {measure.label}"
        yield _Section(id, title, heatmap.by_models(found, ids, measure))


def _of_class(analysis: Analysis, one: Class, at: int) -> Iterator[_Section]:
    which = f": {text(one.challenge)}" if len(analysis.classes) > 1 else ""
    table = heatmap.legend() + heatmap.by_tests(one, "sample" if analysis.samples else "student")
    if analysis.samples:
        yield _Section(f"models{at}", f"Models by tests{which}", heatmap.models_by_tests(one))
        listed = figures.count(len(one.rows), "sample")
        table = f"<details><summary>{listed}, each with its tests</summary>{table}</details>"
    who = "Samples" if analysis.samples else "Students"
    yield _Section(f"tests{at}", f"{who} by tests{which}", table)
    yield _Section(f"points{at}", f"Points, times, memory{which}", _figures(one))
    if one.unrun:
        yield _Section(f"unrun{at}", f"Why no test ran{which}", items.unrun(one))
    if one.items:
        told = f'<p class="quiet">{_DISCRIMINATION}</p>'
        yield _Section(f"items{at}", f"Item analysis{which}", told + items.items(one))
        yield _Section(f"known{at}", f"Misconceptions{which}", items.misconceptions(one))


def _figures(one: Class) -> str:
    return f"<h3>Share of the points</h3>{items.histogram(one)}{items.spreads(one)}"


def _summary(analysis: Analysis) -> str:
    verdicts = ", ".join(f"{one.number} {VERDICTS[one.verdict]}" for one in analysis.verdicts)
    thing = "sample" if analysis.samples else "submission"
    rows = [("results", f"{figures.count(analysis.results, thing)}: {verdicts}")]
    for one in analysis.classes:
        told = figures.count(len(one.items), "hidden test")
        if one.points is not None:
            middle = (
                f"{figures.points(one.points.mean)}, median {figures.points(one.points.median)}"
            )
            told += f"; mean {middle} of {figures.points(one.possible)} points"
        rows.append((text(one.challenge), f"{text(one.title)}: {told}"))
    listed = "".join(f"<dt>{label}</dt><dd>{told}</dd>" for label, told in rows)
    return f'<dl class="facts">{listed}</dl>'


def _filter(analysis: Analysis) -> str:
    who = "models" if analysis.samples else "students"
    return (
        f'<div class="filter noprint"><label for="wanted">Show {who} with</label>'
        '<input id="wanted" type="search" autocomplete="off" spellcheck="false">'
        '<span id="found" role="status"></span></div>'
    )


# --- parts --------------------------------------------------------------------------------------


def pass_table(found: Sequence[Model]) -> str:
    """pass@k of each model, with its interval."""
    ks = sorted({one.k for model in found for one in model.estimates})
    heads = "".join(f'<th scope="col">pass@{k}</th>' for k in ks)
    rows = "".join(_passes(model, ks) for model in found)
    return f'<p class="quiet">{ESTIMATED}</p>' + scrolled(
        "pass@k of each model",
        f'<table><thead><tr><th scope="col">model</th><th scope="col">samples</th>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table>",
    )


def _passes(model: Model, ks: Sequence[int]) -> str:
    known = {one.k: one for one in model.estimates}
    cells = "".join(_estimate(known.get(k)) for k in ks)
    return (
        f'<tr><th scope="row">{name(model.name)}</th><td class="n">{model.samples}</td>{cells}</tr>'
    )


def _estimate(one: Estimate | None) -> str:
    if one is None:
        return '<td class="n">\u2013</td>'
    bounds = f"{one.low:.1%} to {one.high:.1%}"
    return f'<td class="n"><b>{one.value:.1%}</b> <span class="quiet">{bounds}</span></td>'


def similar_pairs(pairs: Sequence[Pair], analysis: Analysis) -> str:
    """Pairs of submissions to be looked at by a person, the most alike first; empty for none."""
    pages = {row.number: row for one in analysis.classes for row in one.rows}
    rows = ""
    for pair in sorted(pairs, key=lambda pair: -pair.share):
        left = _whose(pair.left, pages.get(pair.left_number))
        right = _whose(pair.right, pages.get(pair.right_number))
        rows += (
            f"<tr><td>{text(pair.challenge)}</td>{left}{right}"
            f'<td class="n">{percent(pair.share)}</td></tr>'
        )
    if not rows:
        return ""
    names = ("challenge", "one", "other", "in common")
    heads = "".join(f'<th scope="col">{word}</th>' for word in names)
    return "<p>Much in common proves nothing: look at both.</p>" + scrolled(
        "similar submissions",
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>",
    )


def _whose(student: str, row: Row | None) -> str:
    shown = name(student, row.sample if row else "")
    return f"<td>{link(row.number, shown) if row else shown}</td>"
