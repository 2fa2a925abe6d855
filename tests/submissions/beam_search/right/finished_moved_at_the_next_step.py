# style: a list of (score, tokens) with topk for each hypothesis; an ended one is noticed a step later
import torch


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    beams, completed = [(0.0, [start_token])], []
    for _ in range(max_len):
        candidates = []
        for score, seq in beams:
            if seq[-1] == eos_token and len(seq) > 1:
                completed.append((score, seq))
                continue
            log_probs = log_prob_fn(torch.tensor(seq, dtype=torch.long))
            values, ids = torch.topk(log_probs, min(beam_width, log_probs.numel()))
            for value, token in zip(values, ids):
                candidates.append((score + value.item(), seq + [token.item()]))
        beams = sorted(candidates, key=lambda c: c[0])[::-1][:beam_width]
        if not beams:
            break
    completed += beams
    return max(completed)[1]
