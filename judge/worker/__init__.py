"""What runs in the sandboxed process beside the student's code: load a submission, answer calls."""
