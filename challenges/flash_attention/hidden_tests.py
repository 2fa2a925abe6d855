"""The hidden tests of flash attention, two modules for each task.

Values are compared with the naive implementation in oracle.py, which shares no code with the
reference. Tests of properties, which zeros would pass, need a test of values.
"""

from __future__ import annotations

# The order here is the order in a report.
# isort: off
from ._forward import *  # noqa: F403  every marked function is a hidden test
from ._forward_cost import *  # noqa: F403
from ._backward import *  # noqa: F403
from ._backward_cost import *  # noqa: F403
