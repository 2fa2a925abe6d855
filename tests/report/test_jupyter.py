from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import UnknownNameError
from judge.report import terminal
from judge.report.bodies import LEFT_OUT
from judge.report.examples import GROWTH, NOT_RESCALED, QUESTIONS, Question, failing, report
from judge.report.jupyter import GROUNDS, Shown, html
from judge.report.message import WORDS
from judge.results import (
    Call,
    ChallengeInfo,
    Frame,
    HeadMarks,
    Isolation,
    Misconception,
    Places,
    Raised,
    Report,
    Status,
    SubmissionInfo,
)
from tests.report.generate import REPORTS
from tests.report.markup import ATTRIBUTES, TAGS, Strict, pictures
from tests.report.samples import SAMPLES, SUMS, hidden, hostile, secret

ATTACKS = st.text("<>\"'&=/ `;:()\n#!-[]onscriptmgalz", max_size=24) | st.sampled_from(
    [
        '"><img src=x onerror=alert(1)>',
        "' onload='alert(1)",
        "</svg><script>x</script>",
        "</pre></dd></details><b>",
        "--><style>*{}</style>",
        "&lt;script&gt;",
        "<![CDATA[",
    ]
)


def attacked(text: str) -> Report:
    """A report with a map and a curve, and this text wherever a text can stand."""
    found = Places(
        axis=text,
        tile=16,
        heads=(HeadMarks(label=text, marks="-:#"), HeadMarks(label=text, marks="---")),
        right=((0, 15),),
        first_wrong=16,
    )
    call = Call(text=text, inputs=(text,))
    value = msgspec.structs.replace(
        NOT_RESCALED, call=call, hint=text, quantity=text, against=text, places=found
    )
    frame = Frame(label=text, line=1, function=text, code=text)
    tests = tuple(
        msgspec.structs.replace(
            QUESTIONS[0].answered(Status.FAILED, evidence, misconception=known),
            **dict.fromkeys(("task", "name", "title", "about", "reason"), text),
        )
        for evidence, known in (
            (value, Misconception(name=text, text=text, match="fits")),
            (msgspec.structs.replace(GROWTH, call=call, hint=text, line=text), None),
            (Raised(phase="load", type=text, text=text, frames=(frame,)), None),
        )
    )
    return msgspec.structs.replace(
        report(tests, reason=text, notes=(text,)),
        challenge=ChallengeInfo(id=text, title=text, version=text),
        submission=SubmissionInfo(origin=text, sha256=text),
        isolation=Isolation(level="full", layers=(text,)),
    )


@settings(deadline=None, max_examples=100)
@given(REPORTS)
def test_the_html_is_closed_and_carries_no_scripts(shown: Report) -> None:
    page = Strict(html(Shown(shown, full=True)))
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES


@settings(deadline=None, max_examples=200)
@given(ATTACKS)
def test_no_text_becomes_a_tag_or_an_attribute(text: str) -> None:
    plain = Strict(html(Shown(attacked("x"), full=True)))
    page = html(Shown(attacked(f"x{text}"), full=True))
    assert Strict(page).shape() == plain.shape()
    assert len(pictures(page)) == sum(tag == "svg" for tag, _ in plain.seen)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_picture_is_xml_that_a_screen_reader_can_name_or_skip(name: str) -> None:
    for picture in pictures(html(Shown(SAMPLES[name](), full=True))):
        named = picture.get("role") == "img" and picture.get("aria-label")
        assert named or picture.get("aria-hidden") == "true"


def test_both_forms_are_offered() -> None:
    shown = Shown(failing())
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == terminal.text(failing())
    assert "\x1b" not in bundle["text/plain"]
    assert bundle["text/html"].startswith("<div")


def test_only_the_telling_messages_stand_open() -> None:
    assert html(Shown(failing())).count("<details open") == 2
    assert html(Shown(failing(), full=True)).count("<details open") == 5


def test_the_first_failing_test_of_each_task_is_the_open_one() -> None:
    page = html(Shown(failing()))
    opened = re.findall(r"<details open[^>]*><summary.*?</span> (.*?) <span", page)
    assert opened == [failing().tests[1].title, failing().tests[6].title]


def test_the_summary_says_all_in_words() -> None:
    head = html(Shown(failing())).partition("<details")[0]
    for words in ("FAILED", failing().challenge.title, "20 of 90 points", "1 crashed, 2 not run"):
        assert words in head
    assert [bar.get("aria-label") for bar in pictures(head)] == [
        "20 of 40 points",
        "0 of 50 points",
    ]
    assert head.count('scope="col"') == 3
    assert head.count('scope="row"') == 2
    for outcome in failing().tests:
        assert f">{WORDS[outcome.status]}</span> {outcome.title}" in html(Shown(failing()))


def test_a_value_with_places_has_a_map_and_the_sentence() -> None:
    page = html(Shown(failing()))
    assert "rows 0-16, 18, 19 are right in every head; first wrong row 17" in page
    assert "Where O is wrong. b0 h0: tile 1 right, tile 2 half wrong" in page


def test_a_growth_has_a_curve() -> None:
    assert "Memory use against N. 1.4 MB at N = 1024" in html(Shown(failing()))


def test_the_lines_of_code_keep_their_shape() -> None:
    page = html(Shown(failing()))
    code = re.findall(r"<dd style=\"([^\"]*)\">cell 4, line 2, in step\n    return dP", page)
    assert len(code) == 1
    assert "white-space:pre-wrap" in code[0]


def test_nothing_is_drawn_of_a_hidden_test_for_its_student() -> None:
    tests = tuple(
        secret(SUMS.answered(Status.FAILED, evidence)) for evidence in (NOT_RESCALED, GROWTH)
    )
    bars = 1
    assert len(pictures(html(Shown(report(tests), full=True)))) == bars
    assert len(pictures(html(Shown(report(tests), full=True, view="instructor")))) > bars + 2


def test_nothing_is_drawn_of_a_test_that_was_not_run() -> None:
    tests = (SUMS.answered(Status.NOT_RUN, GROWTH), SUMS.answered(Status.PASSED, NOT_RESCALED))
    assert len(pictures(html(Shown(report(tests), full=True)))) == 1


def large(many: int, text: str) -> Report:
    """A report of as many failed tests, each with the largest map."""
    heads = tuple(
        HeadMarks(label=f"b{at // 4} h{at % 4}", marks="".join(rotated(at))) for at in range(20)
    )
    places = Places(axis="row", tile=16, heads=heads, right=(), first_wrong=0)
    value = msgspec.structs.replace(NOT_RESCALED, places=places, against=text)
    tests = (
        Question("forward" if at % 2 else "backward", f"{at} {text}", text, 1).answered(
            Status.FAILED, value
        )
        for at in range(many)
    )
    return report(tuple(tests))


def rotated(by: int) -> str:
    return ("-:#.*-" * 12)[by % 6 :]


@pytest.mark.parametrize("text", ["the sums are right", "'<&>\"" * 200, "\u6f22" * 900])
@pytest.mark.parametrize("full", [False, True])
def test_a_report_of_sixty_tests_stays_below_200_kb(text: str, full: bool) -> None:
    page = html(Shown(large(60, text), full=full))
    assert len(page.encode()) < 200_000
    assert Strict(page).tags <= TAGS
    assert page.count("<summary") >= 60


def test_where_room_is_short_the_open_messages_keep_their_maps() -> None:
    page = html(Shown(large(60, "the sums are right")))
    opened = [text.partition("</dl>")[0] for text in page.split("<details open")[1:]]
    assert len(opened) == 2
    assert all("<svg" in text for text in opened)
    closed = page.split('<details style="margin:2px 0">')[1:]
    told = [text.partition("</dl>")[0] for text in closed]
    assert "<svg" in told[0]
    assert "<svg" not in told[-1]
    assert all("first wrong row 0, in the first tile" in text for text in told)
    assert LEFT_OUT not in page


def test_what_has_no_room_at_all_is_said_to_be_left_out() -> None:
    page = html(Shown(large(60, "'<&>\"" * 200)))
    assert page.count(LEFT_OUT) + page.count("<dl") == 60
    assert page.count(LEFT_OUT) > 0
    assert "<dl" in page.partition("<details open")[2].partition("</details>")[0]


def test_why_a_task_was_not_attempted_needs_no_opening() -> None:
    page = html(Shown(SAMPLES["half_done"]())).partition("<b>backward</b>")[2]
    first = page.partition("<details")[0]
    assert "Not attempted: `flash_attention_bwd` still raises NotImplementedError" in first


def test_what_was_left_out_is_told_before_the_tests() -> None:
    page = html(Shown(SAMPLES["notes"]()))
    assert page.count("Note: ") == page.partition("<details")[0].count("Note: ") > 0


def test_the_command_to_repeat_is_where_the_next_step_says() -> None:
    head, _, rest = html(Shown(SAMPLES["broken"]())).partition("with the command below")
    assert "--seed" not in head
    assert "--seed" in rest


def test_one_test_can_be_asked_for() -> None:
    page = html(Shown(failing(), only=failing().tests[3].name))
    assert page.count("<details open") == page.count("<details") == 1
    with pytest.raises(UnknownNameError):
        html(Shown(failing(), only="no_such_test"))


def test_hostile_text_stays_text() -> None:
    page = html(Shown(hostile(), full=True))
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "\u202e" not in page


def test_the_student_sees_no_evidence_of_hidden_tests() -> None:
    assert "1.1645" not in html(Shown(hidden(), full=True))
    assert "1.1645" in html(Shown(hidden(), full=True, view="instructor"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_can_be_shown(name: str) -> None:
    page = Strict(html(Shown(SAMPLES[name]())))
    assert "p" in page.tags


@pytest.mark.parametrize("ground", sorted(set(GROUNDS.values())))
def test_white_letters_are_readable_on_every_ground(ground: str) -> None:
    parts = [int(ground[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.5
