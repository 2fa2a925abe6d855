# style: logits masked with -inf in the vocabulary's order, the mask scattered back from sorted order
import torch
import torch.nn.functional as F


def sample_top_k_top_p(
    logits: torch.Tensor, top_k: int = 0, top_p: float = 1.0, temperature: float = 1.0
) -> int:
    scores = logits.detach().clone().div_(temperature)
    size = scores.size(-1)
    if 0 < top_k < size:
        keep = torch.zeros(size, dtype=torch.bool)
        keep[scores.sort(descending=True, stable=True).indices[:top_k]] = True
        scores.masked_fill_(~keep, float("-inf"))
    if top_p < 1.0:
        ranked, index = torch.sort(scores, descending=True, stable=True)
        mass = F.softmax(ranked, dim=-1).cumsum(dim=-1)
        drop = mass >= top_p
        drop[1:] = drop[:-1].clone()
        drop[0] = False
        scores.masked_fill_(torch.zeros_like(drop).scatter(0, index, drop), float("-inf"))
    return torch.multinomial(F.softmax(scores, dim=-1), 1).item()
