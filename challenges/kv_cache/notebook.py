# %% [markdown] role="statement"
# A model writes one token after the other, and each looks back at all before it. The keys and
# values of old tokens never change, because no token sees a later one. So they are kept: a step
# computes the query, key and value of the new tokens only, and attends over the kept keys and
# values together with its own.
#
# With $P$ tokens in the cache and $S_{new}$ new ones, the new token $i$ of $0, \dots, S_{new} - 1$
# is token $P + i$ of the text, and in each head
#
# $$ O_i = \sum_{j \le P + i} p_{ij} V_j, \qquad
#    p_{ij} = \frac{e^{q_i \cdot K_j / \sqrt{d_k}}}{\sum_{t \le P + i} e^{q_i \cdot K_t / \sqrt{d_k}}} $$
#
# where $K$ and $V$ hold $P + S_{new}$ rows: first those of the cache, then the new ones.
#
# ## What to write
#
# `KVCacheAttention(d_model, num_heads)` with the method `forward(x, cache=None)`, which returns
# `(out, (K, V))`. The template is an `nn.Module`; a plain class is accepted as well.
#
# - `self.W_q`, `self.W_k`, `self.W_v` and `self.W_o` are four layers `nn.Linear(d_model, d_model)`
#   with bias. There are no other parameters. Tests set their numbers and compute all results again
#   from them. `num_heads` divides `d_model`.
# - Each of the `num_heads` heads has `d_k = d_model // num_heads` neighbouring features, head 0 the
#   first. The heads are joined in the same order before `W_o`.
# - `x` has the shape `(B, S_new, d_model)` and holds the new tokens, one or several. `out` has the
#   shape of `x`.
# - `cache` is `None`, or a tuple `(K, V)` of tensors of the shape `(B, num_heads, P, d_k)`, usually
#   from an earlier call; whatever numbers it holds are the keys and values of the first `P` tokens.
# - The `K` and `V` that are returned have the shape `(B, num_heads, P + S_new, d_k)`: the outputs of
#   `W_k` and `W_v`, cut into heads, unscaled, in the order of the text.
# - **Attention is always causal**, without a cache and with one. Of several new tokens after a
#   cache the first does not see the others. So it makes no difference in how many pieces a text is
#   put in: 9 tokens at once give the same numbers as 4 and then 5.
# - Scores may be hundreds above or below zero; the result is still right, without clipping.
# - The tensors of the given cache are not written to. The same cache may be used again for another
#   continuation. `x` stays as it is, too. The object itself keeps nothing from call to call.
# - Gradients flow back to `x`, to every parameter, and through the cache to earlier calls.
# - Tensors are float32, as the layers are; after a conversion of the layers all are float64, and the
#   results have the dtype of `x`.
#
# `torch.softmax`, `bmm` and `einsum` are allowed. `F.scaled_dot_product_attention` and
# `nn.MultiheadAttention`, with `F.multi_head_attention_forward`, are forbidden under any name.

# %% role="setup"
import math

import torch
from torch import nn


# %% role="task" task="kv_cache"
class KVCacheAttention(nn.Module):
    """Causal self-attention over the tokens of a cache and the new ones."""

    def __init__(self, d_model: int, num_heads: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.num_heads = num_heads
        self.d_k = d_model // num_heads
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        ### END SOLUTION

    def forward(
        self, x: torch.Tensor, cache: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        ### BEGIN SOLUTION
        B, S_new, _ = x.shape
        q = self.W_q(x).view(B, S_new, self.num_heads, self.d_k).transpose(1, 2)
        K = self.W_k(x).view(B, S_new, self.num_heads, self.d_k).transpose(1, 2)
        V = self.W_v(x).view(B, S_new, self.num_heads, self.d_k).transpose(1, 2)
        if cache is not None:
            K_old, V_old = cache
            K = torch.cat([K_old, K], dim=2)
            V = torch.cat([V_old, V], dim=2)
        S_total = K.shape[2]
        hidden = torch.ones(S_new, S_total, dtype=torch.bool).triu(S_total - S_new + 1)
        scores = q @ K.transpose(-2, -1) / math.sqrt(self.d_k)
        weights = torch.softmax(scores.masked_fill(hidden, -torch.inf), dim=-1)
        mixed = weights @ V
        out = self.W_o(mixed.transpose(1, 2).reshape(B, S_new, -1))
        return out, (K, V)
        ### END SOLUTION


# %% role="debug"
layer = KVCacheAttention(d_model=12, num_heads=3)
x = torch.randn(2, 9, 12)
at_once, _ = layer.forward(x)
first, cache = layer.forward(x[:, :4])
second, (K, V) = layer.forward(x[:, 4:], cache)
print(K.shape)  # (2, 3, 9, 4)
print((torch.cat([first, second], dim=1) - at_once).abs().max())  # about 0
