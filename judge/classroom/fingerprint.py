"""What the outcome of a hidden test depends on, as a digest: equal digests, equal outcomes.

A test depends on its own source and on all that it reaches by name in the challenge's modules, on
what every submission of the challenge meets (manifest, support, mutants), on the reference where it
asks for it, and on the judge itself. The files are the author's; comments and layout do not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import judge
from judge.authoring.cutting import Cutter, needs_reference
from judge.authoring.modules import Folder
from judge.challenge import read_challenge, reference_submission
from judge.errors import ChallengeError
from judge.manifest import read_text

# Of the judge: what runs a submission, judges what comes back, and names mistakes.
_JUDGES = ("testing", "worker", "wire", "diagnosis", "student.py", "objects.py", "tensors.py")


class Fingerprints:
    """Digests of the tests of one challenge, as its files are now."""

    def __init__(self, folder: Path) -> None:
        self._challenge = read_challenge(folder)
        self._cutter = Cutter(Folder(folder), ())

    def of(self, tests: Sequence[str]) -> dict[str, str]:
        """A digest for each of these hidden tests, by name. Raises ChallengeError."""
        return {test: digest_of([self._common, *self._sources(test)]) for test in tests}

    def _sources(self, test: str) -> list[str]:
        """The source of a test and of all that it uses."""
        try:
            reached = self._cutter.reach(test)
        except ChallengeError:  # what cannot be followed may be anywhere
            modules = sorted(self._challenge.folder.glob("*.py"))
            return [read_text(file) for file in modules]
        texts = list(self._cutter.sources(reached))
        if needs_reference(self._cutter.folder, reached):
            texts.append(reference_submission(self._challenge).sha256)
        return texts

    @cached_property
    def _common(self) -> str:
        folder = self._challenge.folder
        files = [folder / name for name in ("challenge.toml", "support.py", "mutants.toml")]
        files += sorted(folder.glob("mutants/*.py"))
        texts = [read_text(file) if file.is_file() else "" for file in files]
        return digest_of([judge.__version__, _machinery(), *texts])


def _machinery() -> str:
    home = Path(judge.__file__).parent
    places = [home / name for name in _JUDGES]
    files = [f for p in places for f in (sorted(p.rglob("*.py")) if p.is_dir() else [p])]
    return digest_of([read_text(file) for file in files])


def digest_of(texts: Sequence[str]) -> str:
    """One digest of several texts, in order."""
    digest = hashlib.sha256()
    for text in texts:
        data = text.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
