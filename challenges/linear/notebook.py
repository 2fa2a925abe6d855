# %% [markdown] role="statement"
# A linear layer multiplies by a matrix and adds a bias: $y = x W^\top + b$.
#
# ## What to write
#
# `SimpleLinear(in_features, out_features)` with the method `forward(x)`. A plain class will do; an
# `nn.Module` with parameters of these names is as good.
#
# - `self.weight` has the shape `(out_features, in_features)`. Its entries are independent normal
#   numbers of mean 0 and standard deviation $1 / \sqrt{\text{in\_features}}$, so that outputs are
#   of the size of the inputs.
# - `self.bias` has the shape `(out_features,)` and starts at zero.
# - Both require a gradient and are leaves.
# - `forward(x)` takes `x` of shape `(..., in_features)`, with any number of leading axes or none,
#   and returns `(..., out_features)`.
#
# `nn.Linear` and `F.linear` are forbidden under any name.

# %% role="setup"
import math

import torch


# %% role="task" task="linear"
class SimpleLinear:
    """y = x W^T + b for x of shape (..., in_features)."""

    def __init__(self, in_features: int, out_features: int):
        ### BEGIN SOLUTION
        weight = torch.randn(out_features, in_features) * (1 / math.sqrt(in_features))
        self.weight = weight.requires_grad_()
        self.bias = torch.zeros(out_features, requires_grad=True)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        return x @ self.weight.T + self.bias
        ### END SOLUTION


# %% role="debug"
layer = SimpleLinear(3, 2)
print(layer.weight, layer.bias)
print(layer.forward(torch.ones(4, 3)).shape)  # (4, 2)
