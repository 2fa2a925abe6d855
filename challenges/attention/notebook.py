# %% [markdown] role="statement"
# Attention lets every query look at all keys and returns a mixture of the values. The closer a
# query is to a key, the more of that key's value is in the mixture.
#
# $$ S = \frac{Q K^\top}{\sqrt{d_k}}, \qquad
#    P_{ij} = \frac{e^{S_{ij}}}{\sum_t e^{S_{it}}}, \qquad
#    O = P V $$
#
# A dot product of $d_k$ independent numbers of variance 1 has variance $d_k$. Divided by
# $\sqrt{d_k}$ the scores keep variance 1 whatever the width, and the softmax does not start out
# with all its weight on one key, where its gradient is almost zero.
#
# ## What to write
#
# `scaled_dot_product_attention(Q, K, V)` returns `O`.
#
# | tensor | shape | |
# |---|---|---|
# | `Q` | `(B, S_q, d_k)` | one query in each row |
# | `K` | `(B, S_k, d_k)` | one key in each row |
# | `V` | `(B, S_k, d_v)` | the value that belongs to the key of the same row |
# | `O` | `(B, S_q, d_v)` | one mixture of values for each query |
#
# - `S_q` and `S_k` may differ, and so may `d_k` and `d_v`. Each size may be 1. The elements of the
#   batch have nothing to do with each other.
# - There is no mask: every query sees every key.
# - The inputs are all float32 or all float64, and `O` has their dtype. Compute in it, too.
# - Scores may be large, thousands above or below zero, and are not to be clipped: the result is
#   still exact, and so are its gradients.
# - `Q`, `K` and `V` stay as they are, and gradients flow back to all three.
#
# `torch.softmax` and `torch.bmm` are allowed. `F.scaled_dot_product_attention` and
# `nn.MultiheadAttention` are forbidden under any name.

# %% role="setup"
import math

import torch


# %% role="task" task="attention"
def scaled_dot_product_attention(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor) -> torch.Tensor:
    """softmax(Q K^T / sqrt(d_k)) V, of the shape (B, S_q, d_v)."""
    ### BEGIN SOLUTION
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    weights = torch.softmax(scores, dim=-1)
    return weights @ V
    ### END SOLUTION


# %% role="debug"
Q = torch.tensor([[[4.0, 0.0], [0.0, 0.0]]])  # two queries
K = torch.tensor([[[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]]])  # three keys
V = torch.tensor([[[0.0], [10.0], [2.0]]])
O = scaled_dot_product_attention(Q, K, V)
print(O.shape)  # (1, 2, 1)
print(O[0, :, 0])  # 1.0157, 4: the first query likes keys 0 and 2, the second all alike
