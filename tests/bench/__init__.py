"""Figures, measured in pairs in one run: `python -m tests.bench`. Nothing here passes or fails."""
