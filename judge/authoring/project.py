"""Where a folder of challenges is published: what badges link to and what Colab installs.

A course repository says so in the judge.toml beside its challenges:

    [project]
    repository = "owner/name"        # on GitHub
    ref = "v1.0"                     # tag, branch or commit; left out: the tag of this release
    install = "flashjudge==1.0"      # for pip; left out: this release of judge from its repository
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from judge import __version__
from judge.errors import ChallengeError

REPOSITORY = "flashjudge/flashjudge"

_COLAB = "https://colab.research.google.com"


@dataclass(frozen=True)
class Project:
    """`ref` is a tag, branch or commit of `repository`; `install` is what pip is given."""

    repository: str = REPOSITORY
    ref: str = f"v{__version__}"
    install: str = f"flashjudge @ git+https://github.com/{REPOSITORY}@v{__version__}"

    def badge(self, path: str) -> str:
        """Markdown of the button that opens the notebook at `path` of the repository in Colab."""
        link = f"{_COLAB}/github/{self.repository}/blob/{self.ref}/{path}"
        return f"[![Open in Colab]({_COLAB}/assets/colab-badge.svg)]({link})"


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    repository: str | None = None
    ref: str | None = None
    install: str | None = None


def read_project(folder: Path) -> Project:
    """The project of the repository at `folder`. Raises ChallengeError."""
    file = folder / "judge.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        table = msgspec.convert(data.get("project", {}), _Table)
    except FileNotFoundError:
        return Project()
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise ChallengeError(
            f"{file} cannot be read: {error}.\n"
            "Its table [project] may have repository, ref and install, each a text."
        ) from None
    return replace(Project(), **{k: v for k, v in msgspec.structs.asdict(table).items() if v})
