# mistake: in evaluation the correction is added to the frozen weight in place, and again at the next call | fails: nothing_is_merged_or_kept_between_calls | misconception: merged_in_evaluation
import torch
import torch.nn.functional as F
from torch import nn


class LoRALinear(nn.Module):
    def __init__(self, in_features, out_features, rank, alpha=1.0):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features).requires_grad_(False)
        self.lora_A = nn.Parameter(torch.randn(rank, in_features))
        self.lora_B = nn.Parameter(torch.zeros(out_features, rank))
        self.rate = alpha / rank

    def forward(self, x):
        if self.training:
            down = F.linear(x, self.lora_A)
            return F.linear(down, self.rate * self.lora_B) + self.linear(x)
        self.linear.weight.data += self.rate * (self.lora_B @ self.lora_A).detach()
        return self.linear(x)
