# mistake: the search returns the first hypothesis that ends in EOS, though a live one may still beat it | fails: a_later_hypothesis_beats_the_first_finished_one | misconception: stops_at_first_finished
import heapq
import itertools

import torch


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    tick = itertools.count()
    beams = [(0.0, next(tick), [start_token])]
    for _ in range(max_len):
        heap = []
        for cost, _, seq in beams:
            lp = log_prob_fn(torch.tensor(seq))
            for tok in range(lp.shape[0]):
                heapq.heappush(heap, (cost - float(lp[tok]), next(tick), seq + [tok]))
        beams = [heapq.heappop(heap) for _ in range(min(beam_width, len(heap)))]
        for cost, _, seq in beams:
            if seq[-1] == eos_token:
                return seq
    return beams[0][2]
