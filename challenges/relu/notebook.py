# %% [markdown] role="statement"
# The rectified linear unit keeps what is positive and replaces the rest by zero:
#
# $$ \operatorname{relu}(x) = \max(0, x) $$
#
# It is the plainest function that lets a network bend: its gradient is 1 where $x > 0$ and 0 where
# $x < 0$, so it passes gradients on at full size or not at all.
#
# ## What to write
#
# `relu(x)` returns a new tensor of the shape and dtype of `x`, each entry rectified on its own.
#
# - `x` is a tensor of floats of any shape: also a single number without axes, also an empty tensor.
# - `x` stays as it is, and gradients flow back to it.
# - At exactly 0 the function has a corner: every gradient from 0 to 1 is accepted there, but no
#   NaN.
#
# Two strict tests cost no points: `-inf` becomes 0 and `inf` stays `inf`, and `float16` and
# `bfloat16` keep their dtype. Inputs hold no NaN.
#
# Write it with elementary operations. `torch.relu`, `torch.clamp` and all other ready-made
# activations (`F.relu6`, `F.leaky_relu`, `F.threshold`, `F.softplus` and their like) are forbidden
# under any name.

# %% role="setup"
import torch


# %% role="task" task="relu"
def relu(x: torch.Tensor) -> torch.Tensor:
    """max(0, x) for each entry, in the shape and dtype of x."""
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, torch.zeros_like(x))
    ### END SOLUTION


# %% role="debug"
x = torch.tensor([[-2.0, -0.5, 0.0], [0.5, 1.0, 2.0]], requires_grad=True)
y = relu(x)
print(y)  # 0 0 0 and 0.5 1 2
print(torch.autograd.grad(y, x, torch.full_like(y, 3.0)))  # 0 0, then 0 to 3; and 3 3 3
