# mistake: the scores are divided by the root of the number of keys, where the width belongs | fails: output_equals_softmax_attention | misconception: none
import torch


def scaled_dot_product_attention(Q, K, V):
    batch, n_keys, width = K.shape
    logits = torch.einsum("bqd,bkd->bqk", Q, K) / n_keys**0.5
    weights = torch.exp(logits - torch.logsumexp(logits, dim=2, keepdim=True))
    return torch.einsum("bqk,bkv->bqv", weights, V)
