# mistake: a softmax by hand that subtracts no maximum | fails: large_scores_stay_exact | misconception: unstable_softmax
import torch


def scaled_dot_product_attention(Q, K, V):
    outputs = []
    for q, k, v in zip(Q, K, V):
        e = torch.exp(q @ k.t() * q.shape[-1] ** -0.5)
        outputs.append(e @ v / e.sum(dim=1, keepdim=True))
    return torch.stack(outputs)
