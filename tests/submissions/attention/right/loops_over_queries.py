# style: one query at a time, in place into an output of its own
import torch


def scaled_dot_product_attention(Q, K, V):
    batch, n_queries, d_k = Q.shape
    out = torch.zeros(batch, n_queries, V.shape[-1], dtype=Q.dtype)
    for b in range(batch):
        for i in range(n_queries):
            scores = K[b] @ Q[b, i] / d_k**0.5
            weights = (scores - scores.max()).exp()
            out[b, i] = (weights / weights.sum()) @ V[b]
    return out
