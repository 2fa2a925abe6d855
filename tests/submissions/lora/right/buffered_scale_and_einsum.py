# style: the scale in a buffer, B A multiplied first, an uninitialised A filled by kaiming
import math

import torch
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, in_features, out_features, rank, alpha=1.0):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features).requires_grad_(False)
        self.lora_A = nn.Parameter(torch.empty(rank, in_features))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.register_buffer("scaling", torch.tensor(alpha / rank))

    def forward(self, x):
        delta = torch.einsum("or,ri->oi", self.lora_B, self.lora_A) * self.scaling
        return nn.functional.linear(x, self.linear.weight + delta, self.linear.bias)
