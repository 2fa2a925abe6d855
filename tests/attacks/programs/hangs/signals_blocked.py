# attack: It blocks and ignores every signal it can and loops.
# family: hangs
# outcome: exceeded
# tests: values_equal_the_formula
# marker: it writes `ATTACK RAN signals_blocked` to stdout as the function begins
import os
import signal

def scaled_softmax(x, scale):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    os.write(1, b"ATTACK RAN signals_blocked\n")
    while True:
        pass
