# %% [markdown] role="statement"
# Fine-tuning a large layer would train every number of its weight $W$. LoRA leaves $W$ as it is and
# learns a correction of low rank, a product of two thin matrices:
#
# $$ y = x W^\top + b + \frac{\alpha}{r} \, x A^\top B^\top $$
#
# With $r$ far below the sides of $W$, $A$ and $B$ have few numbers. The factor $\alpha / r$ keeps
# the size of the correction about the same when another rank is tried.
#
# ## What to write
#
# `LoRALinear(in_features, out_features, rank, alpha=1.0)`, an `nn.Module` with the method
# `forward(x)`. `x` has the shape `(..., in_features)`, with any number of leading axes or none; the
# result has the shape `(..., out_features)` and the dtype of `x`. `x` stays as it is.
#
# - `linear`: an `nn.Linear(in_features, out_features)` with a bias, as PyTorch starts it. Its
#   weight and its bias are frozen: they do not require a gradient.
# - `lora_A`: an `nn.Parameter` of shape `(rank, in_features)`, $A$. It starts with independent
#   random numbers, none of them zero; which distribution is up to you.
# - `lora_B`: an `nn.Parameter` of shape `(out_features, rank)`, $B$. It starts at zero, so that a
#   new layer gives exactly what `linear` gives.
#
# These two are all that is trained. Gradients also flow back to `x`, through both paths: there may
# be layers below that learn.
#
# The scale is $\alpha / r$, as in the paper that introduced LoRA. Another one, $\alpha / \sqrt r$,
# is known as rank-stabilised and is not what is asked for here. Training and evaluation give the
# same numbers; nothing is merged into the weight.

# %% role="setup"
import torch
from torch import nn


# %% role="task" task="lora"
class LoRALinear(nn.Module):
    """y = x W^T + b + alpha / rank * x A^T B^T, with W and b frozen."""

    def __init__(self, in_features: int, out_features: int, rank: int, alpha: float = 1.0):
        ### BEGIN SOLUTION
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        for parameter in self.linear.parameters():
            parameter.requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(rank, in_features) * in_features**-0.5)
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.scale = alpha / rank
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ### BEGIN SOLUTION
        correction = x @ self.lora_A.T @ self.lora_B.T
        return self.linear(x) + self.scale * correction
        ### END SOLUTION


# %% role="debug"
layer = LoRALinear(6, 4, rank=2, alpha=8.0)
x = torch.randn(3, 6)
print((layer(x) - layer.linear(x)).abs().max())  # 0: the correction starts at zero
print([name for name, p in layer.named_parameters() if p.requires_grad])  # ['lora_A', 'lora_B']
