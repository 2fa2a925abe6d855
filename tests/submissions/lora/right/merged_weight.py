# style: an nn.Module that adds B A to the frozen weight on each call and uses F.linear once
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class LoRALinear(nn.Module):
    def __init__(
        self, in_features: int, out_features: int, rank: int, alpha: float = 1.0
    ) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features).requires_grad_(False)
        self.lora_A = nn.Parameter(torch.empty(rank, in_features))
        self.register_parameter("lora_B", nn.Parameter(torch.zeros(out_features, rank)))
        nn.init.normal_(self.lora_A, std=1 / math.sqrt(in_features))
        self.register_buffer("scale", torch.tensor(alpha / rank, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weight = torch.addmm(
            self.linear.weight, self.lora_B, self.lora_A, alpha=self.scale.item()
        )
        return F.linear(x, weight, self.linear.bias)
