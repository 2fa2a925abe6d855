# style: totals of all extensions as one (beams, V) tensor, topk of it flattened, live places always filled
import torch


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    sequences = torch.tensor([[start_token]])
    totals = torch.zeros(1)
    best_total, best = -float("inf"), None
    for _ in range(max_len):
        table = torch.stack([log_prob_fn(row) for row in sequences]) + totals[:, None]
        ended = int(table[:, eos_token].argmax())
        if table[ended, eos_token] > best_total:
            best_total = table[ended, eos_token].item()
            best = sequences[ended].tolist() + [eos_token]
        table[:, eos_token] = -float("inf")
        count = min(beam_width, table.shape[0] * (table.shape[1] - 1))
        totals, flat = table.flatten().topk(count)
        parents, tokens = flat // table.shape[1], flat % table.shape[1]
        sequences = torch.cat((sequences[parents], tokens[:, None]), dim=1)
        if totals[0] <= best_total:  # totals only fall: no live one can win any more
            return best
    return sequences[0].tolist() if totals[0] > best_total else best
