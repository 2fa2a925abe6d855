# mistake: requires_grad is set as an attribute of the module, where it means nothing, so the base layer still learns | fails: exactly_two_tensors_are_trained | misconception: none
import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, in_features: int, out_features: int, rank: int, alpha: float = 1.0):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.linear.requires_grad = False
        self.lora_A = nn.Parameter(0.01 * torch.randn(rank, in_features))
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.scaling = alpha / rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x) + self.scaling * torch.einsum(
            "...i,ri,or->...o", x, self.lora_A, self.lora_B
        )
