"""Mutants: known-wrong variants of the reference, one misconception each.

A mutant is a patch on the reference (`find` and `put` in mutants.toml) or a file in `mutants/` that
defines whole functions anew. They prove that the hidden tests see each mistake (`judge validate`),
and they name the mistake of a submission whose wrong output equals theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec

from judge.challenge import Challenge, reference_submission
from judge.errors import ChallengeError
from judge.manifest import Fields, first_double, read_text, wrong_field
from judge.submission import Cell, Submission, submission_from_cells

_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _MutantTable(msgspec.Struct, forbid_unknown_fields=True):
    name: _Name
    misconception: _Text
    killed_by: Annotated[list[_Text], msgspec.Meta(min_length=1)]
    find: str | None = None
    put: str | None = None


class _MutantsFile(msgspec.Struct, forbid_unknown_fields=True):
    mutant: list[_MutantTable] = []


_FIELDS = Fields(
    top=_MutantsFile.__struct_fields__,
    table=_MutantTable.__struct_fields__,
    cures={
        "name": "Use lower-case letters, digits and underscores, a letter first.",
        "misconception": "Say in a sentence what is got wrong.",
        "killed_by": 'List the hidden tests that see it, such as ["values_are_right"].',
        "find": "Copy a piece of the solution that occurs once.",
        "put": "Write what takes its place.",
        "mutant": "Write [[mutant]] above each.",
    },
)


@dataclass(frozen=True)
class Patch:
    """A piece that occurs once in the reference, and what takes its place."""

    find: str
    put: str


@dataclass(frozen=True)
class Mutant:
    """One known mistake, as a submission. Those that define whole functions anew have no patch."""

    name: str
    misconception: str
    killed_by: tuple[str, ...]
    submission: Submission
    patch: Patch | None = None


def read_mutants(challenge: Challenge) -> tuple[Mutant, ...]:
    """The mutants of a challenge, patched. Raises ChallengeError."""
    import tomllib

    file = challenge.folder / "mutants.toml"
    try:
        data = tomllib.loads(read_text(file))
        found = msgspec.convert(data, _MutantsFile)
    except tomllib.TOMLDecodeError as error:
        raise ChallengeError(f"{file} is not TOML: {error}.\nMend that line.") from None
    except msgspec.ValidationError as error:
        raise wrong_field(file, data, str(error), _FIELDS) from None
    if twice := first_double([table.name for table in found.mutant]):
        raise ChallengeError(f"{file}: two mutants are called {twice!r}.\nRename one of them.")
    reference = reference_submission(challenge)
    return tuple(
        Mutant(
            name=table.name,
            misconception=table.misconception,
            killed_by=tuple(table.killed_by),
            submission=_mutated(challenge, reference, table),
            patch=Patch(table.find, table.put) if table.find and table.put is not None else None,
        )
        for table in found.mutant
    )


def both(reference: Submission, one: Mutant, other: Mutant) -> Mutant | None:
    """Two mistakes at once, for patches whose pieces do not overlap."""
    if one.patch is None or other.patch is None:
        return None
    cells = []
    for cell in reference.cells:
        patches = [patch for patch in (one.patch, other.patch) if patch.find in cell.source]
        source = _replaced(cell.source, patches)
        if source is None:
            return None
        cells.append(Cell(cell.label, source))
    return Mutant(
        name=f"{one.name} and {other.name}",
        misconception=f"{one.misconception}; and {other.misconception}",
        killed_by=tuple(dict.fromkeys((*one.killed_by, *other.killed_by))),
        submission=replace(reference, cells=tuple(cells)),
    )


def _replaced(source: str, patches: Sequence[Patch]) -> str | None:
    """The source with every patch made on it; None where their pieces overlap."""
    starts = sorted((source.index(patch.find), patch.find, patch.put) for patch in patches)
    ends = [start + len(find) for start, find, _ in starts]
    if any(end > start for end, (start, _, _) in zip(ends, starts[1:], strict=False)):
        return None
    for start, find, put in reversed(starts):
        source = source[:start] + put + source[start + len(find) :]
    return source


def _mutated(challenge: Challenge, reference: Submission, table: _MutantTable) -> Submission:
    origin = f"mutant {table.name} of {challenge.id}"
    if table.find is None and table.put is None:
        source = _own_file(challenge, table.name)
        cells = [*reference.cells, Cell(f"mutants/{table.name}.py", source)]
    else:
        cells = _patched(challenge, reference, table)
    return submission_from_cells([(cell.label, cell.source) for cell in cells], origin, "notebook")


def _own_file(challenge: Challenge, name: str) -> str:
    """The source of a mutant that is no patch."""
    file = challenge.folder / "mutants" / f"{name}.py"
    if not file.exists():
        raise ChallengeError(
            f"{challenge.folder / 'mutants.toml'}: mutant {name} has no patch, and there is no "
            f"{file}.\nGive it `find` and `put`, or write that file: it defines whole functions "
            "anew."
        )
    return read_text(file)


def _patched(challenge: Challenge, reference: Submission, table: _MutantTable) -> list[Cell]:
    """The reference's cells with `find` replaced by `put`; it occurs exactly once."""
    place = f"{challenge.folder / 'mutants.toml'}: mutant {table.name}"
    find, put = table.find, table.put
    if not find or put is None:
        raise ChallengeError(
            f"{place}: a patch needs both `find` and `put`.\n"
            f"Write both, or neither and a file mutants/{table.name}.py."
        )
    if find == put:
        raise ChallengeError(f"{place}: `find` and `put` are equal.\nWrite the mistake in `put`.")
    count = sum(cell.source.count(find) for cell in reference.cells)
    if count != 1:
        said = f"occurs {count} times" if count else "does not occur"
        raise ChallengeError(
            f"{place}: `find` {said} in the reference.\n"
            f"Copy a {'longer ' if count else ''}piece of it that occurs once."
            f"{'' if count else _nearest(find, reference)}"
        )
    return [Cell(cell.label, cell.source.replace(find, put)) for cell in reference.cells]


def _nearest(find: str, reference: Submission) -> str:
    """The line of the reference that has most of the first line of `find`, as a sentence."""
    from difflib import SequenceMatcher

    wanted = find.strip().partition("\n")[0].strip()
    shared: dict[str, int] = {}
    for line in (line.strip() for cell in reference.cells for line in cell.source.splitlines()):
        blocks = SequenceMatcher(None, wanted, line, autojunk=False).get_matching_blocks()
        shared[line] = sum(block.size for block in blocks if block.size > 2)
    near = max(shared, key=shared.__getitem__, default="")
    if 2 * shared.get(near, 0) < max(len(wanted), 1):
        return ""
    return f" Spaces count too. The nearest line: {near}"
