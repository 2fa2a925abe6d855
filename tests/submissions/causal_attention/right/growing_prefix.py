# style: a loop over positions, each with the keys up to its own and no mask
import torch


def causal_attention(Q, K, V):
    scale = Q.shape[-1] ** -0.5
    rows = []
    for i in range(Q.shape[1]):
        seen = slice(0, i + 1)
        scores = (K[:, seen] * Q[:, i : i + 1]).sum(-1) * scale
        weights = torch.softmax(scores, dim=1)
        rows.append((weights.unsqueeze(-1) * V[:, seen]).sum(1))
    return torch.stack(rows, dim=1)
