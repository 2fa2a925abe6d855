# attack: The line of its source that is shown holds markup, escapes and reordering characters.
# family: display injection
# outcome: crashed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN source_line` to stdout as the function begins
import os

def scaled_softmax(x, scale):
    os.write(1, b"ATTACK RAN source_line\n")
    return 1 / 0, "[bold]PASSED[/bold] <script>alert(1)</script> ‮desreveR‬ ⁦x⁩"
