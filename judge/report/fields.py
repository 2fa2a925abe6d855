"""A sentence for each field of the JSON object: `judge.report.json.schema` reads them.

The key "" describes the object itself.
"""

from __future__ import annotations

_CALL = "The call of the student's function, or null when none was made."
_HINT = "The one thing to print or read next, or null."
_KIND = "Which kind of evidence this is."
_QUANTITY = "What the value is called, such as O or dQ."
_PHASE = "Whether the submission was being loaded or called."
_EVIDENCE = {"call": _CALL, "hint": _HINT, "kind": _KIND}
_PLACES = "Where the value is wrong, or null when it has no rows."
_AXES = "A name for each index of the element; empty when the axes have none."
_SCORE = {
    "earned": "Points earned.",
    "possible": "Points that can be earned.",
}

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "Report": {
        "": "Everything one check of a submission found.",
        "schema": "The version of this format.",
        "judge": "The version of the program that wrote it.",
        "challenge": "The challenge that was graded.",
        "submission": "What was handed in.",
        "seed": "The seed of all random inputs, to repeat the check; null where it is withheld.",
        "isolation": "What kept the submission in while it ran.",
        "verdict": "What the report comes to.",
        "reason": "Why the submission was refused or the report is broken, or null.",
        "notes": "Remarks for the reader, such as lines that were left out.",
        "points": "The points of all asked tasks.",
        "seconds": "How long the check took.",
        "tasks": "The tasks, in the order of the challenge.",
        "tests": "The hidden tests, in the order of the challenge.",
    },
    "ChallengeInfo": {
        "": "A challenge.",
        "id": "Its identifier, as in the command line.",
        "title": "Its title.",
        "version": "Its version.",
    },
    "SubmissionInfo": {
        "": "A submission.",
        "origin": "Where it came from: a file name, or the notebook's kernel.",
        "sha256": "The SHA-256 digest of its source, in hexadecimal.",
    },
    "Isolation": {
        "": "What kept the submission in.",
        "level": "full: all layers were in force; reduced: some; none: no protection.",
        "layers": "The layers that were in force.",
    },
    "Points": {"": "Points.", **_SCORE},
    "TaskResult": {
        "": "The result of one task.",
        "id": "The task's identifier.",
        "status": "passed, or the outcome of its first test that did not pass.",
        **_SCORE,
        "reason": "Why the task was not attempted, or null.",
    },
    "Outcome": {
        "": "The outcome of one hidden test.",
        "task": "The task it belongs to.",
        "name": "Its identifier.",
        "title": "Its name as words.",
        "group": "core tests carry the points; strict ones are only reported.",
        "visibility": "public tests are shown in full; hidden ones only to the instructor.",
        "status": "How it ended.",
        **_SCORE,
        "seconds": "How long it took.",
        "evidence": "Why it did not pass, as fields; null when passed or not to be shown.",
        "message": "The same in words, on up to eleven lines; empty when passed.",
        "misconception": "A known mistake that explains the outcome, or null.",
    },
    "Misconception": {
        "": "A known mistake.",
        "name": "Its identifier.",
        "text": "The mistake in a sentence.",
        "match": "equals: its output is the student's; fits: the pattern agrees.",
    },
    "Call": {
        "": "A call of the student's function.",
        "text": "The call as it would be written.",
        "inputs": "What the arguments are, a line each.",
    },
    "Places": {
        "": "Where a value is wrong, along one axis.",
        "axis": "What an index along it is called, such as row.",
        "tile": "How many rows one mark stands for.",
        "heads": "The marks of each head.",
        "right": "First and last row of each range that is right in every head.",
        "first_wrong": "The first row that is wrong in any head.",
    },
    "HeadMarks": {
        "": "One head, tile by tile.",
        "label": "Which head, such as b0 h2.",
        "marks": "A character per tile: - right, . few, : half, * most, # all rows wrong.",
    },
    "Frame": {
        "": "A line of the student's code in a traceback.",
        "label": "The cell it stands in; empty for a script.",
        "line": "Its number, from 1.",
        "function": "The function it stands in.",
        "code": "The line itself.",
    },
    "WrongShape": {
        "": "A shape that is not the one asked for.",
        **_EVIDENCE,
        "quantity": _QUANTITY,
        "got": "The shape that came back.",
        "expected": "The shape asked for.",
    },
    "WrongType": {
        "": "A type or dtype that is not the one asked for.",
        **_EVIDENCE,
        "quantity": _QUANTITY,
        "got": "The type that came back.",
        "expected": "The type asked for.",
    },
    "NotFinite": {
        "": "Values that are NaN or infinite.",
        **_EVIDENCE,
        "quantity": _QUANTITY,
        "nan": "How many are NaN.",
        "inf": "How many are infinite.",
        "size": "How many values there are.",
        "first": "The index of the first that is not finite.",
        "axes": _AXES,
        "places": _PLACES,
    },
    "WrongValue": {
        "": "Numbers that are off.",
        **_EVIDENCE,
        "quantity": _QUANTITY,
        "against": "What they were compared with.",
        "error": "The largest difference, over the largest expected value unless absolute.",
        "tolerance": "The largest error allowed.",
        "share": "The share of elements that are off, from 0 to 1.",
        "worst": "The index of the element that is most off.",
        "got": "Its value.",
        "expected": "The value it should have.",
        "absolute": "Whether error and tolerance are absolute.",
        "axes": _AXES,
        "places": _PLACES,
    },
    "Changed": {
        "": "Values that had to stay as they were.",
        **_EVIDENCE,
        "quantity": _QUANTITY,
        "by": "What changed them.",
        "count": "How many changed.",
        "size": "How many there are.",
    },
    "CostTooHigh": {
        "": "Memory, the largest tensor, time or calls over a limit.",
        **_EVIDENCE,
        "what": "What was measured.",
        "used": "The use: bytes, elements, seconds, calls, or a ratio for growth.",
        "limit": "The most allowed, in the same unit.",
        "reference": "The use of the reference solution, or null.",
        "line": "Where the student's code allocated most, or null.",
        "square": "N of the (N, N) array that the use is compared with, or null.",
        "sizes": "For growth: the sizes N.",
        "uses": "For growth: the bytes used at each size.",
    },
    "Raised": {
        "": "The student's code raised an error.",
        **_EVIDENCE,
        "phase": _PHASE,
        "type": "The type of the exception.",
        "text": "Its text.",
        "frames": "The lines of the student's code that led to it, the innermost last.",
    },
    "ForbiddenCall": {
        "": "A library function was called that the student is to write.",
        **_EVIDENCE,
        "name": "The function, as challenge.toml names it.",
        "frame": "The line of the student's code that called it, or null.",
    },
    "OffDistribution": {
        "": "A statistic of random numbers is too far from what it should be.",
        **_EVIDENCE,
        "quantity": "The statistic.",
        "got": "Its value.",
        "expected": "The value that it should have.",
        "allowed": "The largest distance that chance explains.",
        "size": "How many numbers were drawn.",
    },
    "Died": {
        "": "The process of the student's code ended before it answered.",
        **_EVIDENCE,
        "phase": _PHASE,
        "how": "How it ended.",
    },
    "LimitHit": {
        "": "A limit was reached and the code stopped.",
        **_EVIDENCE,
        "phase": _PHASE,
        "what": "Which limit.",
        "limit": "The limit, in seconds or bytes.",
    },
    "Said": {
        "": "What only this test knows, in its author's words.",
        **_EVIDENCE,
        "expected": "What was expected.",
        "got": "What came back.",
        "where": "Where, a line each.",
    },
}
