# %% [markdown] role="statement"
# A language model predicts each word from the words before it. When it is trained on a whole text
# at once, attention must not let a position look ahead: position $i$ sees position $j$ only if
# $j \le i$. It does see itself.
#
# $$ S_{ij} = \frac{Q_i \cdot K_j}{\sqrt d}, \qquad
#    P_{ij} = \frac{e^{S_{ij}}}{\sum_{t \le i} e^{S_{it}}} \ (j \le i), \qquad
#    P_{ij} = 0 \ (j > i), \qquad
#    O = P V $$
#
# The sum runs over the visible positions only, so that the weights of each row still sum to one.
#
# ```text
#            key  0  1  2  3
#  query 0        x  .  .  .      x  visible
#  query 1        x  x  .  .      .  hidden: weight 0
#  query 2        x  x  x  .
#  query 3        x  x  x  x
# ```
#
# ## What to write
#
# `causal_attention(Q, K, V)` returns `O` of the shape `(B, S, d_v)`.
#
# - `Q` and `K` have the shape `(B, S, d)`, `V` has the shape `(B, S, d_v)`; `d_v` may differ from
#   `d`. Each size may be 1. The elements of the batch have nothing to do with each other.
# - The inputs are all float32 or all float64, and `O` has their dtype. Compute in it, too.
# - Scores may be large, thousands above or below zero: the result is still exact, and so are its
#   gradients. In particular a hidden score has no influence, however large it is, and no weight,
#   however small the visible ones are.
# - `Q`, `K` and `V` stay as they are, and gradients flow back to all three, without NaN.
#
# One more test is not needed to pass: `K` and `V` may have another length `S_k` than `Q`. There
# are two readings of "causal" then. Counted from the start, query $i$ sees key $j$ if $j \le i$,
# as above. Lined up at the end, the last query sees all keys, which is what a model needs that
# keeps the keys of earlier steps. Here it is **counted from the start**.
#
# `torch.softmax` is allowed. `F.scaled_dot_product_attention` and `nn.MultiheadAttention` are
# forbidden under any name.

# %% role="setup"
import math

import torch


# %% role="task" task="causal_attention"
def causal_attention(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor) -> torch.Tensor:
    """Attention in which position i sees the positions j <= i, of the shape (B, S, d_v)."""
    ### BEGIN SOLUTION
    scores = Q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
    hidden = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(diagonal=1)
    scores = scores.masked_fill(hidden, -torch.inf)
    weights = torch.softmax(scores, dim=-1)
    return weights @ V
    ### END SOLUTION


# %% role="debug"
Q = torch.zeros(1, 4, 2)  # all scores are 0: each position takes the mean of what it sees
K = torch.randn(1, 4, 2)
V = torch.tensor([[[1.0], [2.0], [3.0], [4.0]]])
print(causal_attention(Q, K, V)[0, :, 0])  # 1, 1.5, 2, 2.5
