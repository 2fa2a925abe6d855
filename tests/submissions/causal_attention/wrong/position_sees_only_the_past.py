# mistake: a loop over K[:, :i], so that a position does not see itself, and the first sees nothing | fails: output_equals_attention_over_the_past | misconception: none
import torch


def causal_attention(Q, K, V):
    rows = []
    for i in range(Q.shape[1]):
        s = torch.einsum("bd,bjd->bj", Q[:, i], K[:, :i]) / Q.shape[-1] ** 0.5
        p = torch.softmax(s, dim=-1)
        rows.append(torch.einsum("bj,bjv->bv", p, V[:, :i]))
    return torch.stack(rows, dim=1)
