# style: live and finished hypotheses share one pool of tuples, of which nlargest survive
from heapq import nlargest
from typing import Callable, List

import torch


def beam_search(
    log_prob_fn: Callable[[List[int]], torch.Tensor],
    start_token: int,
    max_len: int,
    beam_width: int,
    eos_token: int,
) -> List[int]:
    def children(item):
        total, tokens, done = item
        if done:
            yield item
            return
        for token, lp in enumerate(log_prob_fn(tokens)):
            yield total + float(lp), (*tokens, token), token == eos_token

    pool = [(0.0, (start_token,), False)]
    for _ in range(max_len):
        pool = nlargest(beam_width, (child for item in pool for child in children(item)))
        if pool[0][2]:
            break
    return list(pool[0][1])
