"""Results on disk: one SQLite file, written one result at a time, readable while a run goes on.

A result is a row per student, challenge and source. When a submission is graded again the old
report moves to `history`. Outcomes of single tests are kept by a key that stands for all they
depend on, so that a changed test regrades itself and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from judge.classroom.records import Handed, Place, Result
from judge.errors import UserError
from judge.intake import shown
from judge.results import Outcome, Report, ReportError, from_json, to_data, to_json
from judge.submission import Cell, Submission

FILE = "results.db"
FINISHED = "finished"  # the setting that says whether the last run came to its end
SCHEMA = 1
MAX_SOURCE = 200_000  # bytes of code kept of one submission
_AS_IS = "?mode=ro&immutable=1"  # for results that somebody else keeps
_WAIT = 30.0  # seconds for another program's lock
_TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL,
    challenge TEXT NOT NULL,
    source TEXT NOT NULL,
    sample TEXT NOT NULL,
    handed_in TEXT,
    late INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    graded TEXT NOT NULL,
    verdict TEXT NOT NULL,
    report BLOB NOT NULL,
    UNIQUE (student, challenge, source)
);
CREATE TABLE IF NOT EXISTS history (
    result INTEGER NOT NULL REFERENCES results (id),
    graded TEXT NOT NULL,
    report BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS history_of ON history (result, graded);
CREATE TABLE IF NOT EXISTS outcomes (key TEXT PRIMARY KEY, outcome BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sources (sha256 TEXT PRIMARY KEY, cells BLOB NOT NULL);
"""
# The last of a student for a challenge, by time and then by name; every sample counts.
_COUNTS = """
    sample != '' OR id = (
        SELECT id FROM results AS other
        WHERE other.student = results.student AND other.challenge = results.challenge
          AND other.sample = ''
        ORDER BY other.handed_in DESC, other.source DESC LIMIT 1
    )
"""


class Store:
    """The results of one folder. Close it, or use it in a `with`."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the results in `folder`. Raises UserError when there are none, unless `create`."""
        self.folder = folder
        file = folder / FILE
        if not create and folder.is_file():
            raise UserError(
                f"{shown(folder)} is a file.\n"
                f"Name the folder that it lies in: {shown(folder.parent)}"
            )
        if not create and not file.is_file():
            raise UserError(
                f"There are no results in {shown(folder)}: it has no {FILE}.\n"
                f"`judge grade` makes them: judge grade SUBMISSIONS -c ID -o {shown(folder)}"
            )
        with _explained(file):
            if create:
                folder.mkdir(parents=True, exist_ok=True)
            where = file if create or not _is_closed(file) else f"{file.resolve().as_uri()}{_AS_IS}"
            self._database = sqlite3.connect(
                where, timeout=_WAIT, isolation_level=None, uri=isinstance(where, str)
            )
        try:
            self._begin(create=create)
        except BaseException:
            self.close()
            raise

    def _begin(self, *, create: bool) -> None:
        """Make the tables where they are to be made, and see that they are ours."""
        with self._explained():
            if create:
                self._database.execute("PRAGMA journal_mode = WAL")
                self._database.executescript(_TABLES)
                row = ("schema", str(SCHEMA))
                self._database.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", row)
            self._database.execute("PRAGMA synchronous = FULL")
        found = self.settings().get("schema")
        if found != str(SCHEMA):
            raise UserError(
                f"{shown(self.folder / FILE)} was written by another version of judge "
                f"(schema {found}).\nGrade into a new folder."
            )

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    # --- settings: the seed, the kind, the challenges ---------------------------------------------

    def settings(self) -> dict[str, str]:
        """All of them, by name."""
        with self._explained():
            return dict(self._database.execute("SELECT name, value FROM settings"))

    def set(self, settings: Mapping[str, str]) -> None:
        """Add these, or replace them."""
        with self._explained():
            self._database.executemany(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)", settings.items()
            )

    # --- results ----------------------------------------------------------------------------------

    def fingerprint(self, handed: Handed) -> str | None:
        """What the stored result of a submission was made from; None when there is none."""
        row = self._one(
            "SELECT fingerprint FROM results WHERE student = ? AND challenge = ? AND source = ?",
            (handed.student, handed.challenge, handed.source),
        )
        return None if row is None else str(row[0])

    def put(
        self, handed: Handed, report: Report, fingerprint: str, outcomes: Mapping[str, Outcome]
    ) -> None:
        """Keep a result, in one step with the outcomes it brought; an old one becomes history."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        place = (handed.student, handed.challenge, handed.source)
        values = (handed.sample, handed.when, handed.late, fingerprint, now, report.verdict)
        kept = [(key, _outcome_as_json(outcome)) for key, outcome in outcomes.items()]
        with self._explained(), self._transaction():
            self._database.execute(
                "INSERT INTO history SELECT id, graded, report FROM results "
                "WHERE student = ? AND challenge = ? AND source = ?",
                place,
            )
            self._database.execute(
                "INSERT INTO results (student, challenge, source, sample, handed_in, late, "
                "fingerprint, graded, verdict, report) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (student, challenge, source) DO UPDATE SET sample = excluded.sample, "
                "handed_in = excluded.handed_in, late = excluded.late, "
                "fingerprint = excluded.fingerprint, graded = excluded.graded, "
                "verdict = excluded.verdict, report = excluded.report",
                (*place, *values, to_json(report)),
            )
            self._database.executemany("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", kept)

    def results(self, *, all_sources: bool = False) -> Iterator[Result]:
        """The results that count, or all, one at a time in the order of student and challenge."""
        columns = "id, student, challenge, source, sample, handed_in, late, graded, report"
        chosen = "" if all_sources else f"WHERE {_COUNTS}"
        query = (
            f"SELECT {columns}, {_COUNTS} FROM results {chosen} "  # noqa: S608  our own words
            "ORDER BY student, challenge, sample, handed_in, source"
        )
        with self._explained():
            for row in self._database.execute(query):
                yield self._result(row)

    def count(self) -> int:
        """How many results there are, those that do not count included."""
        row = self._one("SELECT count(*) FROM results", ())
        return int(row[0]) if row else 0

    def places(self, challenges: Sequence[str]) -> frozenset[Place]:
        """Whose results there are for these challenges, and what from."""
        asked = json.dumps(list(challenges))
        query = (
            "SELECT student, challenge, source FROM results "
            "WHERE challenge IN (SELECT value FROM json_each(?))"
        )
        with self._explained():
            return frozenset(Place(*row) for row in self._database.execute(query, (asked,)))

    def before(self, id: int) -> Report | None:
        """The report that a result had before it was graded anew."""
        row = self._one(
            "SELECT report FROM history WHERE result = ? ORDER BY graded DESC LIMIT 1", (id,)
        )
        return None if row is None else self._report(row[0])

    def known(self, keys: Mapping[str, str]) -> dict[str, Outcome]:
        """Of tests and their keys, the outcomes that are known already, by test."""
        found = {}
        for name, key in keys.items():
            row = self._one("SELECT outcome FROM outcomes WHERE key = ?", (key,))
            if row is not None:
                with contextlib.suppress(msgspec.MsgspecError):  # graded again, then
                    found[name] = msgspec.json.decode(row[0], type=Outcome)
        return found

    # --- sources: what was handed in, to be shown beside its report ------------------------------

    def put_source(self, submission: Submission) -> None:
        """Keep the cells of a submission, at most MAX_SOURCE bytes; the rest is noted as cut."""
        row = (submission.sha256, _packed(submission.cells))
        with self._explained():
            self._database.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", row)

    def source(self, sha256: str) -> tuple[Cell, ...] | None:
        """The cells that were kept for a submission; None when none were."""
        row = self._one("SELECT cells FROM sources WHERE sha256 = ?", (sha256,))
        return None if row is None else _unpacked(row[0])

    # --- parts ------------------------------------------------------------------------------------

    def _result(self, row: tuple[Any, ...]) -> Result:
        id, student, challenge, source, sample, when, late, graded, report, counts = row
        return Result(
            id=id,
            student=student,
            challenge=challenge,
            source=source,
            sample=sample,
            when=when,
            late=bool(late),
            graded=graded,
            report=self._report(report),
            counts=bool(counts),
        )

    def _report(self, data: bytes) -> Report:
        try:
            return from_json(data)
        except ReportError as error:
            raise UserError(
                f"A result in {shown(self.folder / FILE)} cannot be read: {error}\n"
                "Grade into a new folder."
            ) from None

    def _one(self, query: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        with self._explained():
            row: tuple[Any, ...] | None = self._database.execute(query, values).fetchone()
        return row

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _explained(self) -> contextlib.AbstractContextManager[None]:
        return _explained(self.folder / FILE)


def _is_closed(file: Path) -> bool:
    """Whether nobody who is at work on it could be: SQLite writes beside what it reads."""
    return not os.access(file.parent, os.W_OK) and not file.with_name(f"{file.name}-wal").exists()


@contextlib.contextmanager
def _explained(file: Path) -> Iterator[None]:
    """What SQLite and the disk say, as a message for the person."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "no such table" in text:
            raise _no_results(file, error) from None
        if "full" in text:
            advice = "The disk is full. Make room and give the same command again."
        elif "locked" in text:
            advice = "Another program holds it. End that one and give the same command again."
        else:
            advice = "Give another folder, or look whether it may be written to."
        raise UserError(
            f"{shown(file)} cannot be used: {text}.\n{advice}\nWhat was stored is safe."
        ) from None
    except sqlite3.DatabaseError as error:
        raise _no_results(file, error) from None
    except OSError as error:
        raise UserError(f"{shown(file)} cannot be used: {error.strerror or error}.") from None


def _no_results(file: Path, error: sqlite3.DatabaseError) -> UserError:
    return UserError(
        f"{shown(file)} is damaged or is no database of results: {error}.\n"
        "Put a copy back, or grade into a new folder."
    )


def _outcome_as_json(outcome: Outcome) -> bytes:
    return msgspec.json.encode(to_data(outcome))


def _packed(cells: Sequence[Cell]) -> bytes:
    """Cells as compressed JSON; what is over the limit is left out, and a last cell says so."""
    kept, room = [], MAX_SOURCE
    for cell in cells:
        source = cell.source.encode("utf-8", "surrogatepass")
        kept.append([cell.label, source[:room].decode("utf-8", "replace")])
        room -= len(source) + len(cell.label)
        if room < 0:
            kept.append(["cut", f"# Only the first {MAX_SOURCE:,} bytes of the code were kept."])
            break
    return zlib.compress(json.dumps(kept).encode("ascii"))


def _unpacked(data: bytes) -> tuple[Cell, ...]:
    return tuple(Cell(label, source) for label, source in json.loads(zlib.decompress(data)))
