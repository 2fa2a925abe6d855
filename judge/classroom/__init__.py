"""Many submissions: collect them, grade them, keep, look at and hand on what they came to."""
