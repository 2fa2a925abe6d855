# %% [markdown] role="statement"
# One attention makes one mixture of the values for each query. Multi-head attention makes several
# side by side: every head looks at features of its own, by weights of its own, and a last layer
# puts together what they found.
#
# With $d_k = D / H$ for $D$ features and $H$ heads, head $h$ of $0, \dots, H - 1$ computes
#
# $$ q = Q W_q^\top + b_q, \quad k = K W_k^\top + b_k, \quad v = V W_v^\top + b_v $$
# $$ O_h = \operatorname{softmax}\Big(\frac{q_h k_h^\top}{\sqrt{d_k}}\Big)\, v_h, \qquad
#    \text{output} = [O_0, \dots, O_{H-1}]\, W_o^\top + b_o $$
#
# where $q_h$, $k_h$ and $v_h$ are the features $h d_k$ to $(h + 1) d_k - 1$ of $q$, $k$ and $v$.
#
# ## What to write
#
# `MultiHeadAttention(d_model, num_heads)` with the method `forward(Q, K, V)`. A plain class will
# do; an `nn.Module` is as good.
#
# - `self.W_q`, `self.W_k`, `self.W_v` and `self.W_o` are four layers `nn.Linear(d_model, d_model)`
#   with bias, and no two share parameters. There are no other parameters. Tests set their numbers
#   and compute the output again from them.
# - `Q` has the shape `(B, S_q, d_model)`, `K` and `V` have `(B, S_k, d_model)`. They are three
#   different tensors, and `S_q` and `S_k` may differ; each size may be 1. The result has the shape
#   of `Q`.
# - Each head has `d_k = d_model // num_heads` neighbouring features: the first `d_k` belong to head
#   0, the next `d_k` to head 1. The heads are joined in the same order before `W_o`.
# - There is no mask and no dropout: every query sees every key. The elements of the batch have
#   nothing to do with each other.
# - Scores may be hundreds above or below zero; the result is still right, without clipping.
# - `Q`, `K` and `V` stay as they are. Gradients flow back to all three and to every parameter.
# - Tensors are float32, as the layers are; after a conversion of the layers both are float64. The
#   result has the dtype of the inputs.
# - Where `num_heads` does not divide `d_model`, the constructor raises a `ValueError`; an `assert`
#   is accepted, too. A strict test, which carries no points, looks at this.
#
# `torch.softmax`, `bmm` and `einsum` are allowed. `nn.MultiheadAttention`,
# `F.multi_head_attention_forward` and `F.scaled_dot_product_attention` are forbidden under any
# name.

# %% role="setup"
import math

import torch
from torch import nn


# %% role="task" task="mha"
class MultiHeadAttention:
    """Attention in num_heads heads, between a layer for each of Q, K and V and one for the output."""

    def __init__(self, d_model: int, num_heads: int):
        ### BEGIN SOLUTION
        if d_model % num_heads:
            raise ValueError(f"num_heads={num_heads} does not divide d_model={d_model}")
        self.num_heads = num_heads
        self.d_k = d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        B, S_q, S_k = Q.shape[0], Q.shape[1], K.shape[1]
        q = self.W_q(Q).view(B, S_q, self.num_heads, self.d_k).transpose(1, 2)
        k = self.W_k(K).view(B, S_k, self.num_heads, self.d_k).transpose(1, 2)
        v = self.W_v(V).view(B, S_k, self.num_heads, self.d_k).transpose(1, 2)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_k)
        weights = torch.softmax(scores, dim=-1)
        mixed = weights @ v
        joined = mixed.transpose(1, 2).reshape(B, S_q, -1)
        return self.W_o(joined)
        ### END SOLUTION


# %% role="debug"
layer = MultiHeadAttention(d_model=12, num_heads=3)
Q, K, V = torch.randn(2, 5, 12), torch.randn(2, 7, 12), torch.randn(2, 7, 12)
print(layer.forward(Q, K, V).shape)  # (2, 5, 12)
order = torch.randperm(7)  # the order of the keys does not matter
print((layer.forward(Q, K, V) - layer.forward(Q, K[:, order], V[:, order])).abs().max())  # about 0
