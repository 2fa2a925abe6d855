# mistake: tokens are removed once the running mass is above top_p, the crossing one too | fails: top_p_keeps_the_crossing_token | misconception: none
import torch
import torch.nn.functional as F


def sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0):
    logits = logits.clone() / temperature
    if top_k > 0:
        kth = torch.topk(logits, min(top_k, logits.numel())).values[-1]
        logits[logits < kth] = -float("inf")
    if top_p < 1.0:
        values, idx = logits.sort(descending=True)
        running = F.softmax(values, dim=0).cumsum(0)
        remove = running > top_p
        remove[0] = False
        logits[idx[remove]] = -float("inf")
    return torch.multinomial(F.softmax(logits, dim=0), num_samples=1).item()
