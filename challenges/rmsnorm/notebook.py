# %% [markdown] role="statement"
# RMS norm divides the numbers of each position by their root mean square and multiplies by a
# learned vector. Layer norm also subtracts the mean and adds a bias; leaving both out costs little
# and saves a pass over the data, and many language models use RMS norm instead.
#
# For one position with the numbers $x_1, \dots, x_D$:
#
# $$ y_i = w_i \, \frac{x_i}{\sqrt{\frac{1}{D} \sum_j x_j^2 + \varepsilon}} $$
#
# ## What to write
#
# `rms_norm(x, weight, eps=1e-6)` returns a new tensor `y` of the shape and dtype of `x`.
#
# - `x` is float32 or float64 and has the shape `(..., D)`, with two axes or more. The mean of the
#   squares runs over the last axis only. `D` may be 1.
# - `weight` has the shape `(D,)` and the dtype of `x`. It is the factor itself. Some models store
#   the factor less one and multiply by `1 + weight`: not here.
# - `eps` is added to the mean of the squares, **inside** the root. A position of zeros comes out
#   as zeros.
# - Nothing is subtracted from `x`.
# - Gradients flow back to `x`, through the root mean square as well, and to `weight`.
# - `x` and `weight` stay as they are.
#
# ## Beyond the points: half precision
#
# A strict test, which carries no points, passes float16. Its largest number is 65504, so already
# the square of 300 is `inf`, and the square of 0.0001 is 0. The way out is to compute in float32
# and to convert the result back to the dtype of `x`.
#
# Write it with elementary operations. The RMS norm of the library, `F.normalize` and its other
# normalisations (layer, group, instance, batch and local response norm) are forbidden under any
# name.

# %% role="setup"
import torch


# %% role="task" task="rmsnorm"
def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    """x divided by its root mean square along the last axis, times weight."""
    ### BEGIN SOLUTION
    wide = torch.promote_types(x.dtype, torch.float32)  # squares overflow in half precision
    numbers = x.to(wide)
    mean_square = (numbers * numbers).mean(dim=-1, keepdim=True)
    return (numbers / torch.sqrt(mean_square + eps) * weight.to(wide)).to(x.dtype)
    ### END SOLUTION


# %% role="debug"
x = torch.tensor([[3.0, 4.0], [-6.0, 8.0], [0.0, 0.0]])
y = rms_norm(x, torch.ones(2))
print(y)  # 0.8485 1.1314, then -0.8485 1.1314, then 0 0
print((y * y).mean(dim=-1))  # 1, 1 and 0
