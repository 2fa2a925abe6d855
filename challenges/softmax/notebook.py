# %% [markdown] role="statement"
# The softmax turns scores into weights: positive numbers that sum to one.
#
# $$ p_i = \frac{e^{x_i - m}}{\sum_j e^{x_j - m}}, \qquad m = \max_j x_j $$
#
# The maximum $m$ cancels in the fraction, and without it $e^{x_i}$ overflows: from 89 on in
# float32. With it the largest exponent is 0, and the sum is at least 1.
#
# ## What to write
#
# `my_softmax(x, dim=-1)` returns a new tensor of the shape and dtype of `x`, with the weights along
# `dim`.
#
# - `x` is float32 or float64 and has one axis or more; `dim` counts from the front or, negative,
#   from the back. Each slice along `dim` is a softmax of its own, with its own maximum.
# - An entry may be `-inf`: its weight is 0. At least one entry of each slice is finite.
# - `x` stays as it is, and gradients flow back to it.
#
# Write it with elementary operations: `torch.softmax`, `F.softmax`, `nn.Softmax` and the
# log-softmax are forbidden under any name.

# %% role="setup"
import torch


# %% role="task" task="softmax"
def my_softmax(x: torch.Tensor, dim: int = -1) -> torch.Tensor:
    """The weights of the scores x along dim, in the shape and dtype of x."""
    ### BEGIN SOLUTION
    shifted = x - x.amax(dim=dim, keepdim=True)
    weights = torch.exp(shifted)
    return weights / weights.sum(dim=dim, keepdim=True)
    ### END SOLUTION


# %% role="debug"
scores = torch.tensor([[0.0, 1.0, 2.0], [1000.0, 1001.0, 1002.0]])
print(my_softmax(scores))  # both rows: 0.0900 0.2447 0.6652
print(my_softmax(scores, dim=0))  # each column: 0 and 1
