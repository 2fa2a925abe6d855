# mistake: the correction is scaled by alpha over the square root of the rank | fails: output_is_right_for_every_scale | misconception: rank_stabilised
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class LoRALinear(nn.Module):
    def __init__(self, in_features, out_features, rank, alpha=1.0):
        super().__init__()
        base = nn.Linear(in_features, out_features)
        for p in base.parameters():
            p.requires_grad = False
        self.linear = base
        self.lora_A = nn.Parameter(torch.empty(rank, in_features))
        self.lora_B = nn.Parameter(torch.empty(out_features, rank))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        nn.init.zeros_(self.lora_B)
        self.rank, self.alpha = rank, alpha

    def forward(self, x):
        low = F.linear(F.linear(x, self.lora_A), self.lora_B)
        return self.linear(x) + low * (self.alpha / self.rank**0.5)
