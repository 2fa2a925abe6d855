# mistake: a softmax by hand that subtracts no maximum, with 1e-9 against 0 / 0 | fails: ? | misconception: ?
import torch


def scaled_dot_product_attention(Q, K, V):
    outputs = []
    for q, k, v in zip(Q, K, V):
        e = torch.exp(q @ k.t() * q.shape[-1] ** -0.5)
        outputs.append(e @ v / (e.sum(dim=1, keepdim=True) + 1e-9))
    return torch.stack(outputs)
