"""Which challenges an author means, and where new ones belong."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from judge.catalogue import bundled, challenge_folders, open_catalogue
from judge.errors import UserError
from judge.manifest import Challenge, read_challenge


def challenges(ids: Sequence[str], folders: Sequence[Path], here: Path) -> list[Path]:
    """The challenge folders of these ids; without ids all of the author's own.

    An author's own are those in `folders`, else in the course repository `here`, else the bundled
    ones. Raises UserError.
    """
    catalogue = open_catalogue(folders, here)
    if ids:
        return [catalogue.folder(id) for id in dict.fromkeys(ids)]
    roots = [folder.resolve() for folder in folders] or [_own(here)]
    found = [folder for root in roots for folder in challenge_folders(root)]
    if not found:
        raise UserError(
            f"There is no challenge in {', '.join(map(str, roots))}.\n"
            "`judge new ID DIR` writes one; --challenges DIR names a folder of challenges."
        )
    return found


def named(ids: Sequence[str], *, everything: bool) -> Sequence[str]:
    """The ids, none for all; not both, and not neither by mistake. Raises UserError."""
    if everything and ids:
        raise UserError("Give ids or --all, not both.")
    if not (everything or ids):
        raise UserError("Name the challenges, or give --all for all your own.")
    return ids


def read(ids: Sequence[str], folders: Sequence[Path], here: Path) -> list[Challenge]:
    """The same as `challenges`, read. Raises UserError."""
    return [read_challenge(folder) for folder in challenges(ids, folders, here)]


def home(here: Path) -> Path:
    """Where a new challenge goes: the challenges of the course repository `here`, else `here`."""
    return here / "challenges" if _is_course(here) else here


def namesake(id: str, here: Path) -> str | None:
    """What to tell whoever is about to write a challenge whose id another one has."""
    other = open_catalogue((), here).folders.get(id)
    if other is None:
        return None
    return (
        f"There is another {id}, in {other}: where the folder of yours is not named, that one is "
        "meant. Better give yours an id of its own."
    )


def _own(here: Path) -> Path:
    return here / "challenges" if _is_course(here) else bundled()


def _is_course(here: Path) -> bool:
    return (here / "judge.toml").is_file() and (here / "challenges").is_dir()
