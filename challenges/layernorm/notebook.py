# %% [markdown] role="statement"
# Layer norm brings the numbers of each position to mean 0 and variance 1, then lets two learned
# vectors choose another scale and offset. Each position is treated alone: no other position and no
# other example of the batch has a say, so it works the same in training and afterwards.
#
# For one position with the numbers $x_1, \dots, x_D$:
#
# $$ \mu = \frac{1}{D} \sum_i x_i, \qquad
#    \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2, \qquad
#    y_i = \gamma_i \, \frac{x_i - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta_i $$
#
# ## What to write
#
# `my_layer_norm(x, gamma, beta, eps=1e-5)` returns a new tensor `y` of the shape and dtype of `x`.
#
# - `x` is float32 or float64 and has the shape `(..., D)`, with two axes or more. Mean and variance
#   run over the last axis only, whatever stands before it. `D` may be 1: then `y` is `beta`.
# - `gamma` and `beta` have the shape `(D,)` and the dtype of `x`.
# - The variance divides by $D$, not by $D - 1$.
# - `eps` is added to the variance, **inside** the root. For numbers of size 0.001 the variance is
#   smaller than the default `eps`, and the place matters a lot.
# - The variance is the mean of squared differences from the mean. The other formula,
#   $\frac{1}{D} \sum_i x_i^2 - \mu^2$, loses all its digits where the mean is large: at a mean
#   of 3000 two numbers near 9 000 000 are subtracted to find one near 1, and float32 has seven
#   digits.
# - Gradients flow back to `x`, through mean and variance as well, to `gamma` and to `beta`.
# - `x`, `gamma` and `beta` stay as they are.
#
# Write it with elementary operations. The layer norm of the library and its other normalisations
# (group, instance, batch and RMS norm) are forbidden under any name; `mean` and `var` are not.

# %% role="setup"
import torch


# %% role="task" task="layernorm"
def my_layer_norm(
    x: torch.Tensor, gamma: torch.Tensor, beta: torch.Tensor, eps: float = 1e-5
) -> torch.Tensor:
    """x with mean 0 and variance 1 along the last axis, times gamma, plus beta."""
    ### BEGIN SOLUTION
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = (centred * centred).mean(dim=-1, keepdim=True)
    return gamma * (centred / torch.sqrt(variance + eps)) + beta
    ### END SOLUTION


# %% role="debug"
x = torch.tensor([[1.0, 2.0, 3.0], [10.0, 20.0, 60.0]])
y = my_layer_norm(x, torch.ones(3), torch.zeros(3))
print(y)  # first row: -1.2247, 0, 1.2247; second row: -0.9258, -0.4629, 1.3887
print(y.mean(dim=-1), y.var(dim=-1, unbiased=False))  # 0 and 1 for each row
