"""A report as JUnit XML, as GitLab and the usual actions of GitHub read it.

*failed*, *crashed* and *exceeded* become failures, *broken* an error, *not run* and *not
attempted* skipped tests; the element's `type` keeps the exact outcome. Readers differ in whether
they show the `message` attribute, so the text repeats it.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from judge.report import summary
from judge.report.clean import block, one_line
from judge.report.message import View, message_lines, message_text
from judge.results import Outcome, Raised, Report, Status, Verdict

_ELEMENTS = {
    Status.FAILED: "failure",
    Status.CRASHED: "failure",
    Status.EXCEEDED: "failure",
    Status.BROKEN: "error",
    Status.NOT_RUN: "skipped",
    Status.NOT_ATTEMPTED: "skipped",
}
_NAME = 160


Names = set[tuple[str, str]]  # classes and names that are taken


def junit_xml(report: Report, view: View = "student") -> str:
    """The report as an XML 1.0 document.

    A submission that was refused, and a report that is broken without a test being so, appear
    as one case named `submission`: a pipeline must see that something is wrong.
    """
    own = suite(report, view, set())
    root = ET.Element("testsuites", {**own.attrib, "name": "judge"})
    root.append(own)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def suite(report: Report, view: View, taken: Names, owner: str = "") -> ET.Element:
    """The suite of one report; `owner` tells it from other reports of the same challenge."""
    name = one_line(".".join(part for part in (owner, report.challenge.id) if part), _NAME)
    found = ET.Element("testsuite", name=name)
    _whole(found, report, taken)
    for outcome in report.tests:
        _case(found, report, outcome, view, taken)
    counts = {
        "tests": str(len(found)),
        "failures": str(len(found.findall("testcase/failure"))),
        "errors": str(len(found.findall("testcase/error"))),
        "skipped": str(len(found.findall("testcase/skipped"))),
        "time": _time(report.seconds),
    }
    found.attrib.update(counts)
    return found


def _whole(suite: ET.Element, report: Report, taken: Names) -> None:
    """The case that stands for the submission as a whole, where the tests do not tell."""
    told = any(test.status is Status.BROKEN for test in report.tests)
    if report.verdict is Verdict.REFUSED or (report.verdict is Verdict.BROKEN and not told):
        classname = suite.attrib["name"]
        name = _unique(classname, "submission", taken)
        case = ET.SubElement(suite, "testcase", classname=classname, name=name, time="0.000")
        tag = "failure" if report.verdict is Verdict.REFUSED else "error"
        _explain(case, tag, report.verdict, summary.reason(report), "")


def _case(
    suite: ET.Element,
    report: Report,
    outcome: Outcome,
    view: View,
    taken: Names,
) -> None:
    classname = one_line(f"{suite.attrib['name']}.{outcome.task}", _NAME)
    attributes = {
        "classname": classname,
        "name": _unique(classname, one_line(outcome.title or outcome.name, _NAME), taken),
        "time": _time(outcome.seconds),
    }
    case = ET.SubElement(suite, "testcase", {**attributes, **_place(report, outcome, view)})
    if outcome.status is not Status.PASSED:
        got, text = _got(outcome, view), message_text(outcome, view)
        _explain(case, _ELEMENTS[outcome.status], outcome.status, got, text)


def _explain(case: ET.Element, tag: str, kind: str, got: str, text: str) -> None:
    short = one_line(f"{kind}: {got}" if got else kind)
    whole = block("\n\n".join(dict.fromkeys(part for part in (short, text) if part)))
    ET.SubElement(case, tag, message=short, type=kind).text = f"{whole}\n"


def _got(outcome: Outcome, view: View) -> str:
    """What the message says under `got`, on one line."""
    label, told = "", []
    for line in message_lines(outcome, view):
        label = line.label or label
        if label == "got":
            told.append(line.text)
    return " ".join(told)


def _place(report: Report, outcome: Outcome, view: View) -> dict[str, str]:
    """File, and for a script the line that raised: readers mark it in the source."""
    file = summary.file_of(report)
    if file is None:
        return {}
    place = {"file": file}
    evidence = outcome.evidence
    shown = view == "instructor" or outcome.visibility == "public"
    if shown and isinstance(evidence, Raised) and evidence.frames and not evidence.frames[-1].label:
        place["line"] = str(evidence.frames[-1].line)
    return place


def _unique(classname: str, name: str, taken: Names) -> str:
    """The name, with a number where the class has it already: readers drop the second one."""
    candidate, number = name or "unnamed", 1
    while (classname, candidate) in taken:
        number += 1
        candidate = f"{name or 'unnamed'} ({number})"
    taken.add((classname, candidate))
    return candidate


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
