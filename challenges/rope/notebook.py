# %% [markdown] role="statement"
# Attention itself does not know where a token stands. Rotary embedding tells it by turning queries
# and keys: by an angle that grows with the position. A scalar product of two turned vectors depends
# on the difference of their angles only, so scores depend on how far apart two tokens are, not on
# where they are.
#
# The last axis is read as $D/2$ pairs $(a, b)$ of neighbouring components, $a = x_{2i}$ and
# $b = x_{2i+1}$ for $i = 0, \dots, D/2 - 1$. At position $p$ the pair $i$ is turned by the angle
#
# $$ \theta = p \cdot 10000^{-2i/D}, \qquad
# (a, b) \to (a \cos\theta - b \sin\theta,\; a \sin\theta + b \cos\theta) $$
#
# and both results go back to the places of $a$ and $b$.
#
# ## What to write
#
# `apply_rope(q, k)` returns the pair `(q_rot, k_rot)`, both tensors turned in the same way.
#
# - `q` and `k` have the shape `(B, S, D)`, float32 or float64, with an even `D`. Results have the
#   shape and dtype of their arguments.
# - Positions run from 0 to `S - 1` along the axis before the last, so position 0 is not turned.
# - There are two conventions for the pairs. Here **neighbours** are paired, 2i with 2i + 1, as in
#   the paper that proposed the method. Some models, Llama in its common implementation among them,
#   pair i with i + D/2 instead: this gives other numbers, and is not accepted.
# - `q` and `k` stay as they are, and gradients flow back to them.
#
# Strict tests cost no points. They ask for float64 results that are exact at `S = 2000` (which
# takes angles in float64), for a `k` longer than `q` (both count from 0), and for any number of
# leading axes, `(..., S, D)`.

# %% role="setup"
import torch


# %% role="task" task="rope"
def apply_rope(q: torch.Tensor, k: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """q and k with each pair of neighbouring components turned by its position's angle."""
    ### BEGIN SOLUTION

    def turned(x: torch.Tensor) -> torch.Tensor:
        length, width = x.shape[-2:]
        positions = torch.arange(length, dtype=torch.float64)
        pairs = torch.arange(width // 2, dtype=torch.float64)
        angles = positions[:, None] * 10000.0 ** (-2 * pairs / width)
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        a, b = x[..., 0::2], x[..., 1::2]
        both = torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1)
        return both.flatten(-2)

    return turned(q), turned(k)
    ### END SOLUTION


# %% role="debug"
q = torch.tensor([[[1.0, 0.0, 1.0, 0.0]] * 3])  # three positions, two pairs
q_rot, k_rot = apply_rope(q, 2 * q)
print(q_rot)  # first pair: angles 0, 1, 2 (0.5403 0.8415 at position 1); second: 0, 0.01, 0.02
print(q_rot[0] @ k_rot[0].T)  # scores: the same number along each diagonal
