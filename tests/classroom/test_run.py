"""A run: what is graded, what is known already, what a fault of ours leaves behind."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import pytest
from msgspec import structs

from judge.catalogue import bundled
from judge.challenge import load_tests, read_challenge, reference_submission
from judge.classroom.records import Collection, Handed, Refusal
from judge.classroom.run import Conditions, Count, Desk, Run
from judge.classroom.store import Store
from judge.errors import SubmissionError, UserError
from judge.results import Isolation, Status, Verdict, to_data
from judge.submission import Submission, submission_from_cells
from judge.verdict import outcome_of, report_of

ID = "softmax_numpy"


@dataclass
class Fake:
    """Grades as told, without running anything, and remembers what it was asked."""

    tmp: Path
    status: Status = Status.PASSED
    problem: dict[str, Any] | None = None
    lost: Exception | None = None  # what a cluster raises in place of an answer
    asked: list[dict[str, Any]] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)  # tests are loaded by one thread at a time

    def grade(self, question: bytes) -> bytes:
        with self.lock:
            return self.graded(json.loads(question))

    def graded(self, ask: dict[str, Any]) -> bytes:
        self.asked.append(ask)
        if self.lost is not None:
            raise self.lost
        if self.problem is not None:
            return json.dumps(self.problem).encode()
        challenge = read_challenge(self.folder / ID)
        known = set(ask["known"])
        outcomes = [
            outcome_of(test, Status.PASSED if test.name in known else self.status)
            for test in load_tests(challenge)
        ]
        cells = [(label, source) for label, source in ask["cells"]]
        submission = submission_from_cells(cells, ask["origin"], ask["kind"])
        isolation = Isolation(level="full", layers=())
        report = report_of(challenge, submission, ask["seed"], isolation, outcomes)
        return json.dumps({"report": to_data(report)}).encode()

    @property
    def folder(self) -> Path:
        return self.tmp / "challenges"

    def run(self, collection: Collection, *, seed: int = 1) -> Count:
        with ThreadPoolExecutor(2) as executor, Store(self.tmp / "out", create=True) as store:
            desk = Desk(executor, self.grade, 3, "full")
            run = Run(store, collection, Conditions(seed, (self.folder,)), desk)
            run.grade(lambda _: None)
        return run.count

    def verdicts(self) -> dict[str, str]:
        with Store(self.tmp / "out") as store:
            return {r.source: str(r.report.verdict) for r in store.results(all_sources=True)}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    shutil.copytree(bundled() / ID, tmp_path / "challenges" / ID)
    monkeypatch.setattr("judge.classroom.run.read", read)
    return Fake(tmp_path)


def read(handed: Handed) -> Submission:
    if "damaged" in handed.source:
        raise SubmissionError(f"{handed.source} is damaged.")
    cells = reference_submission(read_challenge(bundled() / ID)).cells
    text = "\n".join(cell.source for cell in cells) + f"\n# {handed.path}"
    return submission_from_cells([("", text)], handed.source, "script")


def handed(*names: str) -> Collection:
    return Collection(
        "class", tuple(Handed(n, ID, f"{n}/a.py", Path(n)) for n in names), notes=("a note",)
    )


def test_each_submission_is_graded_once(fake: Fake) -> None:
    count = fake.run(handed("ada", "ben", "cy"))
    assert (count.graded, count.known, count.done, count.total) == (3, 0, 3, 3)
    assert fake.run(handed("ada", "ben", "cy", "dee")).known == 3
    assert len(fake.asked) == 4
    assert fake.verdicts() == dict.fromkeys(
        ("ada/a.py", "ben/a.py", "cy/a.py", "dee/a.py"), "passed"
    )


def test_another_seed_grades_again(fake: Fake) -> None:
    fake.run(handed("ada"), seed=1)
    assert fake.run(handed("ada"), seed=2).graded == 1


def test_a_changed_test_regrades_itself_and_nothing_else(fake: Fake) -> None:
    fake.run(handed("ada"))
    assert fake.asked[-1]["known"] == {}
    names = [test.name for test in load_tests(read_challenge(fake.folder / ID))]
    file = fake.folder / ID / "hidden_tests.py"
    text = file.read_text()
    begin = text.index(f"def {names[0]}")
    changed = text[:begin] + text[begin:].replace('"""', '"""Really: ', 1)
    file.write_text(changed)
    assert fake.run(handed("ada")).graded == 1
    assert sorted(fake.asked[-1]["known"]) == sorted(names[1:])
    with Store(fake.tmp / "out") as store:
        (found,) = store.results()
        assert store.before(found.id) is not None


def test_equal_submissions_share_their_outcomes(fake: Fake) -> None:
    twins = Collection(
        "class", tuple(Handed(n, ID, f"{n}/a.py", Path("same")) for n in ("ada", "ben"))
    )
    fake.run(Collection("class", twins.handed[:1]))
    fake.run(twins)
    assert len(fake.asked[-1]["known"]) == len(load_tests(read_challenge(fake.folder / ID)))


def test_an_outcome_that_follows_from_others_is_not_kept(fake: Fake) -> None:
    fake.status = Status.NOT_RUN
    fake.run(handed("ada"))
    fake.run(handed("ada"), seed=1)
    with Store(fake.tmp / "out") as store:
        assert store._database.execute("SELECT count(*) FROM outcomes").fetchone() == (0,)


def test_what_cannot_be_read_is_refused_beside_the_rest(fake: Fake) -> None:
    found = handed("ada", "damaged")
    refusals = (
        Refusal("eve/link.py", "eve/link.py is a link.", "eve", ID),
        Refusal("odd.bin", "nobody's"),
    )
    count = fake.run(Collection("class", found.handed, refusals))
    assert (count.graded, count.refused, count.done) == (1, 3, 4)
    assert fake.verdicts() == {
        "ada/a.py": "passed",
        "damaged/a.py": "refused",
        "eve/link.py": "refused",
    }
    assert fake.run(Collection("class", found.handed, refusals)).known == 3


def test_a_fault_of_ours_is_tried_again_by_the_next_run(fake: Fake) -> None:
    fake.problem = {"problem": "The judge's own process ended.", "ours": True}
    assert fake.run(handed("ada", "ben")).broken == 2
    assert set(fake.verdicts().values()) == {Verdict.BROKEN}
    fake.problem = None
    assert fake.run(handed("ada", "ben")).graded == 2
    assert set(fake.verdicts().values()) == {Verdict.PASSED}


@pytest.mark.parametrize("lost", [RuntimeError("KilledWorker"), CancelledError()])
def test_a_submission_that_no_worker_survives_does_not_end_the_run(
    fake: Fake, lost: Exception
) -> None:
    fake.lost = lost
    assert fake.run(handed("ada", "ben")).broken == 2
    fake.lost = None
    assert fake.run(handed("ada", "ben")).graded == 2


def test_a_run_ends_when_no_answer_will_come(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.classroom.run._LOOK", 0.01)
    never = Executor()
    monkeypatch.setattr(never, "submit", lambda *_: Future[bytes]())
    said = iter(["It is gone.", "", "It is gone.", "It is gone."])
    with Store(fake.tmp / "out", create=True) as store:
        desk = Desk(never, fake.grade, 2, "full", lost=lambda: next(said))
        run = Run(store, handed("ada"), Conditions(1, (fake.folder,)), desk)
        with pytest.raises(UserError, match=r"It is gone\.\nWhat was graded is kept"):
            run.grade(lambda _: None)
    assert list(said) == []


@pytest.mark.parametrize("report", [{}, None, {"schema": 0}])
def test_a_report_that_is_none_is_a_fault_of_ours(fake: Fake, report: object) -> None:
    fake.problem = {"report": report}
    assert fake.run(handed("ada", "ben")).broken == 2


def test_what_would_stop_every_submission_stops_the_run(fake: Fake) -> None:
    fake.problem = {"problem": "challenge.toml is wrong.", "ours": False}
    with pytest.raises(UserError, match="is wrong"):
        fake.run(handed("ada"))


def test_progress_is_told_to_the_end(fake: Fake) -> None:
    seen: list[int] = []

    def tell(count: Count) -> None:
        seen.append(count.done)

    with ThreadPoolExecutor(1) as executor, Store(fake.tmp / "out", create=True) as store:
        desk = Desk(executor, fake.grade, 2, "full")
        Run(store, handed("a", "b", "c"), Conditions(1, (fake.folder,)), desk).grade(tell)
    assert seen == sorted(seen)
    assert seen[-1] == 3


def test_a_broken_report_is_no_result(fake: Fake) -> None:
    fake.status = Status.BROKEN
    assert fake.run(handed("ada")).broken == 1
    with Store(fake.tmp / "out") as store:
        (found,) = store.results()
    assert structs.asdict(found.report)["verdict"] == Verdict.BROKEN
