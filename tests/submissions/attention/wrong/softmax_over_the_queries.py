# mistake: the weights of each key sum to one over the queries | fails: output_equals_softmax_attention | misconception: softmax_over_queries
import torch
import torch.nn.functional as F


def scaled_dot_product_attention(Q, K, V):
    d_k = Q.size(-1)
    scores = torch.einsum("bqd,bkd->bqk", Q, K) / d_k**0.5
    attn = F.softmax(scores, dim=1)
    return torch.einsum("bqk,bkv->bqv", attn, V)
