# attack: It makes its function by exec from text that is put together.
# family: hostile sources
# outcome: failed
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN code_from_text` to stdout as the function begins
import os

exec("def scaled_softmax(x, scale):\n    os.write(1, b'ATTACK RAN code_' + b'from_text\\n')\n    return x * 0")
