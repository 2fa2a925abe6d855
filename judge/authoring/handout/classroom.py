"""Check one challenge, and print what came of it as GitHub Classroom's reporter reads it.

    python .github/classroom.py ID POINTS >> "$GITHUB_OUTPUT"

POINTS is what all tests carry together. Each test earns its own part of them.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

SECONDS = 600


def main(arguments: list[str]) -> int:
    """Always 0: the reporter fails the job, after it has told every challenge's points."""
    id, points = arguments
    found = outcome(id, float(points))
    for test in found["tests"]:
        sys.stderr.write(f"{test['status']:<6}{test['name']}\n{test['message']}".strip() + "\n")
    encoded = base64.b64encode(json.dumps(found).encode()).decode()
    sys.stdout.write(f"result={encoded}\n")
    return 0


def outcome(id: str, points: float) -> dict[str, Any]:
    """What `judge check` says of a challenge."""
    # -P: a file of the student's called judge.py is not the judge.
    command = [sys.executable, "-P", "-m", "judge", "check", id, "--json"]
    try:
        done = subprocess.run(  # noqa: S603  the id comes from the workflow
            command, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return unchecked(id, points, f"The check took more than {SECONDS} seconds.")
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return unchecked(id, points, done.stderr.strip() or "Nothing was checked.")
    if not report["tests"]:
        return unchecked(id, points, report["reason"] or "Nothing was checked.")
    tests = [one_test(id, test) for test in report["tests"]]
    status = {"passed": "pass", "broken": "error"}.get(report["verdict"], "fail")
    return {"version": 1, "status": status, "max_score": points, "tests": tests}


def unchecked(id: str, points: float, why: str) -> dict[str, Any]:
    """A submission that no test has seen."""
    test = {"name": id, "status": "fail", "score": 0, "message": why}
    return {"version": 1, "status": "fail", "max_score": points, "tests": [test]}


def one_test(id: str, test: dict[str, Any]) -> dict[str, Any]:
    status = {"passed": "pass", "broken": "error"}.get(test["status"], "fail")
    return {
        "name": f"{id}, {test['task']}: {test['title']}",
        "status": status,
        "score": test["earned"],
        "message": test["message"],
        "execution_time": f"{test['seconds']:.2f}s",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
