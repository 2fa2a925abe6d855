# %% [markdown] role="statement"
# While a model writes, the keys and values of all tokens so far stay in memory, and reading them is
# what takes the time. Grouped-query attention keeps fewer of them: several query heads share one
# head of keys and values. With one KV head for all it is called multi-query attention; with as many
# KV heads as query heads it is multi-head attention.
#
# There are $H$ query heads, $G$ KV heads and $d_k = D / H$ features in each head, and
#
# $$ O_h = \operatorname{softmax}\Big(\frac{q_h k_g^\top}{\sqrt{d_k}}\Big)\, v_g, \qquad
#    g = \Big\lfloor \frac{h}{H / G} \Big\rfloor $$
#
# Neighbouring query heads share a KV head: for $H = 6$ and $G = 3$, query heads 0 and 1 read KV
# head 0, 2 and 3 read KV head 1, 4 and 5 read KV head 2.
#
# ## What to write
#
# `GroupQueryAttention(d_model, num_heads, num_kv_heads)` with the method `forward(x)`. A plain
# class will do; an `nn.Module` is as good.
#
# - `self.W_q` and `self.W_o` are layers `nn.Linear(d_model, d_model)`; `self.W_k` and `self.W_v`
#   are layers `nn.Linear(d_model, num_kv_heads * d_k)` with `d_k = d_model // num_heads`. All four
#   have a bias, and no two share parameters. There are no other parameters. Tests set their numbers
#   and compute the output again from them.
# - `x` has the shape `(B, S, d_model)`, and so has the result. `B` and `S` may be 1.
# - Each head has `d_k` neighbouring features: the first `d_k` outputs of `W_q` are query head 0, the
#   first `d_k` outputs of `W_k` are the keys of KV head 0. The query heads are joined in the same
#   order before `W_o`.
# - There is no mask and no dropout: every position sees all positions, later ones too. The elements
#   of the batch have nothing to do with each other.
# - Scores may be hundreds above or below zero; the result is still right, without clipping.
# - `x` stays as it is. Gradients flow back to it and to every parameter.
# - Tensors are float32, as the layers are; after a conversion of the layers both are float64. The
#   result has the dtype of `x`.
# - Where `num_kv_heads` does not divide `num_heads`, or `num_heads` does not divide `d_model`, the
#   constructor raises a `ValueError`; an `assert` is accepted, too. A strict test, which carries no
#   points, looks at this.
#
# `torch.softmax`, `bmm` and `einsum` are allowed. `F.scaled_dot_product_attention` and
# `nn.MultiheadAttention`, with `F.multi_head_attention_forward`, are forbidden under any name.

# %% role="setup"
import math

import torch
from torch import nn


# %% role="task" task="gqa"
class GroupQueryAttention:
    """Self-attention whose query heads share num_kv_heads heads of keys and values."""

    def __init__(self, d_model: int, num_heads: int, num_kv_heads: int):
        ### BEGIN SOLUTION
        if d_model % num_heads or num_heads % num_kv_heads:
            raise ValueError(
                f"{num_kv_heads} KV heads, {num_heads} heads and {d_model} features: "
                "each has to divide the next"
            )
        self.num_heads = num_heads
        self.num_kv_heads = num_kv_heads
        self.d_k = d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, num_kv_heads * self.d_k)
        self.W_v = nn.Linear(d_model, num_kv_heads * self.d_k)
        self.W_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        B, S, _ = x.shape
        q = self.W_q(x).view(B, S, self.num_heads, self.d_k).transpose(1, 2)
        k = self.W_k(x).view(B, S, self.num_kv_heads, self.d_k).transpose(1, 2)
        v = self.W_v(x).view(B, S, self.num_kv_heads, self.d_k).transpose(1, 2)
        sharing = self.num_heads // self.num_kv_heads
        k = k.repeat_interleave(sharing, dim=1)
        v = v.repeat_interleave(sharing, dim=1)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.d_k)
        weights = torch.softmax(scores, dim=-1)
        mixed = weights @ v
        joined = mixed.transpose(1, 2).reshape(B, S, -1)
        return self.W_o(joined)
        ### END SOLUTION


# %% role="debug"
layer = GroupQueryAttention(d_model=12, num_heads=6, num_kv_heads=3)
print(layer.W_q.weight.shape, layer.W_k.weight.shape)  # (12, 12) and (6, 12)
x = torch.randn(2, 5, 12)
print(layer.forward(x).shape)  # (2, 5, 12)
order = torch.randperm(5)  # without a mask the outputs change places with the inputs
print((layer.forward(x)[:, order] - layer.forward(x[:, order])).abs().max())  # about 0
