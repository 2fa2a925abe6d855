# mistake: after the first step every live hypothesis keeps only its own best child, as if the beams ran side by side | fails: the_best_total_wins_though_a_step_is_worse | misconception: one_child_of_each_parent
import torch


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    first = log_prob_fn([start_token])
    values, tokens = first.topk(min(beam_width, first.numel()))
    beams = [(value, [start_token, token]) for value, token in zip(values.tolist(), tokens.tolist())]
    for _ in range(max_len - 1):
        longer = []
        for total, sequence in beams:
            if sequence[-1] == eos_token:
                longer.append((total, sequence))
                continue
            step = log_prob_fn(sequence)
            best = int(step.argmax())
            longer.append((total + float(step[best]), [*sequence, best]))
        beams = longer
    return max(beams)[1]
