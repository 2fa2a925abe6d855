# %% [markdown] role="statement"
# Attention compares every query with every key, which makes $S \times S$ scores for a sequence of
# length $S$. Flash attention computes the same output from small tiles of scores, one tile at a
# time, and never makes the whole matrix.
#
# $$ s_{ij} = \frac{Q_i \cdot K_j}{\sqrt D}, \qquad
#    O_i = \frac{\sum_j e^{s_{ij}}\, V_j}{\sum_j e^{s_{ij}}} $$
#
# ## The online softmax
#
# To be safe from overflow the exponents are measured from the largest score of a row, and a tile
# does not know it: a larger score may come in a later tile. So for each query three things are
# kept about the keys seen so far:
#
# $$ m = \max_j s_j, \qquad l = \sum_j e^{s_j - m}, \qquad acc = \sum_j e^{s_j - m}\, V_j $$
#
# A new tile with scores $s'_j$ and values $V'_j$ may raise the maximum. What was summed before is
# moved to the new one by the factor $c$, which is never above 1:
#
# $$ m_{new} = \max(m, \max_j s'_j), \qquad c = e^{m - m_{new}} $$
#
# $$ l \leftarrow l\,c + \sum_j e^{s'_j - m_{new}}, \qquad
#    acc \leftarrow acc\,c + \sum_j e^{s'_j - m_{new}}\, V'_j, \qquad
#    m \leftarrow m_{new} $$
#
# Start with $m = -\infty$, $l = 0$ and $acc = 0$; after the last tile $O = acc / l$. Leave $c$ out
# and small random inputs often look almost right, because the largest score of a row tends to
# come early.
#
# ## What to write
#
# `flash_attention(Q, K, V, block_size=32)` returns `O`. All four have the shape `(B, S, D)`.
#
# - Attention is **not** causal: every query sees every key.
# - Queries and keys both come in blocks of `block_size`, at least 1. `S` need not be a multiple of
#   it, and it may be larger than `S`. The elements of the batch have nothing to do with each other,
#   and may be computed together.
# - No tensor of $S \cdot S / 4$ or more elements is made, and `block_size` is heeded: with `B` = 1
#   no tensor has more than three times the elements of `Q` or of one tile of scores,
#   `block_size * block_size`, whichever is larger, and there is one at least as large as a tile.
#   So a strip of `block_size` whole rows of scores is too large as well.
# - The inputs are all float32 or all float64, and `O` has their dtype. Compute in it, too.
# - Scores may be large, tens of thousands above or below zero, and are not to be clipped. Rows of
#   one block may differ by thousands.
# - `Q`, `K` and `V` stay as they are. Gradients flow back to all three, by autograd, which follows
#   the loops by itself. (It keeps all tiles for that: real flash attention has a backward of its
#   own.)
#
# Three more tests are not needed to pass. `V` may be of another width than `Q` and `K`, and `O` has
# the width of `V`. The inputs may be views whose elements do not lie in order, as heads split off
# by `transpose` are. And they may be bfloat16: `O` is too, while `m`, `l` and `acc` are kept in
# float32, because in bfloat16 a sum of 256 does not grow any more when 1 is added.
#
# `F.scaled_dot_product_attention` and `nn.MultiheadAttention` are forbidden under any name.

# %% role="setup"
import math

import torch


# %% role="task" task="flash_attention"
def flash_attention(
    Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, block_size: int = 32
) -> torch.Tensor:
    """softmax(Q K^T / sqrt(D)) V, tile by tile."""
    ### BEGIN SOLUTION
    B, S, D = Q.shape
    exact = torch.promote_types(Q.dtype, torch.float32)  # bfloat16 is too coarse for sums
    outputs = []
    for i in range(0, S, block_size):
        q = Q[:, i : i + block_size].to(exact) / math.sqrt(D)
        m = torch.full((B, q.shape[1], 1), -torch.inf, dtype=exact)
        l = torch.zeros(B, q.shape[1], 1, dtype=exact)
        acc = torch.zeros(B, q.shape[1], V.shape[2], dtype=exact)
        for j in range(0, S, block_size):
            k = K[:, j : j + block_size].to(exact)
            v = V[:, j : j + block_size].to(exact)
            s = q @ k.transpose(-2, -1)
            m_new = torch.maximum(m, s.amax(dim=-1, keepdim=True))
            c = torch.exp(m - m_new)
            p = torch.exp(s - m_new)
            l = l * c + p.sum(dim=-1, keepdim=True)
            acc = acc * c + p @ v
            m = m_new
        outputs.append((acc / l).to(Q.dtype))
    return torch.cat(outputs, dim=1)
    ### END SOLUTION


# %% role="debug"
def full_attention(Q, K, V):
    """The whole matrix of scores at once, for small S only."""
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    return torch.softmax(scores, dim=-1) @ V


def look(B, S, D, block_size, growing=False):
    """Print how far flash_attention is from full attention on one random input."""
    torch.manual_seed(S)
    Q, K, V = (2 * torch.randn(B, S, D, dtype=torch.float64) for _ in range(3))
    if growing:  # the scores rise from block to block
        Q[..., 0], K[..., 0] = 3.0, torch.arange(S)
    error = (flash_attention(Q, K, V, block_size) - full_attention(Q, K, V)).abs().max()
    print(f"S = {S}, block_size = {block_size}, growing = {growing}: error {error:.1e}")


look(1, 8, 4, block_size=4)
look(2, 8, 4, block_size=4, growing=True)
look(2, 13, 5, block_size=4)  # the last block is short
