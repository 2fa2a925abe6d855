from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.arena import arena
from tests.soak import soak


@pytest.mark.slow
def test_sixty_checks_with_attacks_leave_nothing_behind(tmp_path: Path) -> None:
    with arena(tmp_path, layers=True) as place:
        found = soak(place, 60)
    assert found.wrong == []
    assert found.is_flat, found.looks
