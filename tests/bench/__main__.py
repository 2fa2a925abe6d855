"""Print every figure of the README, each beside its limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator


def rows() -> Iterator[object]:
    """The figures, one after another: nothing else runs meanwhile."""
    from judge.catalogue import bundled
    from judge.challenge import read_challenge
    from tests.bench import figures, many

    yield figures.listing()
    yield figures.importing()
    yield from figures.flagship_check(read_challenge(bundled() / "flash_attention"))
    yield figures.kernel_check()
    yield from figures.torch_in_a_kernel()
    yield figures.torch_references()
    yield from figures.fork_to_answer()
    yield figures.round_trip()
    yield figures.memory_over("softmax_numpy", 500)
    yield figures.memory_over("flash_attention", 12, before=12)
    yield from figures.pages_of_a_class()
    yield many.throughput()
    yield from many.large(300)


def main() -> None:
    """Show a table; the exit code is 0 whatever it says, as this is no test."""
    sys.stdout.write("| figure | measured | limit | |\n|---|---|---|---|\n")
    for row in rows():
        what, measured, limit, kept = (
            getattr(row, n) for n in ("what", "measured", "limit", "kept")
        )
        sys.stdout.write(f"| {what} | {measured} | {limit} | {'' if kept else 'OVER'} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
    main()
