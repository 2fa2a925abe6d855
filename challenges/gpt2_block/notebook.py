# %% [markdown] role="statement"
# A GPT-2 model is a stack of equal blocks. Each block lets the tokens look at earlier ones, and
# then works on every token by itself. Both steps only *add* to what comes in:
#
# $$ x \leftarrow x + \mathrm{attention}(\mathrm{ln}_1(x)), \qquad
#    x \leftarrow x + \mathrm{mlp}(\mathrm{ln}_2(x)) $$
#
# The layer norms stand inside the branches (pre-norm), so that the path from input to output is a
# plain sum and gradients reach the lowest block undiminished. The first Transformer normalised
# after the addition (post-norm); that is not what is asked for here.
#
# ## What to write
#
# `GPT2Block(d_model, num_heads)`, an `nn.Module` with the method `forward(x)`. `x` has the shape
# `(B, S, d_model)`: batch, positions, width. The result has the same shape and dtype. `num_heads`
# divides `d_model`. There is no dropout, so training and evaluation give the same numbers.
#
# The layers have these names, since the tests set their parameters:
#
# - `ln1`, `ln2`: `nn.LayerNorm(d_model)`, with the defaults of PyTorch.
# - `W_q`, `W_k`, `W_v`, `W_o`: `nn.Linear(d_model, d_model)`, with biases.
# - `mlp`: an `nn.Sequential` of `nn.Linear(d_model, 4 * d_model)`, a GELU and
#   `nn.Linear(4 * d_model, d_model)`, in this order. The GELU may be the exact one or the one by
#   tanh that GPT-2 was trained with; either is right.
#
# There are no parameters beside these 16 tensors. Buffers, for a mask say, are up to you.
#
# ## Attention
#
# With $d$ = `d_model / num_heads`, head $h$ takes the columns $hd$ to $(h+1)d - 1$ of the three
# projections $Q$, $K$, $V$ of the normalised input. Per head,
#
# $$ s_{ij} = \frac{q_i \cdot k_j}{\sqrt d} \ (j \le i), \qquad
#    o_i = \sum_{j \le i} p_{ij} v_j, \qquad p_i = \mathrm{softmax}(s_i) $$
#
# A position sees itself and earlier positions, never later ones. Sequences may be of any length,
# and scores hundreds above or below zero: they are not clipped. The outputs of the heads stand
# side by side again in the order of the heads, and `W_o` mixes them.
#
# `x` stays as it is. `nn.MultiheadAttention`, `F.scaled_dot_product_attention` and the Transformer
# layers of PyTorch are forbidden under any name.

# %% role="setup"
import math

import torch
from torch import nn


# %% role="task" task="gpt2_block"
class GPT2Block(nn.Module):
    """Causal attention and an MLP, each behind a layer norm and added to x of shape (B, S, D)."""

    def __init__(self, d_model: int, num_heads: int):
        ### BEGIN SOLUTION
        super().__init__()
        self.num_heads = num_heads
        self.ln1 = nn.LayerNorm(d_model)
        self.ln2 = nn.LayerNorm(d_model)
        self.W_q = nn.Linear(d_model, d_model)
        self.W_k = nn.Linear(d_model, d_model)
        self.W_v = nn.Linear(d_model, d_model)
        self.W_o = nn.Linear(d_model, d_model)
        self.mlp = nn.Sequential(
            nn.Linear(d_model, 4 * d_model),
            nn.GELU(),
            nn.Linear(4 * d_model, d_model),
        )
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        x = x + self.attention(self.ln1(x))
        return x + self.mlp(self.ln2(x))

    def attention(self, h: torch.Tensor) -> torch.Tensor:
        B, S, D = h.shape
        d = D // self.num_heads
        q, k, v = (
            project(h).view(B, S, self.num_heads, d).transpose(1, 2)
            for project in (self.W_q, self.W_k, self.W_v)
        )
        scores = q @ k.transpose(-2, -1) / math.sqrt(d)
        later = torch.triu(torch.ones(S, S, dtype=torch.bool, device=h.device), diagonal=1)
        weights = scores.masked_fill(later, float("-inf")).softmax(dim=-1)
        heads = weights @ v
        return self.W_o(heads.transpose(1, 2).reshape(B, S, D))
        ### END SOLUTION


# %% role="debug"
block = GPT2Block(d_model=12, num_heads=3)
x = torch.randn(2, 5, 12)
y = block(x)
print(y.shape)  # (2, 5, 12)
x[:, 4] = 0.0  # a change of the last position
print((block(x) - y).abs().amax(dim=(0, 2)))  # zeros for the four positions before it
